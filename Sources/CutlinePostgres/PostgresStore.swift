import CutlineCore
import CutlineQueue
import Foundation
import Synchronization
import SystemPackage

/// A queue in a schema of a PostgreSQL server, shared by any number of hosts.
///
/// Transactions are READ COMMITTED, and the first statement of each that writes locks the one row of `format`: what follows sees all that the
/// former holder committed.
package final class PostgresStore: Store {
    package let address: ServerAddress
    private let writer: ConnectionSlot
    private let looker: ConnectionSlot
    /// Of `changes`, drawn here.
    private let ownChanges = Atomic<Int64>(0)
    private let serverClock = ServerClock()

    /// Opens the queue at `address`, makes it where it is missing, and migrates it.
    ///
    /// - Parameter patience: with a server that goes away later.
    /// - Throws: `QueueError`.
    package init(at address: ServerAddress, now: Timestamp, patience: QueuePatience = QueuePatience()) throws {
        self.address = address
        (writer, looker) = (ConnectionSlot(address, patience), ConnectionSlot(address, patience))
        try describing { try writer.use { try ServerSchema(address).open($0, at: now) } }
    }

    /// Opens an existing queue for reading only.
    ///
    /// - Throws: `QueueError.noSuchQueue`.
    package init(readingAt address: ServerAddress) throws {
        self.address = address
        (writer, looker) = (ConnectionSlot(address, QueuePatience()), ConnectionSlot(address, QueuePatience()))
        let exists = try describing { try looker.use { try ServerSchema(address).exists($0) } }
        guard exists else { throw QueueError.noSuchQueue(address.shown) }
    }

    /// What tells this queue from all others, wherever it is restored.
    func queueID() throws -> String { try read { try String.fetchOne($0, sql: "SELECT id FROM queue") ?? "" } }

    /// Nil until the server was heard, which the first read does.
    package var clock: (@Sendable () -> Timestamp)? {
        guard let heard = serverClock.now else { return nil }
        return { [serverClock] in serverClock.now ?? heard }
    }

    package func write<Result>(mayRunAgain: Bool, _ body: (any Session) throws -> Result) throws -> Result {
        try repeating(mayRunAgain: mayRunAgain) { hasBegun in
            var commit: (transaction: String, result: Result)?
            do {
                return try writer.use { connection in
                    try inTransaction(connection, beginning: writing(pause: mayRunAgain ? 8 : 30)) { session in
                        hasBegun = true
                        let result = try body(session)
                        if session.hasWritten, let transaction = try connection.run(Self.lastWords).firstText {
                            ownChanges.add(1, ordering: .relaxed)
                            commit = (transaction, result)
                        }
                        return result
                    }
                }
            } catch let error as StoreError where error.kind == .connectionLost {
                // It may have been lost between the commit and its answer.
                guard let commit, try wasCommitted(commit.transaction) else { throw error }
                return commit.result
            }
        }
    }

    /// A number for those who look for changes, and the transaction's own.
    private static let lastWords = "SELECT pg_current_xact_id() FROM (SELECT nextval('changes')) AS change"

    private func wasCommitted(_ transaction: String) throws -> Bool {
        for _ in 0..<300 {
            switch try writer.use({ try $0.run("SELECT pg_xact_status('\(transaction)')").firstText }) {
            case "committed": return true
            case "aborted": return false
            // The server has not noticed yet that nobody listens.
            default: usleep(100_000)
            }
        }
        throw StoreError(.other, "it cannot be found out whether the last change was written")
    }

    package func read<Result>(_ body: (any Session) throws -> Result) throws -> Result {
        try repeating(mayRunAgain: false) { hasBegun in
            try looker.use { connection in
                let asked = ServerClock.elapsed
                return try inTransaction(connection, beginning: reading, heard: { serverClock.hear($0, askedAt: asked) }) { session in
                    hasBegun = true
                    return try body(session)
                }
            }
        }
    }

    /// A connection that was lost since it was used last is made anew; one that is lost in the middle, where that does no harm.
    private func repeating<Result>(mayRunAgain: Bool, _ body: (inout Bool) throws -> Result) throws -> Result {
        try describing {
            var tries = 1
            while true {
                var hasBegun = false
                do { return try body(&hasBegun) } catch let error as StoreError where error.kind == .connectionLost {
                    guard tries < 5, mayRunAgain || !hasBegun else { throw error }
                    tries += 1
                }
            }
        }
    }

    /// What others have drawn of a sequence. It moves before their commit is seen: who sees it move waits for them when it writes.
    package func changeCounter() throws -> Int64 {
        let drawn = try read { try Int64.fetchOne($0, sql: "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM changes") ?? 0 }
        return drawn - ownChanges.load(ordering: .relaxed)
    }

    package func backUp(to target: FilePath, overwrite: Bool) throws {
        throw QueueError.onServer(
            address.shown, reason: "a queue on a server is backed up with its server's means: pg_dump -n \(address.schema) DATABASE")
    }

    package func close() throws {
        writer.close()
        looker.close()
    }

    private func inTransaction<Result>(
        _ connection: PostgresConnection, beginning: String, heard: (Timestamp) -> Void = { _ in },
        _ body: (PostgresSession) throws -> Result
    ) throws -> Result {
        let answer = try connection.run(beginning).firstText?.split(separator: " ").compactMap { Int64($0) } ?? []
        guard answer.count == 2 else { throw StoreError(.other, "its table `format` is empty") }
        let (format, time) = (Int(answer[0]), Timestamp(milliseconds: answer[1]))
        heard(time)
        do {
            if format > Queue.format {
                throw QueueError.onServer(
                    address.shown, reason: "a newer Cutline uses it (format \(format), this one knows \(Queue.format)); update this one")
            }
            let result = try body(PostgresSession(connection))
            // A transaction in which a statement failed ends otherwise, and without an error.
            let end = try connection.run("COMMIT").command
            guard end == "COMMIT" else { throw StoreError(.other, "the transaction was not committed but ended with \(end)") }
            return result
        } catch {
            // Where the connection is lost the server rolls back by itself.
            if connection.isAlive { _ = try? connection.run("ROLLBACK") }
            throw error
        }
    }

    /// With every setting for the transaction alone: behind a pooler the connection is somebody else's afterwards.
    ///
    /// - Parameter pause: seconds for which it may be silent between two statements. Adding reads files meanwhile; a worker that is cut off in
    ///   its turn must not keep the others waiting.
    private func writing(pause: Int) -> String {
        "BEGIN; \(settings(timeout: "30s", pause: pause)); \(Self.formatAndTime) FOR NO KEY UPDATE"
    }

    private var reading: String {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \(settings(timeout: "0", pause: 30)); \(Self.formatAndTime)"
    }

    private static let formatAndTime =
        "SELECT number || ' ' || CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) FROM format"

    /// The planner is told that every statement looks things up along an index: planned while tables were empty it would read them from end
    /// to end for ever.
    private func settings(timeout: String, pause: Int) -> String {
        let fixed = [
            ("search_path", address.quotedSchema), ("statement_timeout", timeout), ("lock_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "\(pause)s"), ("jit", "off"), ("enable_seqscan", "off"), ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"), ("plan_cache_mode", "force_generic_plan"),
        ]
        let durability = """
            set_config('synchronous_commit',
                CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on' ELSE current_setting('synchronous_commit') END, true)
            """
        let settings = fixed.map { "set_config('\($0)', '\($1.replacing("'", with: "''"))', true)" } + [durability]
        return "SELECT \(settings.joined(separator: ", "))"
    }

    private func describing<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as StoreError { throw QueueError.onServer(address.shown, reason: error.message) }
    }
}

/// A connection that is made when it is needed, and again where it was lost.
///
/// Unchecked: libpq's connection belongs to whoever holds `lock`.
private final class ConnectionSlot: @unchecked Sendable {
    private let address: ServerAddress
    private let patience: QueuePatience
    private let lock = NSLock()
    private var connection: PostgresConnection?
    private var wasConnected = false

    init(_ address: ServerAddress, _ patience: QueuePatience) { (self.address, self.patience) = (address, patience) }

    func use<Result>(_ body: (PostgresConnection) throws -> Result) throws -> Result {
        lock.lock()
        defer { lock.unlock() }
        if connection?.isAlive != true { connection = nil }
        let connection = try connection ?? connect()
        (self.connection, wasConnected) = (connection, true)
        return try body(connection)
    }

    /// A server that was there before is waited for: it may be starting again.
    private func connect() throws -> PostgresConnection {
        let began = ContinuousClock.now
        var isTold = false
        while true {
            do { return try PostgresConnection(address.conninfo) } catch {
                let waited = ContinuousClock.now - began
                guard wasConnected, waited < patience.limit else { throw error }
                if !isTold, waited >= patience.silence {
                    patience.tell()
                    isTold = true
                }
                usleep(500_000)
            }
        }
    }

    func close() { lock.withLock { connection = nil } }
}
