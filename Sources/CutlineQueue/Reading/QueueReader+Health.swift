import CutlineCore
import SystemPackage

extension QueueReader {
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
        let path = state.lockPath(of: token)
        guard let lock = FileLock(existing: path) else { return .unclear }
        return lock.tryLock() ? .dead : .alive
    }

    /// What a worker saved beside a queue that could not be written; nil where there is nothing.
    package var rescueFile: FilePath? { state.existingRescueFile }

    /// The numbers of its lines that this build cannot read, from 1.
    package func unreadableRescueLines() throws -> [Int] {
        try rescueFile.map { try RescueFile(path: $0).unreadableLines() } ?? []
    }
}
