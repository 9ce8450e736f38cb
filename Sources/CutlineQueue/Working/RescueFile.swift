import CutlineCore
import Foundation
import SystemPackage

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
            return true
        }
    }

    /// Hands every whole line to `settle`, which returns what the queue refused: that stays in the file, the rest is removed from it.
    /// A line that was cut off by a crash had not been acknowledged and is passed over.
    ///
    /// - Returns: how many lines the queue took.
    func replay(_ settle: ([Settlement]) throws -> Set<AttemptID>) throws -> Int {
        guard let lock = FileLock(existing: path) else { return 0 }
        return try lock.withLock {
            guard lock.isInPlace else { return 0 }
            let lines = try Data(contentsOf: URL(filePath: path.string)).split(separator: UInt8(ascii: "\n"))
            let settlements = lines.compactMap { line in
                // An unreadable line is a torn one; see above.
                try? JSONDecoder().decode(Settlement.self, from: line)
            }
            let refused = try settle(settlements)
            let left = settlements.filter { refused.contains($0.attempt) }
            if left.isEmpty { unlink(path.string) } else { try Self.lines(left).write(to: URL(filePath: path.string), options: .atomic) }
            return settlements.count - left.count
        }
    }

    private static func lines(_ settlements: [Settlement]) throws -> Data {
        try settlements.reduce(into: Data()) { $0 += try JSONEncoder().encode($1) + Data("\n".utf8) }
    }
}

extension Queue {
    /// Saves settlements beside the queue after the queue refused them, in the space that the worker had reserved.
    package func saveForRescue(_ settlements: [Settlement], by worker: Worker) throws -> FilePath {
        worker.dropBallast()
        try RescueFile(path: location.rescue).append(settlements)
        return location.rescue
    }

    /// Brings in what a worker saved when it could not write the queue; doing so twice changes nothing.
    ///
    /// - Returns: how many settlements it took. What it refuses (of an attempt that it does not have) stays in the file.
    package func replayRescueFile(now: Timestamp) throws -> Int {
        try RescueFile(path: location.rescue).replay { settlements in
            try write { db in
                let lanes = LaneStore(db)
                let settling = SettleStep(db: db, lanes: lanes, now: now, jitter: { 0 })
                let settled = try settlements.map(settling.settle)
                try lanes.flush()
                return Set(settled.filter(\.isRejected).map(\.attempt))
            }
        }
    }
}
