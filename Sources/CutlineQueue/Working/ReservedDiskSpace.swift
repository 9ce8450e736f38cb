import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reserved disk space. When the disk is full it is given back, and there is room to save what has been paid for.
final class ReservedDiskSpace: Sendable {
    static let bytes = 1 << 20
    private let path: FilePath

    /// Where the space cannot be reserved there is none; that is found out when it is needed.
    init(at path: FilePath) {
        self.path = path
        let descriptor = open(path.string, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        #if canImport(Glibc)
            posix_fallocate(descriptor, 0, off_t(Self.bytes))
        #else
            ftruncate(descriptor, off_t(Self.bytes))
        #endif
    }

    deinit { drop() }

    func drop() { unlink(path.string) }
}
