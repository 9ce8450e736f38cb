import CutlineCore
import Foundation
import GRDB
import SystemPackage

/// What adding came to, by entry.
package struct Added: Hashable, Sendable {
    /// New jobs.
    package var new = 0
    /// Entries that were there already.
    package var known = 0
    /// New names for jobs that were there already: copies and renamed pictures, not paid for again.
    package var copies = 0
    /// Entries whose picture was edited: they moved to another job.
    package var edited = 0
    /// Unfinished jobs that an edit left without a name.
    package var cancelled = 0
    /// Jobs that took over the caption of another batch.
    package var reused = 0

    package init() {}

    package static func + (a: Added, b: Added) -> Added {
        var sum = a
        sum.new += b.new
        sum.known += b.known
        sum.copies += b.copies
        sum.edited += b.edited
        sum.cancelled += b.cancelled
        sum.reused += b.reused
        return sum
    }
}

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

    /// The absolute path that a default key belongs to; nil where the key is free, the user's own, or a URL's.
    package func path(ofDefaultKey key: String, in batch: BatchID) throws -> FilePath? {
        try reader.read { db in
            let statement = try db.cachedStatement(sql: "SELECT path FROM entries WHERE batch = ? AND key = ? AND own_key = 0")
            return try Row.fetchOne(statement, arguments: [batch.number, UserText(key)])
                .flatMap { $0["path"] as Data? }.map { FilePath(bytes: Array($0)) }
        }
    }

    /// What was found in a file that was read before and has not changed since.
    package func knownDigest(of path: FilePath, stamp: FileStamp) throws -> PictureContent? {
        try reader.knownDigest(of: path, stamp: stamp)
    }
}

extension QueueReader {
    /// What was found in a file that was read before and has not changed since.
    package func knownDigest(of path: FilePath, stamp: FileStamp) throws -> PictureContent? {
        try read { db in
            let statement = try db.cachedStatement(
                sql:
                    "SELECT digest, damage, orientation FROM pictures WHERE path = ? AND start = -1 AND size = ? AND modified = ? AND inode = ?"
            )
            let row = try Row.fetchOne(
                statement, arguments: [Data(path.bytes), stamp.size, stamp.modified, Int64(bitPattern: stamp.inode)])
            guard let row, let digest = row["digest"] as Data? else { return nil }
            return PictureContent(
                digest: Array(digest), damage: (row["damage"] as String?).flatMap(PictureDamage.init),
                orientation: (row["orientation"] as Int?).flatMap(PictureOrientation.init))
        }
    }
}
