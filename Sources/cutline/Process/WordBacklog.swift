import Dispatch
import SystemPackage

#if canImport(Foundation)
    import Foundation
#endif

/// What is to be said on a stream, written in order by a thread of its own: a reader that does not read, a terminal that was stopped with
/// Ctrl-S or a hung disk holds back words, and nothing else.
///
/// While the stream takes what is said, `say` returns when it stands there. Where it takes nothing for `patience`, words are kept, up to
/// `limit` bytes, and the others are counted; they follow once somebody reads.
final class WordBacklog: Sendable {
    static let patience = 2.0
    static let limit = 8 << 20

    private let condition = NSCondition()
    private let writer = DispatchQueue(label: "cutline.words")
    /// Guarded by `condition`.
    private nonisolated(unsafe) var state = State()

    private struct State {
        var pending: [UInt8] = []
        /// Words that were not kept.
        var dropped = 0
        var isWriting = false
        /// Whether somebody waited in vain.
        var isStalled = false
    }

    /// Says `words`; nothing is said where the stream cannot be written: nobody is there to be told.
    func say(_ words: String, to descriptor: FileDescriptor) {
        condition.lock()
        defer { condition.unlock() }
        if state.pending.count + words.utf8.count > Self.limit {
            state.dropped += 1
        } else {
            state.pending += words.utf8
        }
        if !state.isWriting {
            state.isWriting = true
            writer.async { self.write(to: descriptor) }
        }
        if !state.isStalled { state.isStalled = !waitUntilWritten() }
    }

    /// Waits until everything stands there; false where the stream takes nothing.
    @discardableResult func finish() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        return waitUntilWritten()
    }

    private func waitUntilWritten() -> Bool {
        let end = Date(timeIntervalSinceNow: Self.patience)
        while state.isWriting { guard condition.wait(until: end) else { return !state.isWriting } }
        return true
    }

    private func write(to descriptor: FileDescriptor) {
        while let piece = take() {
            do throws(Errno) { try descriptor.writeWhole(piece) } catch { return stop() }
        }
    }

    /// All that waits; nil: nothing does.
    private func take() -> [UInt8]? {
        condition.lock()
        defer { condition.unlock() }
        if state.pending.isEmpty, state.dropped > 0 {
            state.pending += "(\(Words.count(state.dropped, "message")) left out: this was not read for long)\n".utf8
            state.dropped = 0
        }
        guard !state.pending.isEmpty else {
            (state.isWriting, state.isStalled) = (false, false)
            condition.broadcast()
            return nil
        }
        defer { state.pending = [] }
        return state.pending
    }

    private func stop() {
        condition.lock()
        defer { condition.unlock() }
        state = State()
        condition.broadcast()
    }
}
