import CutlineCore
import Foundation
import GRDB
import SystemPackage

/// A worker's number in its queue.
package struct WorkerID: Codable, Hashable, Sendable {
    package let number: Int64
}

/// This process as a worker of a queue. It is alive while the kernel holds its lock, which ends with the process, however it ends.
package final class Worker: Sendable {
    package let id: WorkerID
    let token: String
    private let lock: FileLock
    private let ballast: Ballast

    init(id: WorkerID, token: String, lock: FileLock, ballast: Ballast) {
        self.id = id
        self.token = token
        self.lock = lock
        self.ballast = ballast
    }

    /// Gives the reserved disk space back, so that what has been paid for can be written on a full disk.
    func dropBallast() { ballast.drop() }

    /// The lock file goes while the lock is held, so that nobody can find it free in between.
    func removeFiles() {
        ballast.drop()
        unlink(lock.path.string)
    }
}

extension Queue {
    /// Registers this process: first its lock file, locked, then its row, so that a newborn worker is never taken for a dead one.
    package func startWorker(token: String, host: String, pid: Int32, now: Timestamp) throws -> Worker {
        let lock = try FileLock(lockPath(of: token), mustBeNew: true)
        guard lock.tryLock() else { throw QueueError.unusable(lock.path, reason: "somebody else locked it") }
        let ballast = Ballast(at: location.workers.appending("\(token).ballast"))
        let id = try write { db in
            try db.execute(
                sql: "INSERT INTO workers (token, host, pid, started_at, seen_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [token, host, Int64(pid), now.milliseconds, now.milliseconds])
            return WorkerID(number: db.lastInsertedRowID)
        }
        return Worker(id: id, token: token, lock: lock, ballast: ballast)
    }

    /// Signs the worker off. Attempts of its that are still open become unknown.
    package func endWorker(_ worker: Worker, now: Timestamp) throws {
        try write { db in
            _ = try RescueStep(db, now: now).abandonAttempts(of: worker.id)
            try db.execute(sql: "UPDATE workers SET ended_at = ? WHERE id = ?", arguments: [now.milliseconds, worker.id.number])
        }
        worker.removeFiles()
    }

    func lockPath(of token: String) -> FilePath { location.workers.appending("\(token).lock") }
}
