import CutlineCore
import GRDB
import SystemPackage

extension QueueReader {
    /// Reads the whole file.
    package func fileHealth() throws -> FileHealth {
        try read { db in
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

    /// A worker lives while the kernel holds its lock.
    package func workerHealth() throws -> [WorkerHealth] {
        let tokens = try read { db in
            try Row.fetchAll(db, sql: "SELECT id, token FROM workers WHERE ended_at IS NULL").map {
                ($0["id"] as Int64, $0["token"] as String)
            }
        }
        let lives = Dictionary(uniqueKeysWithValues: tokens.map { ($0, life(ofWorker: $1)) })
        return try workerStatuses().map { WorkerHealth(worker: $0, life: lives[$0.id.number] ?? .unclear) }
    }

    /// Looking takes the lock for a moment; the worker has it before its row is written, so nobody waits for it.
    private func life(ofWorker token: String) -> WorkerHealth.Life {
        let path = QueueLocation(database: path).workers.appending("\(token).lock")
        guard let lock = FileLock(existing: path) else { return .unclear }
        return lock.tryLock() ? .dead : .alive
    }

    /// What a worker saved beside a queue that could not be written; nil where there is nothing.
    package var rescueFile: FilePath? { QueueLocation(database: path).existingRescueFile }

    /// The numbers of its lines that this build cannot read, from 1.
    package func unreadableRescueLines() throws -> [Int] {
        try rescueFile.map { try RescueFile(path: $0).unreadableLines() } ?? []
    }

    /// The SQLite that runs.
    package static func libraryVersion() throws -> SQLiteVersion { try Queue.libraryVersion() }
}
