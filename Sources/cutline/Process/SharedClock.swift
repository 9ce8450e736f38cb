import CutlineCore
import Synchronization

/// The clock of a queue that was opened; nil until then, and where the queue goes by this host's.
final class SharedClock: Sendable {
    private let clock = Mutex<(@Sendable () -> Timestamp)?>(nil)

    func follow(_ clock: (@Sendable () -> Timestamp)?) { self.clock.withLock { $0 = clock } }

    func now() -> Timestamp? { clock.withLock(\.self)?() }
}
