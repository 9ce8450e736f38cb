import CutlineCore
import NIOCore
import Synchronization

/// How far a call has come; written by the body and the deadline, read when the call has ended.
package final class CallProgress: Sendable {
    /// Who gave the call up.
    enum Stop: Sendable { case deadline, caller }

    struct State: Sendable {
        /// The connection asked for the body, so it is established.
        var isConnected = false
        /// When the connection had everything: from here on the provider may have billed.
        var handedOverAt: Timestamp?
        var stop: Stop?

        var isHandedOver: Bool { handedOverAt != nil }
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Timestamp

    package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    /// When the request had left; nil: it has not.
    package var handedOverAt: Timestamp? { current.handedOverAt }

    var current: State { state.withLock { $0 } }
    func connected() { state.withLock { $0.isConnected = true } }
    func handedOver() { state.withLock { $0.handedOverAt = now() } }
    /// The first reason counts.
    func stopped(_ reason: Stop) { state.withLock { $0.stop = $0.stop ?? reason } }
}

/// The claim of a call may no longer be used: it came too late, or the machine was suspended in the middle of it.
struct LeaseOver: Error {
    static let outcome = Outcome.notSent("the time to send it was over; was the machine suspended, or its clock set?")
}

/// The body as a stream of pieces, each read when the connection can take it.
struct RequestStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    /// The connection's.
    let eventLoop: any EventLoop
    let progress: CallProgress
    /// Asked right before the last piece: from there on the provider may bill.
    let mayFinish: @Sendable () -> Bool

    init(
        body: RequestBody, eventLoop: any EventLoop, progress: CallProgress, mayFinish: @escaping @Sendable () -> Bool = { true }
    ) {
        self.body = body
        self.eventLoop = eventLoop
        self.progress = progress
        self.mayFinish = mayFinish
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(eventLoop: eventLoop, progress: progress, mayFinish: mayFinish, parts: body.parts[...])
    }

    struct Iterator: AsyncIteratorProtocol {
        let eventLoop: any EventLoop
        let progress: CallProgress
        let mayFinish: @Sendable () -> Bool
        var parts: ArraySlice<RequestBody.Part>
        /// The picture being read; only one is open at a time.
        var reader: PictureReader?

        mutating func next() async throws -> ByteBuffer? {
            progress.connected()
            guard !parts.isEmpty else { return nil }
            await oneTurn()
            let piece = try fillPiece()
            // Before the piece leaves: a piece that is not sent after all counts as sent, never the other way round.
            if parts.isEmpty {
                guard mayFinish() else { throw LeaseOver() }
                progress.handedOver()
            }
            return piece
        }

        /// The connection tells only in its own loop that it can take no more; without this wait the whole file is read ahead.
        private func oneTurn() async {
            await withCheckedContinuation { continuation in
                eventLoop.execute { continuation.resume() }
            }
        }

        private mutating func fillPiece() throws(PictureFault) -> ByteBuffer {
            var piece = ByteBuffer()
            let size = PictureReader.pieceSize / 3 * 4
            while piece.readableBytes < size, let part = parts.first {
                switch part {
                case .text(let bytes):
                    piece.writeBytes(bytes)
                    parts.removeFirst()
                case .picture(let file):
                    try append(file, to: &piece)
                }
            }
            return piece
        }

        private mutating func append(_ file: PictureFile, to piece: inout ByteBuffer) throws(PictureFault) {
            let reader: PictureReader
            if let opened = self.reader { reader = opened } else { reader = try PictureReader(file) }
            self.reader = reader
            guard try !reader.appendPiece(to: &piece) else { return }
            self.reader = nil
            parts.removeFirst()
            // The short text behind it goes along, so that the last piece is handed over right after the last look at the file.
            if case .text(let bytes)? = parts.first {
                piece.writeBytes(bytes)
                parts.removeFirst()
            }
        }
    }
}
