import CutlineCore

/// Finds the drafts that stand in the queue already just as they are: adding them would change nothing.
struct StandingStep {
    let db: any Session
    let batch: BatchID

    /// The state of the job of each draft that stands; nil: adding it would write something.
    func states(of drafts: [JobDraft]) throws -> [JobState?] {
        var states: [JobState?] = Array(repeating: nil, count: drafts.count)
        var images: [Int: String] = [:]
        try db.cachedStatement(sql: Self.lookup).forEach([KeyColumn.list(drafts.map(\.key)), batch.number]) { (row: PlacedRow<Column>) in
            let place: Int = row[.key]
            guard Self.stands(drafts[place], row) else { return }
            states[place] = JobState(rawValue: row[.state])
            images[place] = row[.images]
        }
        let pictures = try KnownPictures(drafts.indices.filter { states[$0] != nil }.flatMap { drafts[$0].images.compactMap(\.file) }, db)
        for (place, column) in images where !Self.lie(drafts[place].images, pictures, in: column, states[place]) { states[place] = nil }
        return states
    }

    private static func stands(_ draft: JobDraft, _ row: PlacedRow<Column>) -> Bool {
        row.bytes(.fingerprint) == draft.fingerprint.bytes && row[.ownKey] == draft.hasOwnKey
            && row.bytes(.given) == JSONColumn.bytes(draft.imagesAsGiven)
            && row.bytes(optional: .path) == draft.path?.bytes && row.bytes(.extra) == JSONColumn.bytes(draft.extra)
            && (draft.input == nil || row[.input] == draft.input?.number) && row[.missingSince] as Int64? == nil
    }

    /// Whether the pictures were seen where they lie; a job that is still to be sent must know of the same places.
    private static func lie(_ images: [ImageSource], _ pictures: KnownPictures, in column: String, _ state: JobState?) -> Bool {
        var items: [JSONValue] = []
        for image in images {
            switch image {
            case .url(let url): items.append(.string(url))
            case .file(let file):
                guard let id = pictures.row(of: file) else { return false }
                items.append(.integer(id))
            }
        }
        return state == .succeeded || column == JSONColumn.list(items)
    }

    enum Column: Int, CaseIterable {
        case key, state, images, fingerprint, ownKey, given, path, extra, input, missingSince
    }

    static let lookup = """
        SELECT chosen.key, jobs.state, jobs.images, jobs.fingerprint, entries.own_key, entries.given, entries.path, entries.extra,
            entries.input, entries.missing_since
        FROM json_each(?) AS chosen CROSS JOIN entries ON entries.batch = ? AND entries.key = chosen.value
            CROSS JOIN jobs ON jobs.id = entries.job
        """
}

extension Queue {
    /// Leaves out the drafts that stand in the queue already as they are, and counts them; nothing is written.
    package func changed(
        among drafts: [JobDraft], in batch: BatchID, _ captions: inout CaptionSearch, _ added: inout Added
    ) throws -> [JobDraft] {
        try reader.read { db in
            let states = try StandingStep(db: db, batch: batch).states(of: drafts)
            var changed: [JobDraft] = []
            for (draft, state) in zip(drafts, states) {
                // A caption of another batch may have come since.
                let isTaken = try state != nil && captions.caption(for: draft, state: { state }, db) != nil && captions.use == .takeOver
                if state == nil || isTaken { changed.append(draft) } else { added.known += 1 }
            }
            return changed
        }
    }
}
