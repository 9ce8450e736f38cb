import CutlineCore
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of this process in the system's folder for temporary files: `cutline-run-XXXXXX`. Its process lives while the kernel holds the
/// lock on the file `lock` in it, so that the next start knows what a killed one has left, and removes it.
package final class TemporaryPlace: Sendable {
    package let path: FilePath
    /// Locked as long as it is open.
    private let lock: FileDescriptor
    private let names = Mutex(0)

    private static let prefix = "cutline-run-"
    private static let lockName = "lock"

    package init(in folder: FilePath) throws(Errno) {
        while true {
            let path = try Self.newFolder(in: folder)
            guard let lock = try Self.lock(of: path) else { continue }
            (self.path, self.lock) = (path, lock)
            return
        }
    }

    deinit {
        // What is left here the next start removes.
        path.withPlatformString { Self.remove($0) }
        try? lock.close()
    }

    /// A name that nothing has yet.
    package func newName() -> FilePath {
        let number = names.withLock { names in
            names += 1
            return names
        }
        return path.appending("\(number)")
    }

    private static func newFolder(in folder: FilePath) throws(Errno) -> FilePath {
        var template = folder.appending("\(prefix)XXXXXX").withPlatformString {
            Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        return template.withUnsafeBufferPointer { FilePath(platformString: $0.baseAddress!) }
    }

    /// Nil where another start took the new folder for one that was left.
    private static func lock(of path: FilePath) throws(Errno) -> FileDescriptor? {
        let number = path.appending(lockName).withPlatformString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw Errno(rawValue: errno)
        }
        var status = stat()
        guard flock(number, LOCK_EX | LOCK_NB) == 0, fstat(number, &status) == 0, status.st_nlink > 0 else {
            close(number)
            return nil
        }
        return FileDescriptor(rawValue: number)
    }
}

// MARK: - What others left

extension TemporaryPlace {
    /// Removes what killed processes of this user have left in `folder`. What cannot be removed stays: it harms nobody.
    package static func sweep(_ folder: FilePath) {
        guard let stream = folder.withPlatformString({ opendir($0) }) else { return }
        defer { closedir(stream) }
        var names: [FilePath] = []
        while let entry = readdir(stream) {
            // The system's folder may hold thousands of others.
            if entry.hasName(beginning: prefix) { names.append(entry.fileName) }
        }
        for name in names { folder.pushing(name).withPlatformString { sweepOne($0) } }
    }

    /// Never through a link, and nothing of another user: anybody may write in the system's folder.
    private static func sweepOne(_ place: UnsafePointer<CChar>) {
        let folder = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return }
        defer { close(folder) }
        var status = stat()
        guard fstat(folder, &status) == 0, status.st_uid == geteuid() else { return }
        let lock = openat(folder, lockName, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        // Without a lock it is being made, or removed: it goes only if it is empty.
        guard lock >= 0 else { return _ = rmdir(place) }
        defer { close(lock) }
        if flock(lock, LOCK_EX | LOCK_NB) == 0 { remove(place) }
    }

    /// The lock goes last.
    private static func remove(_ place: UnsafePointer<CChar>) {
        let folder = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return }
        guard let stream = fdopendir(folder) else { return _ = close(folder) }
        defer { closedir(stream) }
        var names: [FilePath] = []
        while let entry = readdir(stream) { names.append(entry.fileName) }
        for name in names where name.string != lockName { _ = name.withPlatformString { unlinkat(dirfd(stream), $0, 0) } }
        unlinkat(dirfd(stream), lockName, 0)
        rmdir(place)
    }
}

extension UnsafeMutablePointer<dirent> {
    /// Its bytes as they stand.
    fileprivate func hasName(beginning prefix: String) -> Bool {
        withUnsafePointer(to: &pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { strncmp($0, prefix, prefix.utf8.count) == 0 }
        }
    }

    fileprivate var fileName: FilePath {
        withUnsafePointer(to: &pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { FilePath(platformString: $0) }
        }
    }
}
