import CutlineCore
import SystemPackage

extension Queue {
    /// Adds one chunk of drafts in one transaction. Adding the same again changes nothing but where its pictures lie.
    ///
    /// - Throws: `QueueError.keyTaken`; then nothing of this chunk was added.
    package func add(_ drafts: [JobDraft], to batch: BatchID, now: Timestamp) throws -> Added {
        try write { db in
            let adding = AddStep(db: db, batch: batch, now: now)
            return try drafts.reduce(Added()) { try $0 + adding.add($1) }
        }
    }

    /// The same, with a look at the captions of other batches.
    package func add(_ drafts: [JobDraft], to batch: BatchID, _ captions: inout CaptionSearch, now: Timestamp) throws -> Added {
        var chunks = [drafts][...]
        return try add(to: batch, &captions, now: now) { chunks.popFirst() }
    }

    /// Adds several chunks in one transaction: each costs a pass over the index of fingerprints, which have no order of their own.
    ///
    /// - Parameters:
    ///   - captions: what other batches have.
    ///   - next: the next chunk; nil ends the transaction. It must not wait for long: no other process can write meanwhile.
    package func add(
        to batch: BatchID, _ captions: inout CaptionSearch, now: Timestamp, next: () throws -> [JobDraft]?
    ) throws -> Added {
        try write { db in
            let adding = AddStep(db: db, batch: batch, now: now)
            var added = Added()
            while let drafts = try next() {
                for draft in drafts { added = added + (try adding.add(draft, &captions)) }
            }
            return added
        }
    }

    /// The error that adding this draft would bring, found without adding it.
    package func objection(to draft: JobDraft, in batch: BatchID) throws -> QueueError? {
        try reader.read { db in
            let adding = AddStep(db: db, batch: batch, now: Timestamp(milliseconds: 0))
            guard let entry = try adding.entry(draft.key) else { return nil }
            return try adding.objection(to: draft, replacing: entry)
        }
    }
}

extension QueueReader {
    /// The absolute paths that default keys belong to, in their order; nil where one is free, the user's own or a URL's.
    package func paths(ofDefaultKeys keys: [String], in batch: BatchID) throws -> [FilePath?] {
        try read { db in
            var paths: [FilePath?] = Array(repeating: nil, count: keys.count)
            for row in try Row.fetchAll(db.cachedStatement(sql: Self.defaultKeys), arguments: [KeyColumn.list(keys), batch.number]) {
                paths[row[0]] = FilePath(bytes: row[1] as [UInt8])
            }
            return paths
        }
    }

    static let defaultKeys = """
        SELECT chosen.key, entries.path FROM json_each(?) AS chosen
            CROSS JOIN entries ON entries.batch = ? AND entries.key = chosen.value AND entries.own_key = 0 AND entries.path IS NOT NULL
        """

    /// What was found in a picture that was read before and whose file has not changed since.
    package func knownDigest(of file: PictureFile) throws -> PictureContent? {
        try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT digest, damage, orientation FROM pictures
                    WHERE path = ? AND start = ? AND size = ? AND modified = ? AND inode = ? AND length IS NOT DISTINCT FROM ?
                    """)
            let row = try Row.fetchOne(
                statement,
                arguments: [
                    file.path.bytes, file.slice?.offset ?? -1, file.stamp.size, file.stamp.modified,
                    Int64(bitPattern: file.stamp.inode), file.slice?.length,
                ])
            guard let row, let digest = row["digest"] as [UInt8]? else { return nil }
            return PictureContent(
                digest: digest, damage: (row["damage"] as String?).flatMap(PictureDamage.init),
                orientation: (row["orientation"] as Int?).flatMap(PictureOrientation.init))
        }
    }
}
