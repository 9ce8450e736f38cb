import CutlineCore
import CutlineDigest
import CutlineMigrationsPostgres
import CutlineQueue

/// Brings a queue on a server to the schema of this build, forward only.
struct ServerSchema {
    static var version: Int { Migration.all.last?.number ?? 0 }

    let address: ServerAddress

    init(_ address: ServerAddress) { self.address = address }

    /// - Throws: `StoreError` with a sentence: a server that is too old, has another encoding, or forgets.
    func open(_ connection: PostgresConnection, at now: Timestamp) throws {
        try check(connection)
        try connection.run("BEGIN")
        do {
            try migrate(connection, at: now)
            try connection.run("COMMIT")
        } catch {
            _ = try? connection.run("ROLLBACK")
            throw error
        }
    }

    func exists(_ connection: PostgresConnection) throws(StoreError) -> Bool {
        try connection.run("SELECT to_regclass(quote_ident(\(address.literalSchema)) || '.batches')").firstText != nil
    }

    private func check(_ connection: PostgresConnection) throws(StoreError) {
        guard connection.serverVersion >= 140_000 else {
            throw StoreError(.other, "the server is PostgreSQL \(connection.serverVersion / 10_000); version 14 or later is needed")
        }
        let encoding = connection.setting("server_encoding") ?? "unknown"
        guard encoding == "UTF8" else {
            throw StoreError(
                .other, "the database's encoding is \(encoding), and captions need UTF8: createdb --encoding=UTF8 --template=template0 NAME"
            )
        }
        guard !address.acceptsUnsafeServer else { return }
        for name in ["fsync", "full_page_writes"] where try connection.run("SELECT current_setting('\(name)')").firstText == "off" {
            throw StoreError(
                .other,
                "the server runs with \(name) = off and may lose what was paid for; switch it on, or accept that with unsafe=accept in the address"
            )
        }
    }

    /// Two processes that make it at once would both fail: one waits for the other.
    private func migrate(_ connection: PostgresConnection, at now: Timestamp) throws {
        try connection.run("SELECT pg_advisory_xact_lock(hashtext('cutline ' || \(address.literalSchema)))")
        if try connection.run("SELECT nspname FROM pg_namespace WHERE nspname = \(address.literalSchema)").firstText == nil {
            try connection.run("CREATE SCHEMA \(address.quotedSchema)")
        }
        try connection.run("SET LOCAL search_path = \(address.quotedSchema)")
        let applied = try appliedMigrations(connection)
        for (number, checksum) in applied {
            guard let migration = Migration.all.first(where: { $0.number == number }) else {
                throw StoreError(
                    .other, "it was made by a newer Cutline (schema \(number), this one knows \(Self.version)); update Cutline")
            }
            guard migration.checksum == checksum else {
                throw StoreError(.other, "it was made with another version of migration \(migration.file); use the Cutline that made it")
            }
        }
        for migration in Migration.all where migration.number > applied.map(\.number).max() ?? 0 {
            if migration.number == 1 { try connection.run(Self.bookkeeping) }
            try connection.run(migration.sql)
            try connection.run(
                """
                INSERT INTO migrations (number, file, sha256, applied_at)
                VALUES (\(migration.number), '\(migration.file)', '\(migration.checksum)', \(now.milliseconds))
                """)
        }
    }

    private static let bookkeeping = """
        CREATE TABLE migrations (number bigint PRIMARY KEY, file text NOT NULL, sha256 text NOT NULL, applied_at bigint NOT NULL)
        """

    private func appliedMigrations(_ connection: PostgresConnection) throws(StoreError) -> [(number: Int, checksum: String)] {
        guard try connection.run("SELECT to_regclass('migrations')").firstText != nil else { return [] }
        let list = try connection.run("SELECT string_agg(number || ' ' || sha256, ',' ORDER BY number) FROM migrations").firstText ?? ""
        return list.split(separator: ",").compactMap { row in
            let parts = row.split(separator: " ")
            return Int(parts[0]).map { ($0, String(parts[1])) }
        }
    }
}

extension Migration {
    /// In hexadecimal.
    fileprivate var checksum: String {
        SHA256.hash(Array(sql.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
