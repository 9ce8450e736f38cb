import CutlineCore
import SystemPackage

/// Writes down inside a transaction what became of entries that a run did not meet.
struct DepartStep {
    let db: any Session
    let mark: EntryMark
    let now: Timestamp
    /// Jobs of entries that are missing from now on: copies by the thousand may be of one.
    private var lost: Set<Int64> = []

    init(db: any Session, mark: EntryMark, now: Timestamp) { (self.db, self.mark, self.now) = (db, mark, now) }

    /// Whether `depart` would write something.
    func writes(_ entry: UnmetEntry, _ presence: FilePresence) throws -> Bool {
        switch presence {
        case .unclear: false
        case .there: try entry.isMissing || newName(of: entry, onlyAt: entry.path) != nil
        case .gone: try !entry.isMissing || newName(of: entry) != nil
        case .belowEmptyFolder: try newName(of: entry) != nil
        }
    }

    /// Once all entries of a page were seen to.
    func finish(_ result: inout Departures) throws {
        for job in lost.sorted() {
            if try JobRow.cancelIfNameless(job, db, at: now) { result.cancelled += 1 }
            try JobRow.pointToRemainingEntry(job, db)
        }
    }

    mutating func depart(_ entry: UnmetEntry, _ presence: FilePresence, _ result: inout Departures) throws {
        guard try Int64.fetchOne(db.cachedStatement(sql: Self.job), arguments: [entry.id]) == entry.job else {
            // Another process has been here since it was read.
            return
        }
        switch presence {
        case .unclear: break
        case .there:
            // Its file has another key now; else the input names it no more, which takes nothing from it.
            if try rename(entry, onlyAt: entry.path, &result) { return }
            if entry.isMissing { try comeBack(entry, &result) }
        case .gone: if try !rename(entry, &result) { try miss(entry, &result) }
        case .belowEmptyFolder(let folder):
            if try !rename(entry, &result) {
                if entry.isMissing { result.miss(entry.key, isNew: false) } else { result.keep(below: folder) }
            }
        }
    }

    /// The entry, with its number, takes the name under which this run met its content.
    private func rename(_ entry: UnmetEntry, onlyAt path: FilePath? = nil, _ result: inout Departures) throws -> Bool {
        guard let new = try newName(of: entry, onlyAt: path) else { return false }
        try db.cachedStatement(sql: "DELETE FROM entries WHERE id = ?").execute(arguments: [new["id"] as Int64])
        try db.cachedStatement(sql: Self.renaming).execute(arguments: [
            UserText(new.text("key")), new["own_key"] as Bool, new["given"] as String, new["path"] as [UInt8]?, new["extra"] as String,
            new["input"] as Int64?, entry.id,
        ])
        result.rename(entry.key, to: new.text("key"))
        return true
    }

    private func newName(of entry: UnmetEntry, onlyAt path: FilePath? = nil) throws -> Row? {
        let path = path.map { $0.bytes }
        return try Row.fetchOne(db.cachedStatement(sql: Self.nameOfThisRun), arguments: [entry.job, mark.newest, path != nil, path])
    }

    private mutating func miss(_ entry: UnmetEntry, _ result: inout Departures) throws {
        result.miss(entry.key, isNew: !entry.isMissing)
        guard !entry.isMissing else { return }
        try db.cachedStatement(sql: "UPDATE entries SET missing_since = ? WHERE id = ?").execute(arguments: [now.milliseconds, entry.id])
        lost.insert(entry.job)
    }

    private func comeBack(_ entry: UnmetEntry, _ result: inout Departures) throws {
        try JobRow.requeueIfNameless(entry.job, db)
        try db.cachedStatement(sql: "UPDATE entries SET missing_since = NULL WHERE id = ?").execute(arguments: [entry.id])
        result.returned += 1
    }

    private static let job = "SELECT job FROM entries WHERE id = ?"

    static let nameOfThisRun = """
        SELECT id, key, own_key, given, path, extra, input FROM entries
        WHERE job = ? AND id > ? AND missing_since IS NULL AND (CAST(? AS BIGINT) = 0 OR path = ?) ORDER BY id LIMIT 1
        """

    private static let renaming = """
        UPDATE entries SET key = ?, own_key = ?, given = ?, path = ?, extra = ?, input = ?, missing_since = NULL WHERE id = ?
        """
}
