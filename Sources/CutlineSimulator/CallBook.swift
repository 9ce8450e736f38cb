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
        var gate: Gate
        var firstCall: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let start = ContinuousClock.now
    let log: CallLog?

    init(_ options: SimulatorOptions) throws {
        log = try options.log.map { try CallLog(appendingTo: $0) }
        state = Mutex(State(gate: Gate(options, at: .zero)))
    }

    var count: Int { state.withLock { $0.count } }

    /// A call that begins.
    func nextCall() -> Arrival {
        let now = ContinuousClock.now
        return state.withLock {
            $0.count += 1
            let first = $0.firstCall ?? now
            $0.firstCall = first
            return Arrival(number: $0.count, elapsed: now - first)
        }
    }

    /// Counts a call against the limits; nil where it passes.
    ///
    /// - Parameter request: nil where it was not readable: it uses no tokens.
    func refusal(of request: ChatRequest?) -> ScriptedRefusal? {
        state.withLock { state in
            do throws(ScriptedRefusal) {
                let demand = Demand(of: request, countingTokens: state.gate.countsTokens)
                try state.gate.admit(demand, at: ContinuousClock.now - start)
                return nil
            } catch {
                return error
            }
        }
    }

    /// What the limits leave; without one, what a dialect that always tells it says.
    func allowances(_ wire: Wire, model: String?) -> Allowances {
        var allowances = state.withLock { $0.gate.allowances(for: model, at: ContinuousClock.now - start) }
        if allowances[.requests] == nil, wire.limits == .ietf {
            allowances[.requests] = LimitState(limit: 450, remaining: 449, reset: 1_800, window: 1_800)
        }
        return allowances
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
