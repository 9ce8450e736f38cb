import Synchronization

/// A result that comes once, or whose time is over before.
final class Awaited<Value: Sendable>: Sendable {
    private enum State {
        case new
        case awaited(CheckedContinuation<Value, any Error>)
        /// With what came before anybody waited.
        case over(Result<Value, any Error>?)
    }

    private let state = Mutex(State.new)

    var isOver: Bool { state.withLock { if case .over = $0 { true } else { false } } }

    /// False where it is over already.
    func isAwaited(by continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let early: Result<Value, any Error>? = state.withLock { state in
            guard case .over(let result) = state else {
                state = .awaited(continuation)
                return nil
            }
            return result
        }
        guard let early else { return true }
        continuation.resume(with: early)
        return false
    }

    /// The first result counts.
    func end(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .new:
                state = .over(result)
                return nil
            case .awaited(let continuation):
                state = .over(nil)
                return continuation
            case .over: return nil
            }
        }
        waiting?.resume(with: result)
    }
}
