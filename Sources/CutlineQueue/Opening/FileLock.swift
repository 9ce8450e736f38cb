import CutlineCore
import Foundation
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A kernel lock on a file of its own. The kernel frees it on any death of the process, at once and without false alarms.
/// Never used on the queue file itself: closing a descriptor of that would drop SQLite's locks.
package final class FileLock: Sendable {
    package let path: FilePath
    private let descriptor: Int32
    private let patience: QueuePatience
    /// The kernel's lock belongs to the descriptor, so threads that share it need one of their own.
    private let threads = NSLock()
    /// A wait that was given up goes on in a thread that nobody hears of, and would give back what another wait took.
    private let isGivenUp = Mutex(false)

    /// Opens the file, made with mode 0600 where it is missing, and locks nothing yet.
    ///
    /// - Parameter mustBeNew: fail where the file exists.
    package init(_ path: FilePath, mustBeNew: Bool = false, patience: QueuePatience = QueuePatience()) throws(QueueError) {
        (self.path, self.patience) = (path, patience)
        descriptor = open(path.string, O_RDWR | O_CREAT | O_CLOEXEC | (mustBeNew ? O_EXCL : 0), 0o600)
        guard descriptor >= 0 else { throw .unusable(path, reason: String(cString: strerror(errno))) }
    }

    /// Opens a file that must exist; nil where it does not.
    package init?(existing path: FilePath) {
        (self.path, patience) = (path, QueuePatience())
        descriptor = open(path.string, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Whether somebody holds the lock of a file, at next to no cost: each worker asks it of all others every few seconds.
    package static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    /// Waits for the lock, runs `body` and gives the lock back.
    ///
    /// - Throws: `QueueError.unusable` where another process keeps it for longer than our patience.
    package func withLock<Result>(_ body: () throws -> Result) throws -> Result {
        threads.lock()
        defer { threads.unlock() }
        if !tryLock() { try wait() }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    /// In a thread of its own: flock(2) knows no deadline.
    private func wait() throws(QueueError) {
        let tooLong = QueueError.unusable(path, reason: "locked by another process for more than \(patience.limit.components.seconds) s")
        guard !isGivenUp.withLock({ $0 }) else { throw tooLong }
        let isOver = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
            isOver.signal()
        }
        var result = isOver.wait(timeout: .now() + .milliseconds(Int(patience.silence.milliseconds)))
        if result == .timedOut {
            patience.tell()
            result = isOver.wait(timeout: .now() + .milliseconds(Int((patience.limit - patience.silence).milliseconds)))
        }
        if result == .timedOut {
            isGivenUp.withLock { $0 = true }
            throw tooLong
        }
        // A lock that is held already is granted again, so that false means the kernel refused.
        guard tryLock() else { throw .unusable(path, reason: String(cString: strerror(errno))) }
    }

    /// Whether the file that is open here is still the one under its name.
    package var isInPlace: Bool {
        var (mine, named) = (stat(), stat())
        guard fstat(descriptor, &mine) == 0, stat(path.string, &named) == 0 else { return false }
        return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
    }

    /// Takes the lock and keeps it until this value goes; false where somebody else has it.
    package func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}
