import CutlineCore
import CutlineMigrationsPostgres
import CutlineMigrationsSQLite
import Foundation
import Synchronization
import TestQueues
import TestSupport
import Testing

@testable import CutlinePostgres
@testable import CutlineQueue
@testable import CutlineSQLite

@Suite struct ServerAddressTests {
    @Test(arguments: ["cutline.db", "postgres", "/srv/postgres.db", "postgres:/host/db", "https://host/db"])
    func anythingElseIsAPath(text: String) { #expect(ServerAddress(text) == nil) }

    @Test(arguments: [
        ("postgres://ann@db.example:5432/captions", "postgres://db.example/captions"),
        ("postgresql://db.example:6432/captions?sslmode=require", "postgres://db.example:6432/captions"),
        ("postgres://ann:secret@db.example/captions?schema=two", "postgres://db.example/captions?schema=two"),
        ("postgres:///captions?host=/run/postgresql", "postgres:///captions"),
        ("postgres://first,second:6432/captions", "postgres://first,second:6432/captions"),
    ])
    func whatIsShownHoldsNothingSecret(text: String, shown: String) throws { #expect(try #require(ServerAddress(text)).shown == shown) }

    @Test func thePasswordIsSeenWhereverItStands() throws {
        #expect(try #require(ServerAddress("postgres://ann:secret@host/db")).hasPassword)
        #expect(try #require(ServerAddress("postgres://host/db?user=ann&password=secret")).hasPassword)
        #expect(try !#require(ServerAddress("postgres://ann@host:5432/db")).hasPassword)
    }

    /// Who can listen on the way could else answer in the server's place.
    @Test(arguments: [
        ("postgres://db.example/captions", true), ("postgres://10.0.0.7/captions", true),
        ("postgres://localhost,db.example/captions", true),
        ("postgres:///captions?host=db.example", true), ("postgres://localhost/captions", false), ("postgres://[::1]:5432/captions", false),
        ("postgres:///captions?host=/run/postgresql", false), ("postgres:///captions", false), ("postgres:///?service=captions", false),
        ("postgres://db.example/captions?sslmode=require", false),
    ])
    func overANetworkTheServerIsVerified(text: String, isVerified: Bool) throws {
        #expect(try #require(ServerAddress(text)).conninfo.contains("sslmode=verify-full") == isVerified)
    }

    @Test func whatIsOursIsKeptFromTheLibrary() throws {
        let address = try #require(ServerAddress("postgres://host/db?schema=a&connect_timeout=3&unsafe=accept"))
        #expect(!address.conninfo.contains("schema=") && !address.conninfo.contains("unsafe="))
        #expect(address.conninfo.contains("connect_timeout=3") && !address.conninfo.contains("connect_timeout=10"))
        #expect(address.schema == "a" && address.acceptsUnsafeServer)
    }
}

@Suite struct DialectTests {
    @Test(arguments: [
        ("SELECT a FROM b WHERE c = ? AND d = ?", "SELECT a FROM b WHERE c = $1 AND d = $2"),
        ("SELECT '?' WHERE a = ?", "SELECT '?' WHERE a = $1"),
        ("SELECT count(*) FROM entries INDEXED BY entries_missing WHERE batch = ?", "SELECT count(*) FROM entries WHERE batch = $1"),
        (
            "SELECT a FROM b CROSS JOIN c ON c.id = CAST(b.id AS BIGINT) LEFT JOIN d ON d.c = c.id CROSS JOIN e ON e.d = (SELECT 1)\n    WHERE b.id = ?",
            "SELECT a FROM b CROSS JOIN LATERAL (SELECT * FROM c WHERE c.id = CAST(b.id AS BIGINT) OFFSET 0) AS c LEFT JOIN d ON d.c = c.id "
                + "CROSS JOIN LATERAL (SELECT * FROM e WHERE e.d = (SELECT 1) OFFSET 0) AS e\n    WHERE b.id = $1"
        ),
        (
            "SELECT (SELECT 1 FROM b CROSS JOIN c ON c.id = b.id) FROM d",
            "SELECT (SELECT 1 FROM b CROSS JOIN LATERAL (SELECT * FROM c WHERE c.id = b.id OFFSET 0) AS c) FROM d"
        ),
        ("SELECT a FROM b WHERE instr(a, ?) > 0", "SELECT a FROM b WHERE strpos(a, $1) > 0"),
    ])
    func wordsOfSQLiteBecomeThoseOfPostgreSQL(sqlite: String, postgres: String) { #expect(Dialect.translate(sqlite) == postgres) }
}

/// What both engines must have alike.
@Suite struct TwoSchemasTests {
    @Test func theListOfStepsIsTheFolder() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../migrations/postgres")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).filter { $0.hasSuffix(".sql") }
        #expect(CutlineMigrationsPostgres.Migration.all.map(\.file) == files.sorted())
        #expect(CutlineMigrationsPostgres.Migration.all.map(\.number) == CutlineMigrationsSQLite.Migration.all.map(\.number))
    }

    /// Of a table that only one of them has, nothing else may know.
    private static let ownTables: Set<String> = ["queue", "migrations", "sqlite_sequence"]

    @Test(.onServer) func tablesColumnsAndIndexesAreTheSame() throws {
        let folder = TemporaryFolder()
        let file = try Queue(at: folder.path.appending("file.db"), now: .start)
        let server = try Queue.make(in: folder, now: .start)
        let ofFile = try file.rows(
            """
            SELECT tables.name || '.' || columns.name AS name, columns."notnull" = 1 OR columns.pk > 0 AS needed
            FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
            """
        ).map { "\($0["name"] as String) \($0["needed"] as Bool)" }
        let ofServer = try server.rows(
            """
            SELECT table_name || '.' || column_name AS name, is_nullable = 'NO' AS needed FROM information_schema.columns
            WHERE table_schema = current_schema()
            """
        ).map { "\($0["name"] as String) \($0["needed"] as Bool)" }
        #expect(Self.common(ofFile) == Self.common(ofServer) && ofFile.count > 100)
        let indexes = try file.rows("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").map { $0["name"] as String }
        let theirs = try server.rows("SELECT CAST(indexname AS text) AS name FROM pg_indexes WHERE schemaname = current_schema()")
            .map { $0["name"] as String }
        #expect(Set(indexes).isSubset(of: theirs) && indexes.count > 10)
        let triggers = try file.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'").map { $0["name"] as String }
        let laws = try server.rows(
            "SELECT DISTINCT CAST(trigger_name AS text) AS name FROM information_schema.triggers WHERE trigger_schema = current_schema()"
        ).map { $0["name"] as String }
        // Counted with the others, and told by the unique indexes.
        #expect(
            Set(triggers).subtracting(laws) == ["attempts_reused", "attempts_set_aside", "attempts_given_back", "captions_not_replaced"])
    }

    private static func common(_ columns: [String]) -> [String] {
        columns.filter { column in !ownTables.contains { column.hasPrefix("\($0).") } }.sorted()
    }
}

/// What only a server can do to a queue.
@Suite(.onServer) struct ServerTests {
    private static func address(_ parameters: String = "") -> ServerAddress { ServerAddress(TestServer.newName()! + parameters)! }

    @Test func aQueueThatIsNotThereIsSaid() {
        let address = Self.address()
        #expect(throws: QueueError.noSuchQueue(address.shown)) { try PostgresStore(readingAt: address) }
    }

    @Test func aServerThatForgetsIsRefused() {
        let address = ServerAddress(TestServer.newName()!.replacing("&unsafe=accept", with: ""))!
        let error = #expect(throws: QueueError.self) { try PostgresStore(at: address, now: .start) }
        #expect("\(error!)".contains("fsync = off"))
    }

    @Test func severalProcessesMayMakeOneQueueAtOnce() async throws {
        let address = Self.address()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { _ = try PostgresStore(at: address, now: .start) } }
            try await group.waitForAll()
        }
    }

    @Test func aNewerBuildsQueueIsRefused() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.queue.execute("UPDATE format SET number = 99")
        let error = #expect(throws: QueueError.self) { try fixture.claim() }
        #expect("\(error!)".contains("a newer Cutline uses it"))
    }

    /// Else two workers would pass a limit together, each counting in what it saw at its start.
    @Test func writersGoOneAfterTheOther() async throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: 7), pictures: 0..<40)
        let queues = try (0..<4).map { _ in try fixture.queue.again(at: .start) }
        let workers = try queues.enumerated().map { try $1.worker("worker \($0)") }
        let claims = try await withThrowingTaskGroup(of: Int.self) { group in
            for (queue, worker) in zip(queues, workers) {
                group.addTask { try fixture.turn(claiming: 5, by: worker, on: queue).claims.count }
            }
            return try await group.reduce(0, +)
        }
        #expect(claims == 7)
        #expect(try fixture.queue.reader.violations() == [])
    }

    /// A turn runs once more where its connection is lost in the middle.
    @Test func aTurnSurvivesTheLossOfItsConnection() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let killer = try fixture.queue.again(at: .start)
        let claims = try fixture.claim(2)
        let deaths = Mutex(0)
        let request = TurnRequest(
            settlements: claims.map { .of($0, .text("a")) }, claimLimit: 1, scope: .all, lease: .seconds(60),
            now: {
                let isFirst = deaths.withLock {
                    $0 += 1
                    return $0 == 1
                }
                // The one that holds the lock.
                if isFirst { _ = try? killer.endWriters() }
                return .start
            }, jitter: { 0 })
        let turn = try fixture.queue.turn(fixture.worker, request)
        #expect(turn.settled.map(\.effect) == [.accepted, .accepted] && turn.claims.count == 1)
        #expect(deaths.withLock(\.self) == 2)
        #expect(try fixture.queue.reader.violations() == [])
    }

    /// What was written and not committed is brought once more; `scripts/check-server` cuts commits off whose answers alone are lost.
    @Test func aCommitThatIsCutOffIsBroughtAgain() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        try fixture.queue.execute(
            """
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM pg_sleep(0.3);
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER late AFTER INSERT ON captions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die();
            """)
        let killer = try fixture.queue.again(at: .start)
        // While the commit sleeps.
        let thread = Thread {
            usleep(150_000)
            _ = try? killer.endWriters()
        }
        thread.start()
        #expect(try fixture.settle(claim, .text("a")) == .accepted)
        #expect(try fixture.count(.succeeded) == 1)
        #expect(try fixture.queue.reader.violations() == [])
    }

    /// Every caption once, no call that nobody knows of, whenever connections end.
    @Test func anyMomentMayBeTheLastOfAConnection() throws {
        let fixture = try Fixture.make(pictures: 0..<240)
        let killer = try fixture.queue.again(at: .start)
        let isOver = Mutex(false)
        let kills = Mutex(0)
        let thread = Thread {
            while !isOver.withLock(\.self) {
                usleep(UInt32.random(in: 10_000...90_000))
                let ended = (try? killer.endWriters()) ?? 0
                kills.withLock { $0 += ended }
            }
        }
        thread.start()
        var open: [Claim] = []
        for _ in 0..<1_000 {
            // What throws has not happened.
            guard let turn = try? fixture.turn(open.map { .of($0, .text("a")) }, claiming: 4) else { continue }
            #expect(turn.settled.allSatisfy { $0.effect == .accepted })
            open = turn.claims
            if turn.remaining == 0 { break }
        }
        isOver.withLock { $0 = true }
        #expect(try fixture.count(.succeeded) == 240)
        #expect(try fixture.queue.number("SELECT count(*) FROM attempts") == 240)
        #expect(try fixture.queue.reader.violations() == [])
        #expect(kills.withLock(\.self) > 5, "nothing was tried")
    }

    @Test func aConnectionThatTheServerEndsIsMadeAnew() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claim = try fixture.claimOne()
        let connections = try fixture.queue.again(at: .start)
        #expect(throws: QueueError.self) {
            try fixture.queue.write { db in
                let backend = try Int64.fetchOne(db, sql: "SELECT CAST(pg_backend_pid() AS BIGINT)")!
                try connections.execute("SELECT pg_terminate_backend(\(backend))")
                try db.execute(sql: "UPDATE jobs SET postponed = 9")
            }
        }
        #expect(try fixture.settle(claim, .text("a")) == .accepted)
        #expect(try fixture.queue.number("SELECT CAST(sum(postponed) AS BIGINT) FROM jobs") == 0)
    }

    @Test func aTextWithNULIsRefusedByName() throws {
        let fixture = try Fixture.make()
        let error = #expect(throws: QueueError.self) { try fixture.add(.make(1, key: "a\u{0}b", own: true)) }
        #expect("\(error!)".contains(#""a\0b" holds NUL"#))
        let claim = try {
            try fixture.add(.make(1)); return try fixture.claimOne()
        }()
        #expect(try fixture.settle(claim, .text("a\u{0}b")) == .accepted)
        #expect(try fixture.queue.records()[0].caption?.text == "ab")
    }

    @Test func theClockIsTheServersAndNeverBehindIt() throws {
        let store = try PostgresStore(at: Self.address(), now: .start)
        let server = try store.read { Timestamp(milliseconds: try Int64.fetchOne($0, sql: Self.milliseconds)!) }
        let clock = try #require(store.clock)
        #expect(clock() >= server && clock() - server < .seconds(60))
    }

    private static let milliseconds = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"

    @Test func aTypeThatIsNotOursIsFoundOutWhenAStatementIsPrepared() throws {
        let fixture = try Fixture.make()
        let error = #expect(throws: QueueError.self) { try fixture.queue.number("SELECT sum(id) FROM jobs") }
        #expect("\(error!)".contains("type 1700"))
    }
}

extension Queue {
    /// Ends every connection that is in the middle of a write to this queue.
    @discardableResult
    fileprivate func endWriters() throws -> Int {
        try reader.read { db in
            try Bool.fetchAll(
                db,
                sql: """
                    SELECT pg_terminate_backend(pid) AS ended FROM pg_locks
                    WHERE relation = CAST('format' AS regclass) AND mode = 'RowShareLock' AND granted
                    """
            ).count { $0 }
        }
    }
}
