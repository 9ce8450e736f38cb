import GRDB
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension QueueReader {
    /// Writes a copy of the queue as it stands at one moment, while workers go on. It appears whole or not at all, with mode 0600, and is on
    /// the disk when this returns. Until the copy is made the log cannot shrink.
    ///
    /// - Throws: `QueueError.backupRefused` where something is in the way, `.unusable` where the copy cannot be written.
    package func backUp(to target: FilePath, overwrite: Bool) throws {
        try refuse(target, overwrite: overwrite)
        let temporary = try Self.makeBeside(target)
        do {
            try copy(into: temporary)
            try Self.sync(temporary)
            // A link never replaces anything, a rename does.
            let isDone = overwrite ? rename(temporary.string, target.string) == 0 : link(temporary.string, target.string) == 0
            guard isDone else {
                if errno == EEXIST { throw Self.exists(target) }
                throw Self.failure(target)
            }
            if !overwrite { unlink(temporary.string) }
            let folder = target.removingLastComponent()
            try Self.sync(folder.isEmpty ? "." : folder)
        } catch {
            unlink(temporary.string)
            throw error
        }
    }

    private func refuse(_ target: FilePath, overwrite: Bool) throws(QueueError) {
        var (mine, there) = (stat(), stat())
        guard stat(target.string, &there) == 0 else { return }
        if there.st_mode & S_IFMT == S_IFDIR { throw .backupRefused(target, reason: "is a folder; name a file in it") }
        if there.st_mode & S_IFMT != S_IFREG { throw .backupRefused(target, reason: "is no regular file; name another one") }
        if stat(path.string, &mine) == 0, mine.st_ino == there.st_ino, mine.st_dev == there.st_dev {
            throw .backupRefused(target, reason: "is the queue itself; name another file")
        }
        guard overwrite else { throw Self.exists(target) }
        // The log would be taken for the copy's.
        if QueueLocation(database: target).hasLog {
            throw .backupRefused(target, reason: "is a queue in use, for its log stands beside it; name another file")
        }
    }

    private static func exists(_ target: FilePath) -> QueueError {
        .backupRefused(target, reason: "exists; give --overwrite, or name another file")
    }

    /// An empty file, which SQLite fills as it would a missing one, and which keeps its mode.
    private static func makeBeside(_ target: FilePath) throws(QueueError) -> FilePath {
        let suffix = ".\(UInt32.random(in: .min ... .max)).part"
        let temporary = FilePath(bytes: target.bytes + Array(suffix.utf8))
        let descriptor = open(temporary.string, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(target) }
        close(descriptor)
        return temporary
    }

    private func copy(into temporary: FilePath) throws {
        do {
            try withoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [temporary.string]) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw QueueError.unusable(temporary, reason: "the disk is full")
        }
    }

    private static func sync(_ path: FilePath) throws(QueueError) {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: FilePath) -> QueueError { .unusable(path, reason: String(cString: strerror(errno))) }
}
