import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open folder. What is done below it goes by names, one part of a path at a time, and never through a symbolic link: an export cannot
/// be led out of its folder.
final class Folder: Sendable {
    /// For messages; what counts is the descriptor.
    let path: FilePath
    private let descriptor: Int32

    /// What stands under a name; links are not followed.
    enum Kind: Hashable {
        case nothing, file, folder, link, other
    }

    private init(path: FilePath, descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    deinit { close(descriptor) }

    /// Opens a folder by the path that the user named, through whatever links that path holds.
    convenience init(at path: FilePath) throws(ExportError) {
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw .cannotWrite(path, Errno(rawValue: errno)) }
        self.init(path: path, descriptor: descriptor)
    }

    /// - Throws: `ExportError.leadsOut` where a link or a file stands under the name.
    func subfolder(_ name: FilePath.Component, creating: Bool = true) throws(ExportError) -> Folder {
        let below = path.appending(name)
        if creating, name.withPlatformString({ mkdirat(descriptor, $0, 0o777) }) != 0, errno != EEXIST { throw failure(name) }
        let opened = name.withPlatformString { openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        if opened >= 0 { return Folder(path: below, descriptor: opened) }
        throw errno == ELOOP || errno == ENOTDIR ? .leadsOut(below) : failure(name)
    }

    /// Nil where something stands under the name.
    func makeFolder(_ name: FilePath.Component) throws(ExportError) -> Folder? {
        guard name.withPlatformString({ mkdirat(descriptor, $0, 0o777) }) == 0 else {
            if errno == EEXIST { return nil }
            throw failure(name)
        }
        return try subfolder(name, creating: false)
    }

    /// A new file, which must not exist; a hidden one unless it has a name that readers may see.
    func create(_ name: FilePath.Component) throws(ExportError) -> FileDescriptor {
        let created = name.withPlatformString { openat(descriptor, $0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666) }
        guard created >= 0 else { throw failure(name) }
        return FileDescriptor(rawValue: created)
    }

    /// Takes the kernel's lock for as long as `file`, or this folder, is open. False where another process has it, or has removed what stood
    /// under `name` in `parent`. A file system without locks has none that could be found free either.
    static func hold(_ file: Int32, _ name: FilePath.Component, in parent: Folder) -> Bool {
        guard flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
        var (mine, named) = (stat(), stat())
        guard fstat(file, &mine) == 0,
            name.withPlatformString({ fstatat(parent.descriptor, $0, &named, AT_SYMLINK_NOFOLLOW) }) == 0
        else { return false }
        return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
    }

    func hold(_ name: FilePath.Component, in parent: Folder) -> Bool { Self.hold(descriptor, name, in: parent) }

    /// Does something to what stands under the name while nobody else holds its lock.
    func whileFree(_ name: FilePath.Component, _ body: () -> Void) {
        // Some file systems lock only what is open to be written, and a folder never is.
        let flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        var opened = name.withPlatformString { openat(descriptor, $0, O_RDWR | flags) }
        if opened < 0, errno != ENOENT { opened = name.withPlatformString { openat(descriptor, $0, O_RDONLY | flags) } }
        guard opened >= 0 else { return }
        defer { close(opened) }
        if flock(opened, LOCK_EX | LOCK_NB) == 0, Self.hold(opened, name, in: self) { body() }
    }

    /// Nil where there is no such file of its own (a link is none).
    func openForReading(_ name: FilePath.Component) throws(ExportError) -> FileDescriptor? {
        let opened = name.withPlatformString { openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        if opened >= 0 { return FileDescriptor(rawValue: opened) }
        guard errno == ENOENT || errno == ELOOP else { throw failure(name) }
        return nil
    }

    func kind(_ name: FilePath.Component) throws(ExportError) -> Kind {
        var status = stat()
        guard name.withPlatformString({ fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            guard errno == ENOENT else { throw failure(name) }
            return .nothing
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Replaces what stands under `to`, a link itself and not what it leads to.
    func rename(_ from: FilePath.Component, to: FilePath.Component, in target: Folder) throws(ExportError) {
        let result = from.withPlatformString { from in
            to.withPlatformString { renameat(descriptor, from, target.descriptor, $0) }
        }
        guard result == 0 else { throw target.failure(to) }
    }

    /// Gives a file a second name; false where that is taken. Where the file system has no links the file is moved.
    func link(_ from: FilePath.Component, as to: FilePath.Component) throws(ExportError) -> Bool {
        let result = from.withPlatformString { from in to.withPlatformString { linkat(descriptor, from, descriptor, $0, 0) } }
        if result == 0 { return true }
        if errno == EEXIST { return false }
        guard try kind(to) == .nothing else { return false }
        try rename(from, to: to, in: self)
        return true
    }

    /// A symbolic link to an absolute path.
    func symlink(_ name: FilePath.Component, to target: FilePath) throws(ExportError) {
        let result = target.withPlatformString { target in name.withPlatformString { symlinkat(target, descriptor, $0) } }
        guard result == 0 else { throw failure(name) }
    }

    /// One more name for a file elsewhere on the same file system.
    func hardLink(_ name: FilePath.Component, to file: FilePath) throws(ExportError) {
        let result = file.withPlatformString { file in
            name.withPlatformString { linkat(AT_FDCWD, file, descriptor, $0, AT_SYMLINK_FOLLOW) }
        }
        guard result == 0 else { throw errno == EXDEV ? .otherFileSystem(path) : failure(name) }
    }

    /// Whether it was there.
    @discardableResult
    func remove(_ name: FilePath.Component) -> Bool { name.withPlatformString { unlinkat(descriptor, $0, 0) } == 0 }

    /// Whether it was there and empty.
    @discardableResult
    func removeFolder(_ name: FilePath.Component) -> Bool { name.withPlatformString { unlinkat(descriptor, $0, AT_REMOVEDIR) } == 0 }

    /// The names in it, hidden ones too, in order of their bytes.
    func names() throws(ExportError) -> [FilePath.Component] {
        let again = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard again >= 0, let stream = fdopendir(again) else { throw .cannotWrite(path, Errno(rawValue: errno)) }
        defer { closedir(stream) }
        var names: [FilePath.Component] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                FilePath.Component(platformString: UnsafeRawPointer($0).assumingMemoryBound(to: CInterop.PlatformChar.self))
            }
            if let name, name.kind == .regular { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .cannotWrite(path, Errno(rawValue: errno)) }
        return names.sorted { FilePath($0).bytes.lexicographicallyPrecedes(FilePath($1).bytes) }
    }

    /// Makes its names durable. Some file systems cannot, and say so with EINVAL; they keep their names by other means.
    func sync() throws(ExportError) {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .cannotWrite(path, Errno(rawValue: errno)) }
    }

    /// Makes everything on its file system durable: one wait instead of one a file.
    func syncAll() throws(ExportError) {
        guard let syncFileSystem = Self.syncFileSystem else { return Self.syncEverything() }
        guard syncFileSystem(descriptor) == 0 else { throw .cannotWrite(path, Errno(rawValue: errno)) }
    }

    /// `syncfs(2)` of Linux, which Swift's module of the C library leaves out.
    private static let syncFileSystem = dlsym(nil, "syncfs").map { unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self) }

    private static func syncEverything() {
        #if canImport(Glibc)
            Glibc.sync()
        #else
            Darwin.sync()
        #endif
    }

    private func failure(_ name: FilePath.Component) -> ExportError {
        .cannotWrite(path.appending(name), Errno(rawValue: errno))
    }
}

extension FilePath {
    fileprivate init(_ component: FilePath.Component) { self.init(root: nil, [component]) }
}
