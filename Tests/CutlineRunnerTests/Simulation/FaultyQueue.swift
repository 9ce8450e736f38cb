import CutlineCore
import CutlineQueue
import SystemPackage

@testable import CutlineRunner

/// What goes wrong with one visit to the queue.
enum QueueFault {
    /// The process dies before anything happened, or once the disk has it, but before the worker hears of it.
    case crashBefore, crashAfter
    case failsBefore
    /// It happened, and an error is returned all the same.
    case failsAfter
    /// A statement inside fails: at an attempt's row, at a caption's, or at the lane's, the last of a turn.
    case failsWithin(table: String)
}

/// A process's own connection to the queue's file, with which things go wrong.
final class FaultyQueue: WorkQueue {
    struct Fault: Error {}

    let queue: Queue
    private(set) var hasCrashed = false
    private let sabotage: Sabotage?
    private let choose: (_ writes: Bool) -> QueueFault?
    private let arm: (String?) throws -> Void
    private let wrote: () -> Void
    private let took: ([Claim], [LaneNotice]) throws -> Void
    private let isFileBroken: () -> Bool

    /// - Parameters:
    ///   - choose: what goes wrong next time.
    ///   - arm: lets the next change of a table fail; nil: of none.
    ///   - took: looks at what was claimed and what lanes did, before anything else happens, though the worker may never hear of it.
    ///   - wrote: told after each visit that may have changed the queue.
    init(
        _ queue: Queue, sabotage: Sabotage?, choose: @escaping (_ writes: Bool) -> QueueFault?, arm: @escaping (String?) throws -> Void,
        took: @escaping ([Claim], [LaneNotice]) throws -> Void, wrote: @escaping () -> Void, isFileBroken: @escaping () -> Bool
    ) {
        self.queue = queue
        self.sabotage = sabotage
        self.choose = choose
        self.arm = arm
        self.took = took
        self.wrote = wrote
        self.isFileBroken = isFileBroken
    }

    func turn(_ worker: Worker, _ request: TurnRequest) throws -> Turn {
        try visit {
            let request = sabotage?.falsified(request) ?? request
            try sabotage?.beforeTurn(request, queue)
            let turn = try sabotage?.turn(worker, request, queue) ?? queue.turn(worker, request)
            try took(turn.claims, turn.actions)
            return turn
        }
    }

    func rescue(except worker: Worker?, now: Timestamp) throws -> Rescued { try visit { try queue.rescue(except: worker, now: now) } }
    func replayRescueFile(now: Timestamp) throws -> Replayed {
        try visit {
            let replayed = try queue.replayRescueFile(now: now)
            try took([], replayed.actions)
            return replayed
        }
    }
    func resumeLanes(_ scope: Scope) throws { try visit { try queue.resumeLanes(scope) } }
    func changeCounter() throws -> Int64 { try visit(writes: false) { try queue.changeCounter() } }

    func saveForRescue(_ settlements: [Settlement], by worker: Worker) throws -> FilePath {
        guard !hasCrashed, !isFileBroken() else { throw Fault() }
        if sabotage == .rescueFile { return "nowhere" }
        return try queue.saveForRescue(settlements, by: worker)
    }

    func endWorker(_ worker: Worker, now: Timestamp) throws {
        try visit { try queue.endWorker(worker, now: now) }
        try queue.close()
    }

    private func visit<Result>(writes: Bool = true, _ body: () throws -> Result) throws -> Result {
        guard !hasCrashed else { throw Fault() }
        defer { if writes { wrote() } }
        switch choose(writes) {
        case nil: return try body()
        case .crashBefore:
            hasCrashed = true
            throw Fault()
        case .crashAfter:
            _ = try body()
            hasCrashed = true
            throw Fault()
        case .failsBefore: throw Fault()
        case .failsAfter:
            _ = try body()
            throw Fault()
        case .failsWithin(let table):
            try arm(table)
            let result = Swift.Result { try body() }
            try arm(nil)
            return try result.get()
        }
    }
}
