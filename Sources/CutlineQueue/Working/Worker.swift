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
    func removeFiles() { Self.removeFiles(ofLock: lock.path) }

    /// Who calls this holds the lock.
    static func removeFiles(ofLock lock: FilePath) {
        unlink(ballastPath(ofLock: lock).string)
        unlink(lock.string)
    }

    static func ballastPath(ofLock lock: FilePath) -> FilePath {
        var path = lock
        path.extension = "ballast"
        return path
    }
}

extension Queue {
    /// Registers this process: first its lock file, locked, then its row, so that a newborn worker is never taken for a dead one.
    package func startWorker(token: String, host: String, pid: Int32, now: Timestamp) throws -> Worker {
        try location.makeWorkersFolder()
        let lock = try FileLock(lockPath(of: token), mustBeNew: true)
        guard lock.tryLock() else { throw QueueError.unusable(lock.path, reason: "somebody else locked it") }
        let ballast = Ballast(at: Worker.ballastPath(ofLock: lock.path))
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
            let step = RescueStep(db, now: now)
            while try !step.hasNoOpenAttempts(worker.id) { _ = try step.abandonAttempts(of: worker.id) }
            try db.execute(sql: "UPDATE workers SET ended_at = ? WHERE id = ?", arguments: [now.milliseconds, worker.id.number])
        }
        worker.removeFiles()
    }

    func lockPath(of token: String) -> FilePath { location.workers.appending("\(token).lock") }
}
