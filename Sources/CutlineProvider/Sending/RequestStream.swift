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
        /// The picture of which a piece is being read.
        var reading: PictureFile?
        /// What is sent in place of pictures.
        var inPlace: [PictureInPlace] = []

        var isHandedOver: Bool { handedOverAt != nil }
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Timestamp
    private let whenPassed: @Sendable (_ wasPrepared: Bool) -> Void
    private let reading = Mutex(Reading())

    private struct Reading {
        var isOver = false
        var abandon: (@Sendable () -> Void)?
    }

    /// - Parameter whenPassed: hears, once at most, that no picture of the call waits to be prepared any more, and whether one was.
    package init(now: @escaping @Sendable () -> Timestamp, whenPassed: @escaping @Sendable (_ wasPrepared: Bool) -> Void = { _ in }) {
        (self.now, self.whenPassed) = (now, whenPassed)
    }

    /// When the request had left; nil: it has not.
    package var handedOverAt: Timestamp? { current.handedOverAt }

    /// What stood in it in place of pictures.
    package var inPlace: [PictureInPlace] { current.inPlace }

    var current: State { state.withLock { $0 } }
    func connected() { state.withLock { $0.isConnected = true } }
    /// Its pictures wait for nobody any more who prepares them.
    func passed(_ prepared: [Int: PreparedPicture]) {
        state.withLock { state in
            state.inPlace = prepared.sorted { $0.key < $1.key }.map { PictureInPlace(image: $0.key + 1, $0.value) }
        }
        whenPassed(!prepared.isEmpty)
    }
    func handedOver() { state.withLock { $0.handedOverAt = now() } }
    func reads(_ picture: PictureFile?) { state.withLock { $0.reading = picture } }

    /// Nobody waits for the answer any more, and for what is read for it.
    func over() {
        let abandon = reading.withLock { reading in
            reading.isOver = true
            return reading.abandon
        }
        abandon?()
    }

    func whenOver(_ abandon: @escaping @Sendable () -> Void) {
        let isOver = reading.withLock { reading in
            reading.abandon = abandon
            return reading.isOver
        }
        if isOver { abandon() }
    }

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
    let disk: Disk
    /// Asked right before the last piece: from there on the provider may bill.
    let mayFinish: @Sendable () -> Bool

    init(
        body: RequestBody, eventLoop: any EventLoop, progress: CallProgress, disk: Disk = Disk(),
        mayFinish: @escaping @Sendable () -> Bool = { true }
    ) {
        self.body = body
        self.eventLoop = eventLoop
        self.progress = progress
        self.disk = disk
        self.mayFinish = mayFinish
    }

    func makeAsyncIterator() -> Iterator { Iterator(stream: self, rest: Rest(parts: body.parts[...])) }

    struct Iterator: AsyncIteratorProtocol {
        let stream: RequestStream
        fileprivate var rest: Rest

        mutating func next() async throws -> ByteBuffer? {
            stream.progress.connected()
            guard !rest.parts.isEmpty else { return nil }
            let piece = if let picture = rest.nextPicture { try await read(picture) } else { await nextInMemory() }
            // Before the piece leaves: a piece that is not sent after all counts as sent, never the other way round.
            if rest.parts.isEmpty {
                guard stream.mayFinish() else { throw LeaseOver() }
                stream.progress.handedOver()
            }
            return piece
        }

        /// The connection tells only in its own loop that it can take no more; without this wait the whole file is read ahead.
        private mutating func nextInMemory() async -> ByteBuffer {
            await withCheckedContinuation { continuation in
                stream.eventLoop.execute { continuation.resume() }
            }
            return rest.takeText()
        }

        /// A read that hangs is not waited for: the call ends at its deadline, and with it all that hears of this stream.
        private mutating func read(_ picture: PictureFile) async throws -> ByteBuffer {
            let (progress, disk) = (stream.progress, stream.disk)
            progress.reads(picture)
            let (piece, rest) = try await disk.threads.run(through: stream.eventLoop, abandon: progress.whenOver) { [rest] in
                disk.touch(picture.path)
                var rest = rest
                return (try rest.readPiece(), rest)
            }
            progress.reads(nil)
            self.rest = rest
            return piece
        }
    }
}

/// What of a body is still to be sent.
private struct Rest: Sendable {
    var parts: ArraySlice<RequestBody.Part>
    /// The picture being read, and from where; only one is open at a time.
    private var reader: PictureReader?
    private var position: Int64 = 0

    init(parts: ArraySlice<RequestBody.Part>) { self.parts = parts }

    var nextPicture: PictureFile? { parts.lazy.compactMap(\.picture).first?.file }

    /// Up to the next picture.
    mutating func takeText() -> ByteBuffer {
        var text = ByteBuffer()
        while case .text(let bytes)? = parts.first {
            text.writeBytes(bytes)
            parts.removeFirst()
        }
        return text
    }

    /// May block.
    mutating func readPiece() throws(PictureFault) -> ByteBuffer {
        var piece = ByteBuffer()
        let size = PictureReader.pieceSize / 3 * 4
        while piece.readableBytes < size, let part = parts.first {
            switch part {
            case .text(let bytes):
                piece.writeBytes(bytes)
                parts.removeFirst()
            case .picture(let file): try append(file, to: &piece)
            case .prepared(let picture, let file):
                if try !picture.appendPiece(of: file, at: &position, to: &piece) { finishPicture(&piece) }
            }
        }
        return piece
    }

    private mutating func append(_ file: PictureFile, to piece: inout ByteBuffer) throws(PictureFault) {
        let reader: PictureReader
        if let opened = self.reader { reader = opened } else { (reader, position) = (try PictureReader(file), 0) }
        self.reader = reader
        if try !reader.appendPiece(at: &position, to: &piece) { finishPicture(&piece) }
    }

    private mutating func finishPicture(_ piece: inout ByteBuffer) {
        (reader, position) = (nil, 0)
        parts.removeFirst()
        // The short text behind it goes along, so that the last piece is handed over right after the last look at the file.
        if case .text(let bytes)? = parts.first {
            piece.writeBytes(bytes)
            parts.removeFirst()
        }
    }
}
