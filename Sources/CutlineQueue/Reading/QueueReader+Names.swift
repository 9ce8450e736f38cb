import CutlineCore
import SystemPackage

extension QueueReader {
    /// The jobs that a user means by `name`, without their records; see `jobs(named:batch:)`.
    package func jobIDs(named name: String, batch: BatchID? = nil) throws -> Set<JobID> {
        try read { db in
            let entries = try Self.entries(named: name, batch: batch, db)
            let jobs = try entries.compactMap { try Int64.fetchOne(db, sql: "SELECT job FROM entries WHERE id = ?", arguments: [$0]) }
            return Set(jobs.map { JobID($0) })
        }
    }

    /// Numbers of entries: by key, in any batch or in one, else by number.
    static func entries(named name: String, batch: BatchID?, _ db: any Session) throws -> [Int64] {
        let byKey = try Int64.fetchAll(
            db, sql: "SELECT id FROM entries WHERE key = ? AND batch IN (SELECT id FROM batches WHERE CAST(? AS BIGINT) IS NULL OR id = ?)",
            arguments: [UserText(name), batch?.number, batch?.number])
        guard byKey.isEmpty, let id = Int64(name) else { return byKey }
        return try Int64.fetchAll(
            db, sql: "SELECT id FROM entries WHERE id = ? AND (CAST(? AS BIGINT) IS NULL OR batch = ?)",
            arguments: [id, batch?.number, batch?.number])
    }

    /// Whether a picture was once known that had this default key, below the folder of an input: no entry has it any more.
    package func hasLost(_ key: String) throws -> Bool {
        try read { db in
            let names = try [UInt8].fetchAll(db, sql: "SELECT DISTINCT name FROM inputs ORDER BY name LIMIT 1000")
            let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM pictures WHERE path = ?)")
            return try names.contains { name in
                try Bool.fetchOne(statement, arguments: [FilePath(bytes: name).pushing(FilePath(key)).bytes]) ?? false
            }
        }
    }

    /// Keys that stand beside `name` in order, 20 on each side a batch, and as many that begin like its first half: what a misspelt key may
    /// have meant, without reading a million of them.
    package func keys(near name: String, batch: BatchID? = nil) throws -> [String] {
        let half = String(name.prefix(name.count / 2))
        return try read { db in
            let batches = try batch.map { [$0.number] } ?? Int64.fetchAll(db, sql: "SELECT id FROM batches ORDER BY id LIMIT 100")
            var keys: [String] = []
            for batch in batches {
                for (sql, start) in [(Self.keysBelow, name), (Self.keysFrom, name), (Self.keysFrom, half)] {
                    let arguments: Arguments = [batch, UserText(start)]
                    keys += try UserText.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map(\.text)
                }
            }
            return keys
        }
    }

    static let keysFrom = "SELECT key FROM entries WHERE batch = ? AND key >= ? ORDER BY key LIMIT 20"
    static let keysBelow = "SELECT key FROM entries WHERE batch = ? AND key < ? ORDER BY key DESC LIMIT 20"
}
