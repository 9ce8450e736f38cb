import CutlineCore
import Foundation
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where what has been paid for goes when the queue cannot be written: `<queue>.rescue.jsonl`, one settlement a line.
struct RescueFile {
    let path: FilePath

    /// Appends and flushes to the disk; several processes may do so at once.
    func append(_ settlements: [Settlement]) throws {
        // A line break first: the line before may be a torn one.
        let lines = try Data("\n".utf8) + Self.lines(settlements)
        while try !appendLocked(lines) {}
    }

    /// False where a replay removed the file while we waited for its lock.
    private func appendLocked(_ lines: Data) throws -> Bool {
        let lock = try FileLock(path)
        return try lock.withLock {
            guard lock.isInPlace else { return false }
            let file = try FileHandle(forWritingTo: URL(filePath: path.string))
            defer { file.closeFile() }
            try file.seekToEnd()
            try file.write(contentsOf: lines)
            try file.synchronize()
            syncFolder()
            return true
        }
    }

    /// A new file's name is on the disk only once its folder is.
    private func syncFolder() {
        let folder = path.removingLastComponent()
        let descriptor = open(folder.isEmpty ? "." : folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Hands every whole line to `settle`, and removes the file where that returns true. A line that was cut off by a crash had not been
    /// acknowledged and is passed over.
    func replay(_ settle: ([Settlement]) throws -> Bool) throws {
        guard let lock = FileLock(existing: path) else { return }
        try lock.withLock {
            guard lock.isInPlace else { return }
            let lines = try Data(contentsOf: URL(filePath: path.string)).split(separator: UInt8(ascii: "\n"))
            let settlements = lines.compactMap { line in
                // An unreadable line is a torn one; see above.
                try? JSONDecoder().decode(Settlement.self, from: line)
            }
            if try settle(settlements) { unlink(path.string) }
        }
    }

    private static func lines(_ settlements: [Settlement]) throws -> Data {
        try settlements.reduce(into: Data()) { $0 += try JSONEncoder().encode($1) + Data("\n".utf8) }
    }
}

/// What became of the outcomes in the rescue file.
package struct Replayed: Hashable, Sendable {
    package var broughtIn = 0
    /// Of attempts that this queue does not have (was a backup restored?); the file is kept because of them.
    package var refused = 0

    package init() {}
}

extension Queue {
    /// Saves settlements beside the queue after the queue refused them, in the space that the worker had reserved.
    package func saveForRescue(_ settlements: [Settlement], by worker: Worker) throws -> FilePath {
        worker.dropBallast()
        try RescueFile(path: location.rescue).append(settlements)
        return location.rescue
    }

    /// Brings in what a worker saved when it could not write the queue; doing so twice changes nothing.
    package func replayRescueFile(now: Timestamp) throws -> Replayed {
        var replayed = Replayed()
        try RescueFile(path: location.rescue).replay { settlements in
            let settled = try write { db in
                let lanes = LaneStore(db)
                let settling = SettleStep(db: db, lanes: lanes, now: now, jitter: { 0 }, shelf: shelf)
                let settled = try settlements.map(settling.settle)
                try lanes.flush()
                return settled
            }
            replayed.refused = settled.count(where: \.isRejected)
            replayed.broughtIn = settled.count { $0.effect != .repeated } - replayed.refused
            return replayed.refused == 0
        }
        return replayed
    }
}
