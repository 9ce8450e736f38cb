import Foundation
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A kernel lock on a file of its own. The kernel frees it on any death of the process, at once and without false alarms.
/// Never used on the queue file itself: closing a descriptor of that would drop SQLite's locks.
final class FileLock: Sendable {
    let path: FilePath
    private let descriptor: Int32
    /// The kernel's lock belongs to the descriptor, so threads that share it need one of their own.
    private let threads = NSLock()

    /// Opens the file, made with mode 0600 where it is missing, and locks nothing yet.
    ///
    /// - Parameter mustBeNew: fail where the file exists.
    init(_ path: FilePath, mustBeNew: Bool = false) throws(QueueError) {
        self.path = path
        descriptor = open(path.string, O_RDWR | O_CREAT | O_CLOEXEC | (mustBeNew ? O_EXCL : 0), 0o600)
        guard descriptor >= 0 else { throw .unusable(path, reason: String(cString: strerror(errno))) }
    }

    /// Opens a file that must exist; nil where it does not.
    init?(existing path: FilePath) {
        self.path = path
        descriptor = open(path.string, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Waits for the lock, runs `body` and gives the lock back.
    func withLock<Result>(_ body: () throws -> Result) throws -> Result {
        threads.lock()
        defer { threads.unlock() }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw QueueError.unusable(path, reason: String(cString: strerror(errno))) }
        }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    /// Whether the file that is open here is still the one under its name.
    var isInPlace: Bool {
        var (mine, named) = (stat(), stat())
        guard fstat(descriptor, &mine) == 0, stat(path.string, &named) == 0 else { return false }
        return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
    }

    /// Takes the lock and keeps it until this value goes; false where somebody else has it.
    func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}
