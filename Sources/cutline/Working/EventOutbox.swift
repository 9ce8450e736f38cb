import CutlineRunner
import Dispatch
import Synchronization

/// Takes events from the runner's queue to one of their own, where they are told to people: words, and the reading of the queue that they
/// need, never hold back a call. What a slow listener has not heard yet waits; progress gives way to newer progress, and of other events at
/// most `limit` wait, the rest is counted.
final class EventOutbox: Sendable {
    static let limit = 20_000

    private let queue = DispatchQueue(label: "cutline.reporting")
    private let observe: @Sendable (RunnerEvent) -> Void
    private let waiting = Mutex(Waiting())

    private struct Waiting {
        var events: [RunnerEvent] = []
        var progress: RunProgress?
        var dropped = 0
        var isDelivering = false
    }

    /// - Parameter observe: is called with the events in order, one at a time, on a queue of its own.
    init(_ observe: @escaping @Sendable (RunnerEvent) -> Void) { self.observe = observe }

    /// Returns at once.
    func post(_ event: RunnerEvent) {
        let mustDeliver = waiting.withLock { waiting in
            if case .progress(let progress) = event {
                waiting.progress = progress
            } else if waiting.events.count < Self.limit {
                waiting.events.append(event)
            } else {
                waiting.dropped += 1
            }
            defer { waiting.isDelivering = true }
            return !waiting.isDelivering
        }
        if mustDeliver { queue.async { self.deliver() } }
    }

    /// Waits until all has been heard, two seconds at most.
    ///
    /// - Returns: how many events were not, for want of room or of time.
    func close() async -> Int {
        await withCheckedContinuation { continuation in
            let isDone = Mutex(false)
            let end = { @Sendable in
                guard
                    isDone.withLock({ isDone in
                        defer { isDone = true }; return !isDone
                    })
                else { return }
                continuation.resume()
            }
            queue.async(execute: end)
            DispatchQueue.global().asyncAfter(deadline: .now() + WordBacklog.patience, execute: end)
        }
        return waiting.withLock { $0.dropped + $0.events.count }
    }

    private func deliver() {
        while let events = take() { for event in events { observe(event) } }
    }

    private func take() -> [RunnerEvent]? {
        waiting.withLock { waiting in
            let events = waiting.events + (waiting.progress.map { [.progress($0)] } ?? [])
            (waiting.events, waiting.progress) = ([], nil)
            waiting.isDelivering = !events.isEmpty
            return events.isEmpty ? nil : events
        }
    }
}
