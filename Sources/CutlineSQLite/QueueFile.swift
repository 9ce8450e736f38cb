import CutlineQueue
import Foundation
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files of a queue: the database and what stands beside it.
struct QueueFile: Sendable {
    let database: FilePath
    /// The lock of those who make it, and of writers where SQLite needs one.
    let lock: FilePath
    let writeAheadLog: FilePath
    let state: StateFolder
    /// Closing any descriptor of the file drops the SQLite locks of all threads, so nobody may open it while it is being made.
    private static let making = NSLock()

    init(database: FilePath) {
        func beside(_ suffix: String) -> FilePath { FilePath(bytes: database.bytes + Array(suffix.utf8)) }
        self.database = database
        (lock, writeAheadLog) = (beside(".lock"), beside("-wal"))
        state = StateFolder(workers: beside(".workers"), rescue: beside(".rescue.jsonl"))
    }

    var hasLog: Bool { access(writeAheadLog.string, F_OK) == 0 }

    var exists: Bool { access(database.string, F_OK) == 0 }

    /// Makes the database file with mode 0600; SQLite gives the same mode to its log.
    func prepare() throws(QueueError) {
        try refuseNetwork()
        try refuseFolder()
        try makeDatabase()
    }

    /// - Throws: `QueueError.unusable`, which SQLite itself would call an I/O error.
    func refuseFolder() throws(QueueError) {
        var info = stat()
        guard stat(database.string, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return }
        throw .unusable(database, reason: "it is a folder; name a file in it with --queue PATH")
    }

    private func makeDatabase() throws(QueueError) {
        Self.making.lock()
        defer { Self.making.unlock() }
        guard !exists else { return }
        let descriptor = open(database.string, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 || errno == EEXIST else { throw .unusable(database, reason: String(cString: strerror(errno))) }
        if descriptor >= 0 { close(descriptor) }
    }

    /// WAL needs shared memory: all processes on one host and one real file system (sqlite.org/wal.html).
    private func refuseNetwork() throws(QueueError) {
        let folder = database.removingLastComponent()
        var info = stat()
        guard stat(folder.isEmpty ? "." : folder.string, &info) == 0 else {
            throw .unusable(database, reason: "the folder \(folder.text) cannot be used: \(String(cString: strerror(errno)))")
        }
        guard let kind = FileSystemKind(of: info, at: folder), kind.isNetwork else { return }
        throw .networkFileSystem(database, kind: kind.name)
    }
}
