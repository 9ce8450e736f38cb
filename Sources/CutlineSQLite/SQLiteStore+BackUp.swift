import CutlineQueue
import GRDB
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension SQLiteStore {
    /// Writes a copy of the queue as it stands at one moment, while workers go on. It appears whole or not at all, with mode 0600, and is on
    /// the disk when this returns. Until the copy is made the log cannot shrink.
    ///
    /// - Throws: `QueueError.backupRefused` where something is in the way, `.unusable` where the copy cannot be written.
    package func backUp(to target: FilePath, overwrite: Bool) throws {
        try refuse(target, overwrite: overwrite)
        let unfinished = try Self.makeBeside(target)
        defer { withExtendedLifetime(unfinished) {} }
        let temporary = unfinished.path
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
        if QueueFile(database: target).hasLog {
            throw .backupRefused(target, reason: "is a queue in use, for its log stands beside it; name another file")
        }
    }

    private static func exists(_ target: FilePath) -> QueueError {
        .backupRefused(target, reason: "exists; give --overwrite, or name another file")
    }

    /// An empty file, which SQLite fills as it would a missing one, and which keeps its mode. Its lock is held while it is being filled:
    /// what a killed process has left is free, and removed.
    private static func makeBeside(_ target: FilePath) throws -> FileLock {
        for number in 0..<100 {
            let temporary = FilePath(bytes: target.bytes + Array(".cutline-\(number).part".utf8))
            if let left = FileLock(existing: temporary), left.tryLock(), left.isInPlace { unlink(temporary.string) }
            guard access(temporary.string, F_OK) != 0 else { continue }
            do {
                let lock = try FileLock(temporary, mustBeNew: true)
                if lock.tryLock(), lock.isInPlace { return lock }
            } catch {
                guard access(temporary.string, F_OK) == 0 else { throw failure(target) }
            }
        }
        throw QueueError.unusable(target, reason: "too many others write it")
    }

    private func copy(into temporary: FilePath) throws {
        try withoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [temporary.string]) }
    }

    private static func sync(_ path: FilePath) throws(QueueError) {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { closeFile(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: FilePath) -> QueueError { .unusable(path, reason: String(cString: strerror(errno))) }
}

/// close(2), beside a store's own `close`.
private func closeFile(_ descriptor: Int32) { close(descriptor) }
