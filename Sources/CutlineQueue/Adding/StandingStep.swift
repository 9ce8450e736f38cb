import CutlineCore
import Foundation
import GRDB

/// Finds the drafts that stand in the queue already just as they are: adding them would change nothing.
struct StandingStep {
    let db: Database
    let batch: BatchID

    /// The state of the job of each draft that stands; nil: adding it would write something.
    func states(of drafts: [JobDraft]) throws -> [JobState?] {
        var states: [JobState?] = Array(repeating: nil, count: drafts.count)
        var images: [Int: String] = [:]
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: Self.lookup), arguments: [KeyColumn.list(drafts.map(\.key)), batch.number])
        while let row = try rows.next() {
            let place: Int = row[0]
            guard Self.stands(drafts[place], row) else { continue }
            states[place] = JobState(rawValue: row[1])
            images[place] = row[2]
        }
        let pictures = try KnownPictures(drafts.indices.filter { states[$0] != nil }.flatMap { drafts[$0].images.compactMap(\.file) }, db)
        for (place, column) in images where !Self.lie(drafts[place].images, pictures, in: column, states[place]) { states[place] = nil }
        return states
    }

    private static func stands(_ draft: JobDraft, _ row: Row) -> Bool {
        row[3] as Data == Data(draft.fingerprint.bytes) && row[4] == draft.hasOwnKey
            && row[5] as Data == Data(JSONColumn.list(draft.imagesAsGiven).utf8)
            && row[6] as Data? == draft.path.map { Data($0.bytes) } && row[7] as Data == Data(JSONValue.object(draft.extra).text.utf8)
            && (draft.input == nil || row[8] == draft.input?.number) && row[9] as Int64? == nil
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
        return state == .succeeded || column == JSONValue.array(items).text
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
