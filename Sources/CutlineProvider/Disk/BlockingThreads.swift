import Dispatch
import Foundation
import NIOCore
import Synchronization

/// Threads for what may block for ever: reading files on a disk that hangs, asking a name service that does not answer.
///
/// ```
/// a call ── run ──▶ the line ──▶ a thread ── result ──▶ the call
///            └── its deadline, or a stop, whichever is first ──▶ the call
/// ```
///
/// Nobody waits for work longer than until its deadline or its task's end. What blocks cannot be stopped: it keeps its thread, and
/// nobody hears what comes of it. A few threads do everything as long as things move; where the first in the line has waited for a second,
/// each of them hangs, and as many are made besides, up to `most` in all. If those hang too, what stands in the line ends at its deadline as
/// the others do, and is never begun. Threads that come back and find nothing to do end, down to the usual few.
final class BlockingThreads: Sendable {
    static let shared = BlockingThreads()

    /// The deadline came first.
    struct Overdue: Error {}

    private struct Work {
        let since: NIODeadline
        let deadline: NIODeadline
        let run: @Sendable () -> Void
        let expire: @Sendable () -> Void
    }

    /// First come, first served.
    private struct Line {
        private var arrived: [Work] = []
        /// The first is the last of them.
        private var next: [Work] = []

        var count: Int { arrived.count + next.count }
        var isEmpty: Bool { arrived.isEmpty && next.isEmpty }
        var first: Work? { next.last ?? arrived.first }
        var all: [Work] { next + arrived }

        mutating func append(_ work: Work) { arrived.append(work) }

        mutating func popFirst() -> Work? {
            if next.isEmpty { (next, arrived) = (arrived.reversed(), []) }
            return next.popLast()
        }
    }

    private struct State {
        var line = Line()
        /// By the number of the thread.
        var running: [Int: Work] = [:]
        var threads = 0
        var made = 0
        var isLookDue = false
    }

    private let usual: Int
    private let most: Int
    private let lookPause: Duration
    private let hangsAfter: Duration
    private let state = Mutex(State())
    /// Counts what stands in the line.
    private let arrivals = DispatchSemaphore(value: 0)
    private let clock = DispatchQueue(label: "cutline.blocking-threads")

    /// - Parameters:
    ///   - usual: threads that suffice while nothing hangs.
    ///   - most: threads that may be made when the others hang. Each has a small stack, of which little is used.
    ///   - lookPause: how often deadlines are looked at while there is work.
    ///   - hangsAfter: how long the first of the line waits before all threads are thought to hang.
    init(usual: Int = 4, most: Int = 1_024, lookPause: Duration = .milliseconds(250), hangsAfter: Duration = .seconds(1)) {
        (self.usual, self.most, self.lookPause, self.hangsAfter) = (usual, most, lookPause, hangsAfter)
    }

    /// Runs what may block, and waits for it until the deadline or until this task is cancelled.
    ///
    /// - Parameters:
    ///   - loop: where the result passes through, for who must know what that loop did before.
    ///   - abandon: is given what ends the wait, for who is no part of the task that waits.
    /// - Throws: what `body` throws, `Overdue`, or `CancellationError`.
    func run<Value: Sendable>(
        before deadline: NIODeadline = .distantFuture, through loop: (any EventLoop)? = nil,
        abandon: ((@escaping @Sendable () -> Void) -> Void)? = nil, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let answer = Awaited<Value>()
        abandon? { answer.end(.failure(CancellationError())) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard answer.isAwaited(by: continuation) else { return }
                let run = { @Sendable in
                    if answer.isOver { return }
                    let result = Result(catching: body)
                    guard let loop, !answer.isOver else { return answer.end(result) }
                    loop.execute { answer.end(result) }
                }
                submit(Work(since: .now(), deadline: deadline, run: run) { answer.end(.failure(Overdue())) })
            }
        } onCancel: {
            answer.end(.failure(CancellationError()))
        }
    }

    /// Runs what may block, and nobody waits for it.
    func post(_ body: @escaping @Sendable () -> Void) {
        submit(Work(since: .now(), deadline: .distantFuture, run: body, expire: {}))
    }

    /// How many threads there are, and how many of them work.
    var count: Int { state.withLock(\.threads) }
    var busy: Int { state.withLock(\.running.count) }

    private func submit(_ work: Work) {
        let (needsThread, needsLook) = state.withLock { state in
            state.line.append(work)
            let isShort = state.threads < usual && state.line.count + state.running.count > state.threads
            if isShort { state.threads += 1 }
            defer { state.isLookDue = true }
            return (isShort, !state.isLookDue)
        }
        if needsThread { makeThread() }
        arrivals.signal()
        if needsLook { lookLater() }
    }
}

// MARK: - Threads

extension BlockingThreads {
    private func makeThread() {
        let number = state.withLock { state in
            state.made += 1
            return state.made
        }
        let thread = Thread { [self] in
            while work(number) {}
        }
        thread.stackSize = 512 << 10
        thread.name = "cutline-block-\(number)"
        thread.start()
    }

    /// Takes the next of the line and runs it. False: the thread is of no more use.
    private func work(_ number: Int) -> Bool {
        arrivals.wait()
        let work = state.withLock { state in
            let work = state.line.popFirst()
            state.running[number] = work
            return work
        }
        work?.run()
        let goesOn = state.withLock { state in
            state.running[number] = nil
            guard state.threads > usual, state.line.isEmpty else { return true }
            state.threads -= 1
            return false
        }
        // What goes with it may ask for more work, which takes the lock.
        withExtendedLifetime(work) {}
        return goesOn
    }
}

// MARK: - Deadlines

extension BlockingThreads {
    private func lookLater() {
        clock.asyncAfter(deadline: .now() + .milliseconds(Int(lookPause.milliseconds))) { [self] in look() }
    }

    /// Ends what is overdue, and makes threads where all hang.
    private func look() {
        let now = NIODeadline.now()
        let (overdue, missing, goesOn) = state.withLock { state in
            let overdue = (Array(state.running.values) + state.line.all).filter { $0.deadline <= now }
            let hangs = state.line.first.map { now - $0.since >= .nanoseconds(hangsAfter.nanoseconds) } ?? false
            let missing = hangs ? max(0, min(state.line.count, usual, most - state.threads)) : 0
            state.threads += missing
            state.isLookDue = !state.line.isEmpty || !state.running.isEmpty
            return (overdue, missing, state.isLookDue)
        }
        for work in overdue { work.expire() }
        for _ in 0..<missing { makeThread() }
        if goesOn { lookLater() }
    }
}
