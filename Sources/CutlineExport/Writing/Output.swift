import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An export being written. A file gets its name only in `commit`, so no half file ever bears it.
struct Output {
    private enum Kind {
        case descriptor
        case special
        case file(temporary: FilePath, overwrite: Bool)
    }

    private let kind: Kind
    /// Nil for a descriptor that was given.
    private let path: FilePath?
    private let descriptor: FileDescriptor

    /// One for each part of the split; nothing is left of any where one is refused.
    static func all(of order: ExportRequest) throws(ExportError) -> [Output] {
        var outputs: [Output] = []
        for destination in order.destinations {
            do {
                outputs.append(try Output(destination, overwrite: order.overwrite))
            } catch {
                for output in outputs { output.end(committed: false) }
                throw error
            }
        }
        return outputs
    }

    init(_ destination: Destination, overwrite: Bool) throws(ExportError) {
        switch destination {
        case .pictures: throw .needsFile
        case .descriptor(let number): (kind, path, descriptor) = (.descriptor, nil, FileDescriptor(rawValue: number))
        case .file(let given):
            switch Existing(given) {
            case .folder: throw .isFolder(given)
            case .special:
                (kind, path) = (.special, given)
                descriptor = try attempt(given) { try .open(given, .writeOnly, options: .closeOnExec) }
            case .file(let target, let mode):
                guard overwrite else { throw .exists(given) }
                let (temporary, descriptor) = try Self.openBeside(target)
                fchmod(descriptor.rawValue, mode)
                (kind, path, self.descriptor) = (.file(temporary: temporary, overwrite: true), target, descriptor)
            case .nothing:
                let (temporary, descriptor) = try Self.openBeside(given)
                (kind, path, self.descriptor) = (.file(temporary: temporary, overwrite: overwrite), given, descriptor)
            }
        }
    }

    func write(_ bytes: [UInt8]) throws(ExportError) {
        do throws(Errno) {
            try descriptor.writeWhole(bytes)
        } catch {
            throw error == .brokenPipe ? .closedPipe : .cannotWrite(path, error)
        }
    }

    /// Makes a file durable, then visible, and that durable too.
    func commit() throws(ExportError) {
        guard case .file(let temporary, let overwrite) = kind, let path else { return }
        try check(fsync(descriptor.rawValue))
        if overwrite {
            try check(Self.rename(temporary, path))
        } else {
            try nameUnlessTaken(temporary, path)
        }
        let parent = path.removingLastComponent()
        let folder = try attempt(path) { try .open(parent.isEmpty ? "." : parent, .readOnly, options: .closeOnExec) }
        defer { close(folder.rawValue) }
        // Some file systems cannot sync a folder, and say so with EINVAL; they keep their names by other means.
        guard fsync(folder.rawValue) == 0 || errno == EINVAL else { throw .cannotWrite(path, Errno(rawValue: errno)) }
    }

    /// Closes what was opened here; what was not committed is gone.
    func end(committed: Bool) {
        switch kind {
        case .descriptor: return
        case .special: close(descriptor.rawValue)
        case .file(let temporary, _):
            close(descriptor.rawValue)
            if !committed { _ = temporary.withPlatformString { unlink($0) } }
        }
    }

    private static func openBeside(_ path: FilePath) throws(ExportError) -> (FilePath, FileDescriptor) {
        let parent = path.removingLastComponent()
        do throws(ExportError) {
            let (name, file) = try Folder(at: parent.isEmpty ? "." : parent).unfinishedFile()
            return (parent.appending(name), file)
        } catch {
            // Who named the file knows nothing of its hidden name.
            guard case .cannotWrite(_, let reason) = error else { throw error }
            throw .cannotWrite(path, reason)
        }
    }

    /// A hard link fails where the name was taken meanwhile; where the file system has none, the name is simply given.
    private func nameUnlessTaken(_ temporary: FilePath, _ path: FilePath) throws(ExportError) {
        let linked = temporary.withPlatformString { from in path.withPlatformString { link(from, $0) } }
        if linked == 0 {
            _ = temporary.withPlatformString { unlink($0) }
            return
        }
        if errno == EEXIST { throw .exists(path) }
        try check(Self.rename(temporary, path))
    }

    private static func rename(_ from: FilePath, _ to: FilePath) -> Int32 {
        from.withPlatformString { from in to.withPlatformString { SystemCall.rename(from, $0) } }
    }

    private func check(_ result: Int32) throws(ExportError) {
        guard result == 0 else { throw .cannotWrite(path, Errno(rawValue: errno)) }
    }
}

private enum SystemCall {
    static func rename(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) -> Int32 {
        #if canImport(Glibc)
            Glibc.rename(from, to)
        #else
            Darwin.rename(from, to)
        #endif
    }
}

private func attempt(_ path: FilePath, _ open: () throws -> FileDescriptor) throws(ExportError) -> FileDescriptor {
    do {
        return try open()
    } catch {
        throw .cannotWrite(path, error as? Errno ?? .ioError)
    }
}

/// What stands at a path already.
private enum Existing {
    case nothing, folder, special
    /// Links followed, so that a link is not replaced by a file.
    case file(FilePath, mode: mode_t)

    init(_ path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else {
            self = .nothing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: self = .folder
        case S_IFREG:
            let real = path.withPlatformString { realpath($0, nil) }
            defer { free(real) }
            self = .file(real.map { FilePath(platformString: $0) } ?? path, mode: status.st_mode & 0o7777)
        default: self = .special
        }
    }
}
