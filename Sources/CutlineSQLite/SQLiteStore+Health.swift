import CutlineQueue
import GRDB

extension SQLiteStore {
    package func fileHealth() throws -> FileHealth {
        try readDatabase { db in
            var damage = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(20) {
                damage.append(
                    "row \(row["rowid"] as Int64? ?? 0) of \(row["table"] as String) names a missing row of \(row["parent"] as String)")
            }
            return FileHealth(
                schemaVersion: try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
                applicationID: try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0, damage: damage)
        }
    }
}
