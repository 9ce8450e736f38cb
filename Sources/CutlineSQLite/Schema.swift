import CutlineCore
import CutlineDigest
import CutlineMigrationsSQLite
import CutlineQueue
import Foundation
import GRDB
import SystemPackage

/// Brings a queue file to the schema of this build, forward only.
struct Schema {
    /// "CUTL", so that a file of something else is never taken for a queue.
    static let applicationID = 0x4355_544C

    let path: FilePath
    let migrations: [Migration]

    init(path: FilePath, migrations: [Migration] = Migration.all) {
        self.path = path
        self.migrations = migrations
    }

    /// Applies what is missing, each step in a transaction of its own with its bookkeeping row.
    func migrate(_ db: Database, at now: Timestamp) throws {
        let version = try Self.version(db)
        for migration in migrations where migration.number > version {
            try db.inTransaction(.immediate) {
                // Another process may have applied it meanwhile.
                guard try Self.version(db) < migration.number else { return .rollback }
                if migration.number == 1 { try makeBookkeeping(db) }
                try db.execute(sql: migration.sql)
                try db.execute(
                    sql: "INSERT INTO migrations (number, file, sha256, applied_at) VALUES (?, ?, ?, ?)",
                    arguments: [migration.number, migration.file, migration.checksum, now.milliseconds])
                try db.execute(sql: "PRAGMA user_version = \(migration.number)")
                return .commit
            }
        }
        try raiseFormat(db)
    }

    /// Older processes stop at their next write: they would not understand what this one writes.
    private func raiseFormat(_ db: Database) throws {
        guard let stored = try Self.storedFormat(db), stored < Queue.format else { return }
        try db.execute(sql: "UPDATE format SET number = ? WHERE number < ?", arguments: [Queue.format, Queue.format])
    }

    /// Refuses what is not ours, what is newer, and what was made by other scripts. An empty file passes.
    ///
    /// - Throws: `QueueError`.
    func check(_ db: Database) throws {
        // All of it about one moment: another process may be migrating.
        try db.inTransaction(.deferred) {
            try checkSnapshot(db)
            return .commit
        }
    }

    private func checkSnapshot(_ db: Database) throws {
        let version = try Self.version(db)
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
        if isEmpty, version == 0, application == 0 { return }
        guard application == Self.applicationID else { throw QueueError.foreign(path) }
        let known = migrations.last?.number ?? 0
        guard version <= known else { throw QueueError.newer(path, version: version, known: known) }
        if let format = try Self.storedFormat(db), format > Queue.format { throw Self.newer(path, format) }
        for row in try Row.fetchAll(db, sql: "SELECT number, file, sha256 FROM migrations ORDER BY number") {
            let (number, checksum): (Int, Data) = (row["number"], row["sha256"])
            guard migrations.first(where: { $0.number == number })?.checksum == checksum else {
                throw QueueError.changedMigration(path, file: row["file"])
            }
        }
    }

    private func makeBookkeeping(_ db: Database) throws {
        try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
        try db.execute(
            sql: """
                CREATE TABLE migrations (
                    number INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 BLOB NOT NULL, applied_at INTEGER NOT NULL
                ) STRICT
                """)
    }

    /// To be asked in every transaction that writes: a newer build may have come since.
    static func checkFormat(_ db: Database, _ path: FilePath) throws {
        let format = try Int.fetchOne(db.cachedStatement(sql: "SELECT number FROM format")) ?? 0
        if format > Queue.format { throw newer(path, format) }
    }

    private static func newer(_ path: FilePath, _ number: Int) -> QueueError { .newerFormat(path, format: number, known: Queue.format) }

    /// Nil in a file that is still being made.
    private static func storedFormat(_ db: Database) throws -> Int? {
        guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'format')")! else {
            return nil
        }
        return try Int.fetchOne(db, sql: "SELECT number FROM format")
    }

    private static func version(_ db: Database) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
}

extension Migration {
    var checksum: Data { Data(SHA256.hash(Array(sql.utf8))) }
}
