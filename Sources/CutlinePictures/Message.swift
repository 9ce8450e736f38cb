import CutlineConfine
import CutlineCore
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a darkroom says first.
struct Greeting: Codable, Hashable, Sendable {
    /// Nil: libvips is not there, or too old.
    var version: String?
    /// What it made of its own samples.
    var formats: [PictureFormat] = []
    /// Whether the kernel keeps it from files, sockets and programs.
    var isConfined = false
}

/// What became of one picture.
enum DarkroomAnswer: Codable, Hashable, Sendable {
    /// It lies in the result file.
    case ready(format: PictureFormat, width: Int, height: Int, byteCount: Int)
    /// It is plain and within its bound.
    case unchanged
    /// Behind the picture's name.
    case unreadable(String)
    case tooLarge(String)
    case noRoom(String)
}

/// Both ends of a darkroom speak in messages of one length, JSON filled up with spaces, so that nothing has to be said of lengths.
struct MessageSocket: Sendable {
    let descriptor: Int32

    static let length = 4_096

    enum Trouble: Error {
        /// Nobody is at the other end any more.
        case closed
        case overdue
    }

    /// - Throws: `Trouble.closed`.
    func send(_ message: some Encodable, _ descriptors: [Int32] = []) throws(Trouble) {
        guard var bytes = try? Array(JSONEncoder().encode(message)), bytes.count <= Self.length else { throw .closed }
        bytes += [UInt8](repeating: 0x20, count: Self.length - bytes.count)
        var sent = 0
        while sent < bytes.count {
            let beside = sent == 0 ? descriptors : []
            let count = bytes[sent...].withUnsafeBytes { rest in
                cutline_send(descriptor, rest.baseAddress, rest.count, beside, Int32(beside.count))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .closed }
            sent += count
        }
    }

    /// The next message and the descriptors beside it, which are the caller's to close.
    ///
    /// - Parameter patience: nil: for ever.
    func receive<Message: Decodable>(_: Message.Type, within patience: Duration?) throws(Trouble) -> (Message, [Int32]) {
        let end = patience.map { ContinuousClock.now + $0 }
        var (bytes, descriptors) = ([UInt8](repeating: 0, count: Self.length), [Int32]())
        var filled = 0
        while filled < bytes.count {
            if let end, !isReadable(before: end) { throw .overdue }
            var came = [Int32](repeating: -1, count: 2)
            var number: Int32 = 0
            let count = bytes[filled...].withUnsafeMutableBytes { rest in
                cutline_receive(descriptor, rest.baseAddress, rest.count, &came, 2, &number)
            }
            descriptors += came.prefix(Int(number))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            filled += count
        }
        guard filled == bytes.count, let message = try? JSONDecoder().decode(Message.self, from: Data(bytes)) else {
            for descriptor in descriptors { close(descriptor) }
            throw .closed
        }
        return (message, descriptors)
    }

    private func isReadable(before end: ContinuousClock.Instant) -> Bool {
        while true {
            let left = end - .now
            guard left > .zero else { return false }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&entry, 1, Int32(clamping: left.milliseconds + 1))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return true }
        }
    }
}
