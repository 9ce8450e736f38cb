import CutlineCore
import GRDB

/// Which entries `remove` is about. What is nil does not restrict it.
package struct EntrySelection: Hashable, Sendable {
    package var batch: BatchID?
    /// Named one by one.
    package var entries: Set<EntryID>?
    /// Only those whose picture is missing.
    package var isMissing: Bool
    /// Of jobs that failed or are held: of the last attempt that failed.
    package var failure: FailureClass?

    package init(batch: BatchID? = nil, entries: Set<EntryID>? = nil, isMissing: Bool = false, failure: FailureClass? = nil) {
        self.batch = batch
        self.entries = entries
        self.isMissing = isMissing
        self.failure = failure
    }
}

/// An entry's number in its queue.
package struct EntryID: Hashable, Comparable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (a: EntryID, b: EntryID) -> Bool { a.number < b.number }
}

/// What `remove` did, or would do.
package struct Removed: Hashable, Sendable {
    package var entries = 0
    /// Of jobs that have their caption, which stays in the books.
    package var captioned = 0
    /// Unfinished jobs that no entry names any more.
    package var cancelled = 0
    /// Jobs without a name whose call is under way.
    package var running = 0

    package init(entries: Int = 0, captioned: Int = 0, cancelled: Int = 0, running: Int = 0) {
        (self.entries, self.captioned, self.cancelled, self.running) = (entries, captioned, cancelled, running)
    }
}

extension EntrySelection {
    static let pageSize = 250

    /// The next entries that may be meant, along an index.
    enum Source {
        case listed([EntryID])
        case missing(BatchID)
        case all(BatchID)

        /// In the order of their numbers, but for a whole batch in that of their keys.
        func page(after cursor: inout Cursor, _ db: Database) throws -> [Int64] {
            switch self {
            case .listed(let ids):
                let page = ids.filter { $0.number > cursor.id }.prefix(pageSize).map(\.number)
                cursor.id = page.last ?? cursor.id
                return page
            case .missing(let batch):
                let page = try Int64.fetchAll(db.cachedStatement(sql: EntrySelection.missingPage), arguments: [batch.number, cursor.id])
                cursor.id = page.last ?? cursor.id
                return page
            case .all(let batch):
                let rows = try Row.fetchAll(db.cachedStatement(sql: EntrySelection.batchPage), arguments: [batch.number, cursor.key])
                if let last = rows.last { cursor.key = last["key"] }
                return rows.map { $0["id"] }
            }
        }
    }

    struct Cursor {
        var id = Int64.min
        var key = UserText("")
    }

    func sources(_ batches: [BatchID]) -> [Source] {
        if let entries { return [.listed(entries.sorted())] }
        return (batch.map { [$0] } ?? batches).map { isMissing ? .missing($0) : .all($0) }
    }

    /// - Parameter row: of `facts`.
    func admits(_ row: Row) -> Bool {
        if let batch, row["batch"] != batch.number { return false }
        if isMissing, row["missing_since"] as Int64? == nil { return false }
        guard let failure else { return true }
        return ["failed", "held"].contains(row["state"] as String) && row["class"] as String? == failure.rawValue
    }

    static let missingPage = """
        SELECT id FROM entries INDEXED BY entries_missing WHERE batch = ? AND missing_since IS NOT NULL AND id > ? ORDER BY id LIMIT \(pageSize)
        """

    static let batchPage = "SELECT id, key FROM entries WHERE batch = ? AND key > ? ORDER BY key LIMIT \(pageSize)"

    static let facts = """
        SELECT entries.batch, entries.job, entries.missing_since, jobs.state, jobs.reopened,
            (SELECT class FROM attempts WHERE job = jobs.id AND class IS NOT NULL ORDER BY n DESC LIMIT 1) AS class
        FROM entries JOIN jobs ON jobs.id = entries.job WHERE entries.id = ?
        """
}
