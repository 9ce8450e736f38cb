import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which file a path leads to: two paths with the same identity are one file.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
}

/// What the file system says of a file, links followed.
struct FileFacts: Sendable {
    enum Kind { case regular, folder, special }

    let kind: Kind
    let stamp: FileStamp
    let identity: FileIdentity

    init(path: FilePath) throws(Errno) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { throw Errno(rawValue: errno) }
        self.init(status)
    }

    init(descriptor: FileDescriptor) throws(Errno) {
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        self.init(status)
    }

    private init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .folder
        default: kind = .special
        }
        stamp = FileStamp(status)
        identity = FileIdentity(device: UInt64(truncatingIfNeeded: status.st_dev), inode: stamp.inode)
    }

    /// Whether nothing is called `path`; false where that cannot be told.
    static func isMissing(_ path: FilePath) -> Bool {
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) != 0 else { return false }
        return [.noSuchFileOrDirectory, .notDirectory, .fileNameTooLong].contains(Errno(rawValue: errno))
    }

    /// Whether `path` itself is there, be it a link to nothing.
    static func isPresent(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0
    }
}

extension FileDescriptor {
    /// Opens for reading without ever waiting: a FIFO that nobody writes to opens at once.
    static func openForReading(_ path: FilePath) throws(Errno) -> FileDescriptor {
        do {
            return try .open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
        } catch {
            throw error as? Errno ?? .ioError
        }
    }

    /// Reads until `buffer` is full or the file ends; the number of bytes read.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        var count = 0
        while count < buffer.count {
            let piece: Int
            do {
                piece = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            } catch {
                throw error as? Errno ?? .ioError
            }
            if piece == 0 { break }
            count += piece
        }
        return count
    }

    /// Closes a descriptor that was only read from: nothing can be lost by it.
    func closeAfterReading() {
        // A failing close of a file that was only read has no consequence.
        try? close()
    }
}
