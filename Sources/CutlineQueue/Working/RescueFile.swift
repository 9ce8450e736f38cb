import CutlineCore
import Foundation
import SystemPackage

/// Where what has been paid for goes when the queue cannot be written: `<queue>.rescue.jsonl`, one settlement a line.
struct RescueFile {
    let path: FilePath

    /// Appends and flushes to the disk; several processes may do so at once.
    func append(_ settlements: [Settlement]) throws {
        var lines = Data()
        for settlement in settlements { lines += try JSONEncoder().encode(settlement) + Data("\n".utf8) }
        let lock = try FileLock(path)
        try lock.withLock {
            let file = try FileHandle(forWritingTo: URL(filePath: path.string))
            defer { file.closeFile() }
            try file.seekToEnd()
            try file.write(contentsOf: lines)
            try file.synchronize()
        }
    }

    /// Hands every whole line to `settle` and removes the file once that has returned. A line that was cut off by a crash had not
    /// been acknowledged and is passed over.
    func replay(_ settle: ([Settlement]) throws -> Void) throws -> Int {
        guard let lock = FileLock(existing: path) else { return 0 }
        return try lock.withLock {
            let lines = try Data(contentsOf: URL(filePath: path.string)).split(separator: UInt8(ascii: "\n"))
            let settlements = lines.compactMap { line in
                // An unreadable line is a torn one; see above.
                try? JSONDecoder().decode(Settlement.self, from: line)
            }
            try settle(settlements)
            unlink(path.string)
            return settlements.count
        }
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
    /// - Returns: how many settlements were found.
    package func replayRescueFile(now: Timestamp) throws -> Int {
        try RescueFile(path: location.rescue).replay { settlements in
            try write { db in
                let lanes = LaneStore(db)
                let settling = SettleStep(db: db, lanes: lanes, now: now, jitter: { 0 })
                for settlement in settlements { _ = try settling.settle(settlement) }
                try lanes.flush()
            }
        }
    }
}
