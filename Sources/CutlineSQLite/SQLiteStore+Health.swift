import CutlineQueue
import GRDB

extension SQLiteStore {
    package func health() throws -> [StoreFinding] { [try fileHealth(), try libraryHealth()] }

    private func fileHealth() throws -> StoreFinding {
        let (version, damage) = try readDatabase { db in (try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0, try Self.damage(db)) }
        guard let first = damage.first else { return StoreFinding(.fine, "queue file", "whole; schema \(version)") }
        let count = damage.count == 1 ? "1 fault" : "\(damage.count) faults"
        let advice = "stop all workers and restore a backup, or save what can be read with `sqlite3 \(path.string) .recover`"
        return StoreFinding(.damage, "queue file", "\(count), the first: \(first); \(advice)")
    }

    /// What SQLite finds in the file: broken pages, rows without their parents.
    private static func damage(_ db: Database) throws -> [String] {
        let pages = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
        let rows = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(20).map { row in
            "row \(row["rowid"] as Int64? ?? 0) of \(row["table"] as String) names a missing row of \(row["parent"] as String)"
        }
        return pages + rows
    }

    private func libraryHealth() throws -> StoreFinding {
        let version = try Self.libraryVersion()
        let lock = version.hasWALResetBug ? "; writers take turns through a kernel lock, which keeps its WAL-reset bug off" : ""
        return StoreFinding(.fine, "SQLite", "\(version)\(lock)")
    }
}
