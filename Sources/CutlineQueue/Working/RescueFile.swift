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

    /// Hands every line that can be read to `settle`, and removes the file where that returns true and nothing else stood there: what was
    /// paid for is never removed unread. A last line that a crash cut off had not been acknowledged and is passed over.
    ///
    /// - Returns: the numbers of lines that cannot be read, from 1.
    @discardableResult func replay(_ settle: ([Settlement]) throws -> Bool) throws -> [Int] {
        guard let lock = FileLock(existing: path) else { return [] }
        return try lock.withLock {
            guard lock.isInPlace else { return [] }
            let lines = try readLines()
            let unreadable = lines.filter { $0.settlement == nil }.map(\.number)
            if try settle(lines.compactMap(\.settlement)), unreadable.isEmpty { unlink(path.string) }
            return unreadable
        }
    }

    /// The numbers of lines that no build like this one can read, from 1.
    func unreadableLines() throws -> [Int] { try readLines().filter { $0.settlement == nil }.map(\.number) }

    /// - Returns: the lines that are not blank and not torn.
    private func readLines() throws -> [(number: Int, settlement: Settlement?)] {
        let bytes = try Data(contentsOf: URL(filePath: path.string))
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let last = lines.lastIndex { !$0.isEmpty }
        return lines.enumerated().compactMap { index, line in
            if line.isEmpty { return nil }
            if let settlement = try? JSONColumn.decode(Settlement.self, fromBytes: line) { return (index + 1, settlement) }
            // What a crash left is no JSON; a whole line may be of another version.
            let isTorn = index == last && (index == lines.count - 1 || !JSONColumn.isJSON(line))
            return isTorn ? nil : (index + 1, nil)
        }
    }

    private static func lines(_ settlements: [Settlement]) throws -> Data {
        try settlements.reduce(into: Data()) { $0 += Data((try JSONColumn.encode($1) + "\n").utf8) }
    }
}

extension Queue {
    /// Saves settlements beside the queue after the queue refused them, in the space that the worker had reserved.
    package func saveForRescue(_ settlements: [Settlement], by worker: Worker) throws -> FilePath {
        worker.releaseReservedSpace()
        try RescueFile(path: state.rescue).append(settlements)
        return state.rescue
    }

    /// Brings in what a worker saved when it could not write the queue; doing so twice changes nothing.
    package func replayRescueFile(now: Timestamp) throws -> Replayed {
        var replayed = Replayed()
        replayed.unreadable = try RescueFile(path: state.rescue).replay { settlements in
            // What is stored already when a later page fails is only repeated the next time.
            for start in stride(from: 0, to: settlements.count, by: Self.rescuePage) {
                if start > 0 { Self.giveWay() }
                let (settled, notices) = try replay(Array(settlements[start...].prefix(Self.rescuePage)), now: now)
                let refused = settled.count(where: \.isRejected)
                replayed.refused += refused
                replayed.broughtIn += settled.count { $0.effect != .repeated } - refused
                replayed.actions += notices
            }
            return replayed.refused == 0
        }
        return replayed
    }

    private static let rescuePage = 200

    private func replay(_ settlements: [Settlement], now: Timestamp) throws -> ([Settled], [LaneNotice]) {
        let looks = try lookAhead(settlements)
        return try write { db in
            let lanes = LaneStore(db)
            let settling = SettleStep(db: db, lanes: lanes, now: now, jitter: { 0 }, checksCache: checksCache, looks: looks)
            let settled = try settlements.map(settling.settle)
            try lanes.flush()
            return (settled, lanes.notices)
        }
    }
}
