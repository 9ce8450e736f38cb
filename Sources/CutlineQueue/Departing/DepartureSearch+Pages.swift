import CutlineCore
import SystemPackage

/// An entry that a run did not meet.
struct UnmetEntry {
    let id: Int64
    let key: String
    let job: Int64
    let path: FilePath
    let isMissing: Bool
}

/// A place in a batch's entries, in the order of their keys.
struct KeyCursor {
    var last = UserText("")
}

extension DepartureSearch {
    private static let pageSize = 1_000

    /// The unmet ones among the next entries; nil at the end. Entries of addresses and of several pictures are no file that could be gone.
    func page(after cursor: inout KeyCursor, _ db: any Session) throws -> [UnmetEntry]? {
        var (unmet, count) = ([Int64](), 0)
        for row in try Row.fetchAll(db.cachedStatement(sql: Self.keys), arguments: [batch.number, cursor.last, Self.pageSize]) {
            count += 1
            cursor.last = row[1]
            guard let input = row[2] as Int64?, inputs.contains(InputID(input)), !holds(cursor.last.text) else { continue }
            unmet.append(row[0])
        }
        guard count > 0 else { return nil }
        let statement = try db.cachedStatement(sql: Self.facts)
        return try unmet.compactMap { try Row.fetchOne(statement, arguments: [$0]).flatMap(entry) }
    }

    private func entry(_ row: Row) throws -> UnmetEntry? {
        guard let path = row["path"] as [UInt8]? else { return nil }
        let key = row.text("key")
        let name = try row["own_key"] ? JSONColumn.texts(row["given"]).first ?? key : key
        guard !excludes(name) else { return nil }
        return UnmetEntry(
            id: row["id"], key: key, job: row["job"], path: FilePath(bytes: path),
            isMissing: row["missing_since"] as Int64? != nil)
    }

    static let keys = "SELECT id, key, input FROM entries WHERE batch = ? AND key > ? ORDER BY key LIMIT ?"
    static let facts = "SELECT id, key, job, own_key, given, path, missing_since FROM entries WHERE id = ?"
}
