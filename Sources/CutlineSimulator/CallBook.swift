import CutlineCore
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What one simulator remembers: how many calls it had, what it saw before, and what its rate limit leaves.
final class CallBook: Sendable {
    private struct State {
        var count = 0
        /// Calls with a `times=` marker, by the digest of their prompt and pictures.
        var seen: [[UInt8]: Int] = [:]
        var bucket: TokenBucket?
    }

    private let state: Mutex<State>
    private let start = ContinuousClock.now
    let log: CallLog?

    init(_ options: SimulatorOptions) throws {
        log = try options.log.map { try CallLog(appendingTo: $0) }
        state = Mutex(State(bucket: options.rateLimit.map { TokenBucket($0, at: .zero) }))
    }

    var count: Int { state.withLock { $0.count } }

    /// The number of a call that begins.
    func nextCall() -> Int {
        state.withLock {
            $0.count += 1
            return $0.count
        }
    }

    func isWithinRate() -> Bool {
        let now = ContinuousClock.now - start
        return state.withLock { $0.bucket?.take(at: now) ?? true }
    }

    /// What the rate limit leaves; without one, what a dialect that always tells it says.
    func allowance(_ wire: Wire) -> Allowance? {
        let now = ContinuousClock.now - start
        if let allowance = state.withLock({ $0.bucket?.allowance(at: now) }) { return allowance }
        return wire.limits == .ietf ? Allowance(limit: 450, remaining: 449, reset: 1_800) : nil
    }

    /// How often a call with this digest has come, this one included.
    func see(_ digest: [UInt8]) -> Int {
        state.withLock {
            $0.seen[digest, default: 0] += 1
            return $0.seen[digest, default: 0]
        }
    }

    static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }
}
