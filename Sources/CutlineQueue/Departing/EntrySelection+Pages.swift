import CutlineCore

extension EntrySelection {
    static let pageSize = 250

    /// The next entries that may be meant, along an index.
    enum Source {
        case listed([EntryID])
        case missing(BatchID)
        case all(BatchID)

        /// In the order of their numbers, but for a whole batch in that of their keys.
        func page(after cursor: inout Cursor, _ db: any Session) throws -> [Int64] {
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
