import CutlineCore
import CutlineDigest
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A local picture, opened to be exported with its caption, which belongs to the bytes that were sent.
///
/// Size and time of change as they were stored are enough to trust it; where only the time differs (a restored backup, a new checkout) its
/// SHA-256 decides. What is copied is hashed on the way. Of a picture in an archive the archive may have changed elsewhere: then, too, its
/// SHA-256 decides.
struct PictureStream: ~Copyable {
    let size: Int64
    private let file: PictureFile
    private let descriptor: FileDescriptor
    private let isTrusted: Bool

    /// - Throws: `pictureGone`, `pictureUnreadable`, or `pictureChanged` where that can be seen without reading it.
    init(_ file: PictureFile) throws(Omission) {
        let opened = file.path.withPlatformString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        guard opened >= 0 else { throw errno == ENOENT || errno == ENOTDIR ? .pictureGone : .pictureUnreadable }
        var status = stat()
        let isFile = fstat(opened, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        let isSameSize = Int64(status.st_size) == file.stamp.size
        let isSame = isSameSize && FileStamp(status).modified == file.stamp.modified
        let holdsIt = isSameSize || file.slice != nil && Int64(status.st_size) >= file.offset + file.byteCount
        guard isFile, holdsIt, isSame || file.digest != nil else {
            close(opened)
            throw isFile ? .pictureChanged : .pictureUnreadable
        }
        self.file = file
        descriptor = FileDescriptor(rawValue: opened)
        size = file.byteCount
        isTrusted = isSame
    }

    deinit { close(descriptor.rawValue) }

    /// Looks whether it is what was captioned, and reads it only where it must.
    static func check(_ file: PictureFile) throws(Omission) {
        let picture = try PictureStream(file)
        guard !picture.isTrusted else { return }
        do { try picture.read { _ in } } catch { throw error as? Omission ?? .pictureUnreadable }
    }

    /// Its leading bytes, where the size in pixels stands.
    func head(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(count, Int(size)))
        let read = bytes.withUnsafeMutableBytes { pread(descriptor.rawValue, $0.baseAddress, $0.count, off_t(file.offset)) }
        return Array(bytes.prefix(max(0, read)))
    }

    /// Hands over its bytes, exactly `size` of them.
    ///
    /// - Throws: `Omission.pictureChanged` at the end where they were not the ones that were sent.
    func read(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        var hash = SHA256()
        var rest = size
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
        defer { buffer.deallocate() }
        while rest > 0 {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(min(rest, Int64(buffer.count)))))
            let count: Int
            do { count = try descriptor.read(fromAbsoluteOffset: file.offset + size - rest, into: piece) } catch {
                throw Omission.pictureUnreadable
            }
            guard count > 0 else { throw Omission.pictureChanged }
            let bytes = UnsafeRawBufferPointer(rebasing: piece.prefix(count))
            if file.digest != nil { hash.update(bytes) }
            try take(bytes)
            rest -= Int64(count)
        }
        if let digest = file.digest, hash.finalize() != digest { throw Omission.pictureChanged }
    }
}
