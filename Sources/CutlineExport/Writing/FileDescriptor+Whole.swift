import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension FileDescriptor {
    /// Writes all of `bytes`, in as many pieces as the system takes; waits where the descriptor does not.
    package func writeWhole(_ bytes: [UInt8]) throws(Errno) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Self.writeOnce(rawValue, $0) }
            if count > 0 {
                start += count
                continue
            }
            let failure = Errno(rawValue: errno)
            switch failure {
            case .interrupted: continue
            case .resourceTemporarilyUnavailable: waitUntilWritable()
            default: throw failure
            }
        }
    }

    private static func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    /// A failure shows at the next write.
    private func waitUntilWritable() {
        var entry = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, -1)
    }
}
