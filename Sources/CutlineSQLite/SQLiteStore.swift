import CutlineCore
import CutlineQueue
import Foundation
import GRDB
import SystemPackage

/// A queue in one SQLite file, shared by any number of processes on one host.
///
/// One connection writes, in IMMEDIATE transactions (WAL with `synchronous=FULL`).
package final class SQLiteStore: Store {
    let path: FilePath
    let file: QueueFile
    private let connection: any DatabaseReader
    /// Nil: opened to look at.
    private let pool: DatabasePool?
    /// Held around every write and checkpoint where SQLite has the WAL-reset bug; nil where it has not.
    private let writersLock: FileLock?

    /// Opens the queue at `path`, makes it where it is missing, and migrates it.
    ///
    /// - Parameter patience: with other processes that hold it.
    package init(at path: FilePath, now: Timestamp, patience: QueuePatience = QueuePatience()) throws {
        self.path = path
        file = QueueFile(database: path)
        try file.prepare()
        let version = try Self.libraryVersion()
        // Two processes that make the same file would disturb each other before the busy timeout is of use.
        let lock = try FileLock(file.lock, patience: patience)
        let pool = try Self.describing(path) {
            try lock.withLock {
                let pool = try DatabasePool(path: path.string, configuration: Self.configuration(path, readsOnly: false, patience))
                try pool.writeWithoutTransaction { db in
                    try Self.makeDurable(db, path: path)
                    try Schema(path: path).migrate(db, at: now)
                }
                return pool
            }
        }
        (self.pool, connection) = (pool, pool)
        writersLock = version.hasWALResetBug ? lock : nil
    }

    /// Opens an existing queue for reading only.
    ///
    /// - Throws: `QueueError.noSuchQueue`, and what an unusable, foreign or newer file brings.
    package init(readingAt path: FilePath) throws {
        self.path = path
        file = QueueFile(database: path)
        guard file.exists else { throw QueueError.noSuchQueue(path.text) }
        try file.refuseFolder()
        connection = try Self.describing(path) {
            let queue = try DatabaseQueue(path: path.string, configuration: Self.configuration(path, readsOnly: true))
            try queue.read { db in
                // An empty file has no jobs, but is no queue either.
                guard try db.tableExists("batches") else { throw QueueError.noSuchQueue(path.text) }
            }
            return queue
        }
        (pool, writersLock) = (nil, nil)
    }

    package var clock: (@Sendable () -> Timestamp)? { nil }

    /// Checkpoints and closes.
    package func close() throws {
        try Self.locked(by: writersLock) {
            // A reader that is still open makes the checkpoint partial; the log stays and nothing is lost.
            _ = try? pool?.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try connection.close()
        }
    }

    /// One IMMEDIATE transaction.
    package func write<Result>(mayRunAgain: Bool, _ body: (any Session) throws -> Result) throws -> Result {
        guard let pool else { throw QueueError.unusable(path, reason: "it was opened to be read") }
        // Before the transaction, not after it: what a turn claims must be sent at once.
        checkpointIfLarge(pool)
        return try Self.describing(path) {
            try Self.locked(by: writersLock) {
                try pool.writeWithoutTransaction { db in
                    var result: Result?
                    try db.inTransaction(.immediate) {
                        try Schema.checkFormat(db, path)
                        result = try body(SQLiteSession(database: db))
                        return .commit
                    }
                    return result!
                }
            }
        }
    }

    package func read<Result>(_ body: (any Session) throws -> Result) throws -> Result {
        try readDatabase { try body(SQLiteSession(database: $0)) }
    }

    func readDatabase<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try Self.describing(path) { try connection.read(body) }
    }

    /// For statements that no transaction may enclose.
    func withoutTransaction<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try Self.describing(path) { try connection.unsafeRead(body) }
    }

    package func changeCounter() throws -> Int64 {
        // Each connection has a number of its own: the one writer's stays still at our own changes.
        func number(_ db: Database) throws -> Int64 { try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0 }
        return try Self.describing(path) { try pool?.writeWithoutTransaction(number) ?? connection.unsafeRead(number) }
    }

    /// The write-ahead log is moved into the database once it has grown beyond this; its file is then cut back to it, or every write to
    /// come would find it large.
    private static let logBytes = 4 << 20

    private func checkpointIfLarge(_ pool: DatabasePool) {
        var info = stat()
        guard stat(file.writeAheadLog.string, &info) == 0, info.st_size > Self.logBytes else { return }
        // What was written is safe already, so a failure only postpones it, as a busy reader does.
        _ = try? Self.locked(by: writersLock) {
            try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
        }
    }

    private static func locked<Result>(by lock: FileLock?, _ body: () throws -> Result) throws -> Result {
        guard let lock else { return try body() }
        return try lock.withLock(body)
    }
}

extension SQLiteStore {
    static func configuration(_ path: FilePath, readsOnly: Bool, _ patience: QueuePatience = QueuePatience()) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readsOnly
        let wait = BusyWait(patience)
        configuration.busyMode = .callback { wait.goesOn(tries: $0) }
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
            try db.execute(sql: "PRAGMA mmap_size = 0")
            // Before anything is written: a pool turns any database into one with a log.
            try Schema(path: path).check(db)
        }
        return configuration
    }

    /// GRDB sets NORMAL when it opens a pool, so FULL is set afterwards, and read back: what is promised rests on it.
    private static func makeDurable(_ db: Database, path: FilePath) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        try db.execute(sql: "PRAGMA journal_size_limit = \(logBytes)")
        // 40 MB at most: adding touches the index of fingerprints everywhere, and a page that does not stay is read and written again and
        // again. Memory is taken as the cache fills.
        try db.execute(sql: "PRAGMA cache_size = -40960")
        #if os(macOS)
            try db.execute(sql: "PRAGMA fullfsync = ON")
            try db.execute(sql: "PRAGMA checkpoint_fullfsync = ON")
        #endif
        let expected: [(pragma: String, value: String)] = [
            ("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"), ("trusted_schema", "0"), ("wal_autocheckpoint", "0"),
            ("journal_size_limit", "\(logBytes)"),
        ]
        for (pragma, value) in expected {
            let actual = try String.fetchOne(db, sql: "PRAGMA \(pragma)") ?? "nothing"
            guard actual == value else { throw QueueError.unusable(path, reason: "PRAGMA \(pragma) is \(actual), not \(value)") }
        }
    }

    /// The SQLite that runs.
    package static func libraryVersion() throws -> SQLiteVersion {
        let text = try DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") } ?? ""
        guard let version = SQLiteVersion(text) else { throw QueueError.unusable("SQLite", reason: "unknown version \(text)") }
        return version
    }

    /// Turns SQLite's errors into sentences about the queue; other errors pass.
    static func describing<Result>(_ path: FilePath, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw QueueError(StoreError(error), path) } catch let error
            as StoreError
        { throw QueueError(error, path) }
    }
}

extension QueueError {
    fileprivate init(_ error: StoreError, _ path: FilePath) {
        switch error.kind {
        case .foreign: self = .foreign(path)
        case .damaged: self = .damaged(path, reason: error.message)
        case .constraint, .diskFull, .connectionLost, .other: self = .unusable(path, reason: error.message)
        }
    }
}
