import CutlineCore
import CutlineQueue
import Synchronization

@testable import CutlineRunner

/// What a run reported, and a place to wait for it.
final class EventRecorder: Sendable {
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
