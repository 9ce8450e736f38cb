import CutlineCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The server's time as this host knows it: what the server said, and what has passed since that was asked for, by a clock that runs on while
/// the host is suspended. It is never behind the server's, so a lease looks over too early rather than too late to whoever holds it.
final class ServerClock: Sendable {
    /// The server's time less this host's, in milliseconds.
    private let difference = Mutex<Int64?>(nil)

    /// Nil until the server was heard.
    var now: Timestamp? { difference.withLock(\.self).map { Timestamp(milliseconds: Self.elapsed + $0) } }

    /// - Parameters:
    ///   - time: as the server said it.
    ///   - asked: `elapsed` when it was asked.
    func hear(_ time: Timestamp, askedAt asked: Int64) { difference.withLock { $0 = time.milliseconds - asked } }

    /// Milliseconds since some moment.
    static var elapsed: Int64 {
        var time = timespec()
        #if canImport(Glibc)
            clock_gettime(CLOCK_BOOTTIME, &time)
        #else
            clock_gettime(CLOCK_MONOTONIC, &time)
        #endif
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
