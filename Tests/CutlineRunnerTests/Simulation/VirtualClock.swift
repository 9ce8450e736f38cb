import CutlineCore
import Synchronization

/// A machine's time. Real time only passes; the wall clock, which everybody on the machine reads, can also be set.
final class VirtualClock: Sendable {
    private let state = Mutex((real: Timestamp(milliseconds: 1_800_000_000_000), offset: Duration.zero))

    var real: Timestamp { state.withLock { $0.real } }

    /// What the wall clock shows.
    @Sendable func now() -> Timestamp { state.withLock { $0.real + $0.offset } }

    func advance(to time: Timestamp) { state.withLock { $0.real = max($0.real, time) } }
    func set(by jump: Duration) { state.withLock { $0.offset += jump } }
}
