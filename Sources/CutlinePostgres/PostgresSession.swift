import CutlineQueue

/// A connection inside a transaction.
final class PostgresSession: Session {
    private let connection: PostgresConnection
    private(set) var changesCount = 0
    /// Whether anything was written.
    private(set) var hasWritten = false

    init(_ connection: PostgresConnection) { self.connection = connection }

    func cachedStatement(sql: String) throws -> any Statement {
        PostgresStatement(session: self, prepared: try connection.prepare(sql))
    }

    func execute(sql: String, arguments: Arguments) throws {
        guard arguments.values.isEmpty else { return try cachedStatement(sql: sql).execute(arguments: arguments) }
        note(try connection.run(Dialect.translate(sql)))
    }

    func insert(sql: String, arguments: Arguments) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: "\(sql) RETURNING id"), arguments: arguments)
    }

    func inSavepoint(_ body: () throws -> Void) throws {
        try connection.run("SAVEPOINT one")
        do { try body() } catch {
            try connection.run("ROLLBACK TO SAVEPOINT one; RELEASE SAVEPOINT one")
            throw error
        }
        try connection.run("RELEASE SAVEPOINT one")
    }

    fileprivate func execute(_ statement: PostgresConnection.Prepared, _ arguments: Arguments) throws -> PostgresResult {
        let result = try connection.execute(statement, arguments)
        note(result)
        return result
    }

    private func note(_ result: PostgresResult) {
        changesCount = result.affected
        hasWritten = hasWritten || changesCount > 0 && !result.command.hasPrefix("SELECT")
    }
}

/// Its rows come all at once.
struct PostgresStatement: Statement {
    let session: PostgresSession
    let prepared: PostgresConnection.Prepared

    var columnNames: [String] { prepared.columns }

    func execute(arguments: Arguments) throws { _ = try session.execute(prepared, arguments) }

    func run(_ arguments: Arguments, _ body: (any Cells) throws -> Bool) throws {
        let result = try session.execute(prepared, arguments)
        for row in 0..<result.rowCount {
            guard try body(PostgresCells(result: result, row: CInt(row))) else { return }
        }
    }
}
