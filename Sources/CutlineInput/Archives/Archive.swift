import CutlineCore
import SystemPackage

/// A tar or zip file that was named as an input. Its pictures are read where they stand.
struct Archive: Hashable, Sendable {
    /// Absolute.
    let path: FilePath
    /// As the user wrote it.
    let given: FilePath
    /// The folder that was named, as the user wrote it: it is not looked at for what is excluded.
    let folder: FilePath
    /// What stands in front of the members' names in keys: the archive's own name without its ending.
    let key: FilePath
    let form: ArchiveForm

    init(path: FilePath, folder: FilePath, relative: FilePath, prefix: FilePath, form: ArchiveForm) {
        self.path = path
        self.folder = folder
        given = folder.pushing(relative)
        var key = prefix.pushing(relative)
        if let last = key.lastComponent, last.extension.map({ ["tar", "zip"].contains($0.lowercased()) }) ?? false {
            key.removeLastComponent()
            key.append(FilePath.Component(last.stem) ?? last)
        }
        self.key = key
        self.form = form
    }

    var name: String { given.text }

    /// Where one picture is meant.
    var asPicture: InputError {
        InputError("\(name) is an archive; give it as an input of its own, and the pictures in it are read where they stand")
    }

    func error(_ fault: ArchiveFault) -> InputError {
        switch fault {
        case .unreadable(let cause): InputError("\(name) cannot be read: \(cause)", cause: cause)
        case .cutOff(let member?):
            InputError("\(name) is cut off: it ends in the middle of \(FilePath(bytes: member).text); fetch it again or leave it out")
        case .cutOff(nil): InputError("\(name) is cut off: its end is missing; fetch it again or leave it out")
        case .damaged(let place):
            InputError("\(name) is damaged: what stands at byte \(place) describes no member; fetch it again or leave it out")
        }
    }
}

/// An archive while it is read.
final class OpenArchive {
    let archive: Archive
    let stamp: FileStamp
    let bytes: PositionedBytes
    private let descriptor: FileDescriptor

    init(_ archive: Archive) throws(InputError) {
        self.archive = archive
        do throws(Errno) {
            (descriptor, stamp) = try Self.open(archive.path)
        } catch {
            throw archive.error(.unreadable(error))
        }
        bytes = Self.bytes(of: descriptor, stamp)
    }

    private static func open(_ path: FilePath) throws(Errno) -> (FileDescriptor, FileStamp) {
        let descriptor = try FileDescriptor.openForReading(path)
        do throws(Errno) {
            let facts = try FileFacts(descriptor: descriptor)
            guard facts.kind == .regular else { throw facts.kind == .folder ? .isDirectory : .invalidArgument }
            return (descriptor, facts.stamp)
        } catch {
            descriptor.closeAfterReading()
            throw error
        }
    }

    deinit { descriptor.closeAfterReading() }

    func members() throws(InputError) -> ArchiveMembers {
        do throws(ArchiveFault) {
            switch archive.form {
            case .tar: return .tar(TarReader(bytes))
            case .zip: return .zip(try ZipReader(bytes, directory: Self.bytes(of: descriptor, stamp)))
            }
        } catch {
            throw archive.error(error)
        }
    }

    func next(of members: inout ArchiveMembers) throws(InputError) -> ArchiveMember? {
        do throws(ArchiveFault) { return try members.next() } catch { throw archive.error(error) }
    }

    /// The member that is described at `position`.
    func member(at position: Int64, _ members: inout ArchiveMembers) throws(InputError) -> ArchiveMember? {
        members.move(to: position)
        return try next(of: &members)
    }

    func bytes(_ count: Int, at offset: Int64) throws(InputError) -> [UInt8] {
        do throws(Errno) { return try bytes.bytes(count, at: offset) } catch { throw archive.error(.unreadable(error)) }
    }

    /// What was checked must be what is added.
    func checkUnchanged() throws(InputError) {
        let now: FileStamp
        do throws(Errno) { now = try FileFacts(descriptor: descriptor).stamp } catch { throw archive.error(.unreadable(error)) }
        guard now == stamp else { throw InputError("\(archive.name) was changed while it was read; run again when it is complete") }
    }

    private static func bytes(of descriptor: FileDescriptor, _ stamp: FileStamp) -> PositionedBytes {
        PositionedBytes(size: stamp.size) { (buffer, offset) throws(Errno) in try descriptor.fill(buffer, at: offset) }
    }
}

/// The members of an archive, one after the other.
enum ArchiveMembers {
    case tar(TarReader)
    case zip(ZipReader)

    mutating func next() throws(ArchiveFault) -> ArchiveMember? {
        switch self {
        case .tar(var reader):
            defer { self = .tar(reader) }
            return try reader.next()
        case .zip(var reader):
            defer { self = .zip(reader) }
            return try reader.next()
        }
    }

    /// The next one will be the one that is described there.
    mutating func move(to position: Int64) {
        switch self {
        case .tar(var reader):
            reader.position = position
            self = .tar(reader)
        case .zip(var reader):
            reader.position = position
            self = .zip(reader)
        }
    }
}
