import CutlineCore
import CutlineQueue
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import CutlineRunner

/// The provider of a test: every call waits until the test answers it.
final class Stage: Sendable {
    private struct State {
        var waiting: [AttemptID: (claim: Claim, answer: CheckedContinuation<Outcome, Never>)] = [:]
        var seen: [Claim] = []
        var mostInFlight = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let whenCancelled: @Sendable (Claim) -> Outcome

    init(whenCancelled: @escaping @Sendable (Claim) -> Outcome = { _ in .notSent("stopped") }) { self.whenCancelled = whenCancelled }

    /// Every call that came, in order.
    var seen: [Claim] { state.withLock { $0.seen } }
    var mostInFlight: Int { state.withLock { $0.mostInFlight } }

    @Sendable func call(_ claim: Claim) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                enter(claim, answer)
                // The cancellation may have come before there was anything to answer.
                if Task.isCancelled { self.answer(claim, whenCancelled(claim)) }
            }
        } onCancel: {
            answer(claim, whenCancelled(claim))
        }
    }

    /// Waits until so many calls are in flight and returns them, oldest first.
    @discardableResult
    func calls(_ count: Int) async -> [Claim] {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.waiting.count < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
        return state.withLock { $0.waiting.values.map(\.claim).sorted { $0.attempt < $1.attempt } }
    }

    func answer(_ claim: Claim, _ outcome: Outcome) {
        state.withLock { $0.waiting.removeValue(forKey: claim.attempt) }?.answer.resume(returning: outcome)
    }

    func answer(_ claims: some Sequence<Claim>) {
        for claim in claims { answer(claim, claim.caption) }
    }

    private func enter(_ claim: Claim, _ answer: CheckedContinuation<Outcome, Never>) {
        let ready = state.withLock { state in
            state.waiting[claim.attempt] = (claim, answer)
            state.seen.append(claim)
            state.mostInFlight = max(state.mostInFlight, state.waiting.count)
            let count = state.waiting.count
            let ready = state.watchers.filter { $0.count <= count }
            state.watchers.removeAll { $0.count <= count }
            return ready
        }
        for watcher in ready { watcher.continuation.resume() }
    }
}

/// What a run reported, and a place to wait for it.
final class EventLog: Sendable {
    private struct State {
        var events: [RunnerEvent] = []
        var watchers: [(isMet: @Sendable (RunnerEvent) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
        var reaction: (@Sendable (RunnerEvent) -> Void)?
    }

    private let state = Mutex(State())

    var events: [RunnerEvent] { state.withLock { $0.events } }

    /// Something to do inside the turn that reports an event.
    func react(_ reaction: @escaping @Sendable (RunnerEvent) -> Void) { state.withLock { $0.reaction = reaction } }

    @Sendable func observe(_ event: RunnerEvent) {
        let (ready, reaction) = state.withLock { state in
            state.events.append(event)
            let ready = state.watchers.filter { $0.isMet(event) }
            state.watchers.removeAll { $0.isMet(event) }
            return (ready, state.reaction)
        }
        reaction?(event)
        for watcher in ready { watcher.continuation.resume() }
    }

    /// Waits for an event of this kind, unless there has been one.
    func first(_ isMet: @escaping @Sendable (RunnerEvent) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.events.contains(where: isMet) { return true }
                state.watchers.append((isMet, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    var beatsSoFar: Int { events.filter(\.isProgress).count }

    /// Waits for so many beats from now on, or more.
    func beats(_ count: Int) async {
        for _ in 0..<count {
            await withCheckedContinuation { continuation in state.withLock { $0.watchers.append((\.isProgress, continuation)) } }
        }
    }
}

extension RunnerEvent {
    var isProgress: Bool { if case .progress = self { true } else { false } }
    var isRescued: Bool { if case .rescued = self { true } else { false } }
    var isDraining: Bool { if case .draining = self { true } else { false } }
    var effect: Settled.Effect? { if case .ended(_, _, let effect) = self { effect } else { nil } }
    var laneAction: LaneAction? { if case .lane(let notice) = self { notice.action } else { nil } }
    var inFlight: Int? { if case .progress(let progress) = self { progress.inFlight } else { nil } }
}

/// The real clock, which a test may put forward.
final class TestClock: Sendable {
    private let state = Mutex((offset: Duration.zero, reads: 0))

    /// How often somebody asked.
    var reads: Int { state.withLock { $0.reads } }

    @Sendable func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let real = Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
        return state.withLock { state in
            state.reads += 1
            return real + state.offset
        }
    }

    func advance(to time: Timestamp) {
        let missing = time - now()
        // What is more than half a minute away is what a run may not wait for.
        if missing > .zero, missing < .seconds(30) { leap(missing) }
    }

    func leap(_ by: Duration) { state.withLock { $0.offset += by } }
}
