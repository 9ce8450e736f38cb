import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file of rows that is read more than once: first to check all of it, then to add. It stays open, and must stay as it is.
final class RowFile: Sendable {
    enum Form: Sendable { case jsonLines, csv, list }

    /// As the user wrote it.
    let name: String
    let form: Form
    /// Where relative paths begin; absolute.
    let folder: FilePath
    private let descriptor: FileDescriptor
    private let stamp: FileStamp

    init(manifest path: FilePath, name: String, form: Form) throws(InputError) {
        self.name = name
        self.form = form
        folder = path.removingLastComponent()
        do throws(Errno) {
            descriptor = try .openForReading(path)
        } catch {
            throw InputError("the manifest \(name) cannot be read: \(error)")
        }
        stamp = try Self.stamp(of: descriptor, name)
    }

    /// Copies all of `input` to a file without a name; its first byte that is no white space says whether it is a manifest.
    init(spooling input: FileDescriptor, folder: FilePath, temporaryFolder: FilePath) throws(InputError) {
        name = "stdin"
        self.folder = folder
        do throws(Errno) {
            descriptor = try Self.spool(input, to: temporaryFolder)
        } catch {
            throw InputError("stdin cannot be kept in \(temporaryFolder.text): \(error); make room there, or set TMPDIR to another folder")
        }
        stamp = try Self.stamp(of: descriptor, name)
        form = try Self.isManifest(descriptor) ? .jsonLines : .list
    }

    deinit { descriptor.closeAfterReading() }

    /// Fills `buffer` from `offset` on; the number of bytes read, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(InputError) -> Int {
        do {
            return try descriptor.read(fromAbsoluteOffset: offset, into: buffer)
        } catch {
            throw InputError("\(name) cannot be read: \(error)")
        }
    }

    /// What was checked must be what is added.
    func checkUnchanged() throws(InputError) {
        guard try Self.stamp(of: descriptor, name) == stamp else {
            throw InputError("\(name) was changed while it was read; run again when it is complete")
        }
    }

    private static func stamp(of descriptor: FileDescriptor, _ name: String) throws(InputError) -> FileStamp {
        do throws(Errno) {
            let facts = try FileFacts(descriptor: descriptor)
            guard facts.kind == .regular else { throw .invalidArgument }
            return facts.stamp
        } catch {
            throw InputError("\(name) is not a regular file; name a file, or pipe it to `-`")
        }
    }

    private static func spool(_ input: FileDescriptor, to folder: FilePath) throws(Errno) -> FileDescriptor {
        var template = folder.appending("cutline-stdin-XXXXXX").withPlatformString {
            Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
        let number = mkstemp(&template)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        let file = FileDescriptor(rawValue: number)
        unlink(template)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1_024, alignment: 16)
        defer { buffer.deallocate() }
        do {
            while case let count = try input.read(into: buffer), count > 0 {
                try file.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        } catch {
            file.closeAfterReading()
            throw error as? Errno ?? .ioError
        }
        return file
    }

    private static func isManifest(_ descriptor: FileDescriptor) throws(InputError) -> Bool {
        var (offset, piece) = (Int64(0), [UInt8](repeating: 0, count: 4_096))
        while true {
            let count: Int
            do {
                count = try piece.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: offset, into: $0) }
            } catch {
                throw InputError("stdin cannot be read: \(error)")
            }
            guard count > 0 else { return false }
            let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF]
            if let first = piece[..<count].first(where: { !blanks.contains($0) }) { return first == UInt8(ascii: "{") }
            offset += Int64(count)
        }
    }
}
