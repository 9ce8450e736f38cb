import Dispatch
import Synchronization

/// Makes the next thing on a thread of its own while the last one is used.
enum Overlap {
    /// Calls `use` with a way to take what `make` hands out, in order, at most one thing made ahead; nil is the end. The first error of
    /// either ends both.
    static func run<Value: Sendable>(
        making make: @escaping @Sendable ((Value) throws -> Void) throws -> Void, using use: (() throws -> Value?) throws -> Void
    ) throws {
        let handoff = Handoff<Value>()
        DispatchQueue(label: "cutline.overlap", qos: .userInitiated).async { handoff.fill(by: make) }
        // What is being made belongs to the caller: it must have come to rest when this returns.
        defer { handoff.refuseMore() }
        try use(handoff.take)
    }
}

/// One thing on its way from a thread to another.
private final class Handoff<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        /// How the making ended.
        var end: Result<Void, any Error>?
        var isRefusing = false
    }
    private struct Refused: Error {}

    private let state = Mutex(State())
    /// All from zero: a semaphore that ends below its first value stops the process.
    private let (isFree, isFilled, hasEnded) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))

    init() { isFree.signal() }

    func fill(by make: ((Value) throws -> Void) throws -> Void) {
        let end = Result { try make { try put($0) } }
        isFree.wait()
        state.withLock { $0.end = end }
        isFilled.signal()
        hasEnded.signal()
    }

    private func put(_ value: Value) throws {
        isFree.wait()
        let isRefusing = state.withLock { state in
            if !state.isRefusing { state.value = value }
            return state.isRefusing
        }
        if isRefusing {
            isFree.signal()
            throw Refused()
        }
        isFilled.signal()
    }

    /// Nil at the end.
    func take() throws -> Value? {
        isFilled.wait()
        let (value, end) = state.withLock { state in
            defer { state.value = nil }
            return (state.value, state.end)
        }
        guard value == nil else {
            isFree.signal()
            return value
        }
        // Whoever asks again hears the same.
        isFilled.signal()
        try end?.get()
        return nil
    }

    /// Takes nothing more and waits until the making has ended.
    func refuseMore() {
        state.withLock { $0.isRefusing = true }
        isFree.signal()
        hasEnded.wait()
    }
}
