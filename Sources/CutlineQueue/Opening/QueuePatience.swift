import CutlineCore
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How long this process waits for another one that holds the queue: one that was stopped in the middle of a write holds it for ever.
package struct QueuePatience: Sendable {
    /// After this time `tell` is called, once a wait.
    package var silence: Duration
    /// After this time the wait is given up.
    package var limit: Duration
    package var tell: @Sendable () -> Void

    package init(silence: Duration = .seconds(2), limit: Duration = .seconds(30), tell: @escaping @Sendable () -> Void = {}) {
        (self.silence, self.limit, self.tell) = (silence, limit, tell)
    }
}

/// One wait after the other of one connection for SQLite's locks.
final class BusyWait: Sendable {
    private let patience: QueuePatience
    private let state = Mutex<(start: DispatchTime, hasTold: Bool)>((.now(), false))

    init(_ patience: QueuePatience) { self.patience = patience }

    /// Waits a little; false where that was long enough.
    ///
    /// - Parameter tries: of this wait, from 0.
    func goesOn(tries: Int) -> Bool {
        let (waited, tells) = state.withLock { state in
            if tries == 0 { state = (.now(), false) }
            let waited = Duration.nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - state.start.uptimeNanoseconds))
            let tells = waited >= patience.silence && !state.hasTold
            if tells { state.hasTold = true }
            return (waited, tells)
        }
        if tells { patience.tell() }
        guard waited < patience.limit else { return false }
        // Most waits are short, and a long piece of work leaves the queue for a moment after each page.
        usleep(UInt32([1, 2, 5, 10][min(tries, 3)]) * 1_000)
        return true
    }
}
