import CutlineQueue
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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
