import CutlineExport
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a command writes: the result to one, everything else to the other.
struct StandardStream: Sendable {
    let descriptor: Int32
    /// How wide the terminal is at the moment; nil where there is none that lines could be redrawn on.
    var columns: @Sendable () -> Int? = { nil }
    private let backlog = WordBacklog()

    init(descriptor: Int32, columns: @escaping @Sendable () -> Int? = { nil }) {
        self.descriptor = descriptor
        self.columns = columns
    }

    static func live(_ descriptor: Int32, variables: [String: String]) -> StandardStream {
        guard isatty(descriptor) == 1, variables["TERM"] != "dumb" else { return StandardStream(descriptor: descriptor) }
        let fallback = variables["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
        return StandardStream(descriptor: descriptor, columns: { windowWidth(descriptor) ?? fallback })
    }

    private static func windowWidth(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes a result, all of it: half a result must not look like success.
    func send(_ result: String) throws(ExportError) {
        do throws(Errno) {
            try FileDescriptor(rawValue: descriptor).writeWhole(Array(result.utf8))
        } catch {
            throw error == .brokenPipe ? .closedPipe : .cannotWrite(nil, error)
        }
    }

    /// Writes words for a person; never waits for long, see `WordBacklog`.
    func say(_ words: String) {
        guard !words.isEmpty else { return }
        backlog.say(words, to: FileDescriptor(rawValue: descriptor))
    }

    /// Gives what was said a last chance to be read, before the process ends.
    func finish() { backlog.finish() }
}
