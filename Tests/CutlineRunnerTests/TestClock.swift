import CutlineCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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
