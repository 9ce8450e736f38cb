import CutlineCore
import Foundation
import SystemPackage

/// This process as a worker of a queue. It is alive while the kernel holds its lock, which ends with the process, however it ends.
package final class Worker: Sendable {
    package let id: WorkerID
    let token: String
    private let lock: FileLock
    private let reserved: ReservedDiskSpace

    init(id: WorkerID, token: String, lock: FileLock, reserved: ReservedDiskSpace) {
        self.id = id
        self.token = token
        self.lock = lock
        self.reserved = reserved
    }

    /// Gives the reserved disk space back, so that what has been paid for can be written on a full disk.
    func releaseReservedSpace() { reserved.drop() }

    /// The lock file goes while the lock is held, so that nobody can find it free in between.
    func removeFiles() { Self.removeFiles(ofLock: lock.path) }

    /// The lock must be held meanwhile.
    static func removeFiles(ofLock lock: FilePath) {
        unlink(reservedPath(ofLock: lock).string)
        unlink(lock.string)
    }

    static func reservedPath(ofLock lock: FilePath) -> FilePath {
        var path = lock
        path.extension = "reserved"
        return path
    }
}

extension Queue {
    /// Registers this process: first its lock file, locked, then its row, so that a newborn worker is never taken for a dead one.
    package func startWorker(token: String, host: String, pid: Int32, now: Timestamp) throws -> Worker {
        try state.makeWorkersFolder()
        try sweepWorkers()
        let lock = try newLock(of: token)
        let reserved = ReservedDiskSpace(at: Worker.reservedPath(ofLock: lock.path))
        let id = try write { db in
            let id = try db.insert(
                sql: "INSERT INTO workers (token, host, pid, started_at, seen_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [token, host, Int64(pid), now.milliseconds, now.milliseconds])!
            return WorkerID(number: id)
        }
        return Worker(id: id, token: token, lock: lock, reserved: reserved)
    }

    /// Signs the worker off. Attempts of its that are still open become unknown.
    package func endWorker(_ worker: Worker, now: Timestamp) throws {
        try writePages { db in
            let step = RescueStep(db, now: now)
            _ = try step.abandonAttempts(of: worker.id, atMost: RescueStep.pageSize)
            guard try step.hasNoOpenAttempts(worker.id) else { return true }
            try db.execute(sql: "UPDATE workers SET ended_at = ? WHERE id = ?", arguments: [now.milliseconds, worker.id.number])
            return false
        }
        worker.removeFiles()
    }

    private func newLock(of token: String) throws -> FileLock {
        let path = state.lockPath(of: token)
        while true {
            let lock = try FileLock(path, mustBeNew: true)
            if lock.tryLock(), lock.isInPlace { return lock }
            // Another start takes it for one that was left, and is about to remove it.
            for _ in 0..<1_000 where access(path.string, F_OK) == 0 { usleep(1_000) }
        }
    }

    /// Removes what killed workers have left that no row knows of, or none that is alive: their lock is free. Rows of dead ones are seen to
    /// by `rescue`, which needs their files.
    private func sweepWorkers() throws {
        let alive = try reader.read { try Set(String.fetchAll($0, sql: "SELECT token FROM workers WHERE ended_at IS NULL")) }
        let names = try FileManager.default.contentsOfDirectory(atPath: state.workers.string)
        let locks = Set(names.filter { $0.hasSuffix(".lock") }.map { String($0.dropLast(".lock".count)) })
        for token in locks.subtracting(alive) {
            guard let lock = FileLock(existing: state.lockPath(of: token)), lock.tryLock(), lock.isInPlace else { continue }
            Worker.removeFiles(ofLock: lock.path)
        }
        // A worker makes its lock first and removes it last.
        for name in names where name.hasSuffix(".reserved") {
            if access(state.lockPath(of: String(name.dropLast(".reserved".count))).string, F_OK) != 0 {
                unlink(state.workers.appending(name).string)
            }
        }
    }
}
