import CutlineExport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a command writes: the result to one, everything else to the other.
struct StandardStream: Sendable {
    let descriptor: Int32
    var isTerminal: Bool { isatty(descriptor) == 1 }

    static let output = StandardStream(descriptor: STDOUT_FILENO)
    static let error = StandardStream(descriptor: STDERR_FILENO)

    /// Writes all of it. What cannot be written (the reader went away) is dropped: it was meant for eyes.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
