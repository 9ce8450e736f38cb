import CutlineCore
import CutlineQueue
import Synchronization

@testable import CutlineRunner

/// The provider of a test: every call waits until the test answers it.
final class ManualProvider: Sendable {
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
