import CutlineConfine
import CutlineCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The child process that decodes pictures. It has two descriptors of each, opens nothing itself, and knows no key. It ends when nobody is at
/// the other end of its socket any more, so also when its parent was killed.
package enum Darkroom {
    /// Where it finds its socket.
    static let socket: Int32 = 3
    /// Of data, for a picture and all else.
    static let mostMemory = 768 << 20
    private static let longestResult = 64 << 20

    /// What the hidden command does.
    ///
    /// - Returns: false where nobody speaks at the socket: a person has started it.
    package static func serve() -> Bool {
        var status = stat()
        guard fstat(socket, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return false }
        // They are for the parent, which ends it when no call needs it any more.
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
        cutline_close_from(socket + 1)
        limit()
        let line = MessageSocket(descriptor: socket)
        do throws(MessageSocket.Trouble) {
            guard let vips = Vips() else {
                try line.send(Greeting())
                return true
            }
            // Codecs may be plugins that are loaded at first use: before the doors are shut.
            let formats = Sample.all.filter { $0.isDeveloped(by: vips) }.map(\.format) + [.bmp]
            try line.send(Greeting(version: vips.version, formats: formats, isConfined: cutline_confine() == 0))
            while true {
                let (order, descriptors) = try line.receive(PreparationOrder.self, within: nil)
                defer { for descriptor in descriptors { close(descriptor) } }
                guard descriptors.count == 2 else { return false }
                try line.send(answer(order, vips, from: descriptors[0], to: descriptors[1]))
            }
        } catch {
            return error == .closed
        }
    }

    private static func limit() {
        set(RLIMIT_DATA, mostMemory)
        set(RLIMIT_CORE, 0)
        set(RLIMIT_FSIZE, longestResult)
        set(RLIMIT_NOFILE, 64)
    }

    #if canImport(Glibc)
        private typealias Limited = __rlimit_resource
    #else
        private typealias Limited = Int32
    #endif

    private static func set(_ limited: Limited, _ most: Int) {
        var limit = rlimit(rlim_cur: rlim_t(most), rlim_max: rlim_t(most))
        #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(limited.rawValue), &limit)
        #else
            setrlimit(limited, &limit)
        #endif
    }

    private static func answer(_ order: PreparationOrder, _ vips: Vips, from source: Int32, to target: Int32) -> DarkroomAnswer {
        guard let file = MappedFile(source, order.offset, order.length) else { return .unreadable("cannot be read: \(Self.lastError)") }
        do {
            let development = Development(vips: vips, order: order, bytes: file.bytes)
            if order.mayStay, development.isPlain { return .unchanged }
            let result = try development.result()
            guard ftruncate(target, 0) == 0, write(result.bytes, to: target) else {
                return .noRoom("a prepared picture cannot be kept: \(Self.lastError)")
            }
            return .ready(
                format: result.format, width: result.size.width, height: result.size.height, byteCount: result.bytes.count)
        } catch Development.Refusal.tooLarge(let words) {
            return .tooLarge(words)
        } catch Development.Refusal.unreadable(let words) {
            return .unreadable(words)
        } catch let trouble as Vips.Trouble {
            return .unreadable(Development.words(of: trouble))
        } catch {
            return .unreadable("cannot be decoded: \(error)")
        }
    }

    private static var lastError: String { String(cString: strerror(errno)) }

    private static func write(_ bytes: [UInt8], to target: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { pwrite(target, $0.baseAddress, $0.count, off_t(written)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}

/// A part of a file, in memory for as long as this lives.
private final class MappedFile {
    let bytes: UnsafeRawBufferPointer
    private let start: UnsafeMutableRawPointer
    private let length: Int

    /// Nil where that cannot be, with `errno`.
    init?(_ descriptor: Int32, _ offset: Int64, _ count: Int64) {
        // A mapping begins with a page.
        let before = Int(offset % Int64(getpagesize()))
        length = before + Int(count)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        guard count > 0, offset >= 0, offset + count <= Int64(status.st_size) else {
            errno = EINVAL
            return nil
        }
        let place = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, off_t(offset - Int64(before)))
        guard let place, place != MAP_FAILED else { return nil }
        start = place
        bytes = UnsafeRawBufferPointer(start: place + before, count: Int(count))
    }

    deinit { munmap(start, length) }
}
