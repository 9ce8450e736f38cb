import CutlineCore
import GRDB
import SystemPackage
import TestSupport
import Testing

@testable import CutlineMigrationsSQLite
@testable import CutlineQueue

/// Queues that older versions made.
@Suite struct OlderQueueTests {
    /// A batch with every kind of call, written by the statements of that time.
    private static let rows = """
        INSERT INTO lanes VALUES (1, 'simulator', '{}');
        INSERT INTO workers VALUES (1, 'old', 'here', 1, 1, 1, 2);
        INSERT INTO batches VALUES (1, 'old', 1, 'simulator', '{"name":"simulator"}', 'sim-1', NULL, 'Describe.', '{"others":{}}', 'bytes',
            '{"maxAttempts":5,"onUnknown":{"hold":{}}}', 1);
        INSERT INTO jobs (id, batch, fingerprint, images) VALUES (1, 1, CAST(printf('%032d', 1) AS BLOB), '[]'), (2, 1, CAST(printf('%032d', 2) AS BLOB), '[]'),
            (3, 1, CAST(printf('%032d', 3) AS BLOB), '[]');
        INSERT INTO entries (id, batch, key, job, own_key, given, created_at) VALUES (1, 1, 'a', 1, 1, '["a"]', 1),
            (2, 1, 'b', 2, 1, '["b"]', 1), (3, 1, 'c', 3, 1, '["c"]', 1);
        INSERT INTO attempts (batch, job, n, worker, started_at, lease_until, estimated_tokens) VALUES
            (1, 1, 1, 1, 1, 9, 5), (1, 1, 2, 1, 2, 9, 5), (1, 2, 1, 1, 3, 9, 5), (1, 2, 2, 1, 4, 9, 5), (1, 3, 1, 1, 5, 9, 5);
        INSERT INTO captions (attempt, job, accepted, text, flags, received_at) VALUES (1, 1, 1, 'first', '[]', 6), (2, 1, 0, 'second', '[]', 7);
        UPDATE attempts SET phase = 'succeeded', billed = 'yes', ended_at = 8, input_tokens = 100, output_tokens = 10, cost = 50 WHERE id = 1;
        UPDATE attempts SET phase = 'succeeded', billed = 'yes', ended_at = 8, input_tokens = 200, output_tokens = 20, cost = 70 WHERE id = 2;
        UPDATE attempts SET phase = 'failed', billed = 'yes', class = 'schema_mismatch', message = 'm', ended_at = 8, cost = 7 WHERE id = 3;
        UPDATE attempts SET phase = 'failed', class = 'server_error', message = 'm', ended_at = 8 WHERE id = 4;
        UPDATE attempts SET phase = 'unknown', class = 'timeout', message = 'm', ended_at = 8 WHERE id = 5;
        UPDATE jobs SET attempts = 2 WHERE id < 3; UPDATE jobs SET attempts = 1, state = 'held' WHERE id = 3;
        UPDATE jobs SET state = 'succeeded', finished_at = 8 WHERE id = 1;
        UPDATE jobs SET state = 'running', lease = 4 WHERE id = 2; UPDATE jobs SET state = 'failed', lease = NULL, finished_at = 8 WHERE id = 2;
        """

    private let folder = TemporaryFolder()
    private var path: FilePath { folder.path.appending("queue.db") }

    private func make(version: Int) throws {
        let file = try DatabasePool(path: path.string)
        try file.writeWithoutTransaction { db in
            // The rows were written by the second version at the latest.
            try Schema(path: path, migrations: Array(Migration.all.prefix(min(version, 2)))).migrate(db, at: .start)
            try db.execute(sql: Self.rows)
            try Schema(path: path, migrations: Array(Migration.all.prefix(version))).migrate(db, at: .start)
            let lane = try JSONColumn.encode(Lane(limits: Limits(), at: .start))
            try db.execute(sql: "UPDATE lanes SET rule = ?", arguments: [lane])
        }
        try file.close()
    }

    @Test(arguments: [1, 2]) func itIsReadAndLeftAsItIs(version: Int) throws {
        try make(version: version)
        let reader = try QueueReader(at: path)
        let status = try #require(try reader.batchStatuses().first)
        #expect(status.count(.succeeded) == 1 && status.count(.failed) == 1 && status.unknownAttempts == 1 && status.duplicateCaptions == 1)
        #expect(status.doubts == [.unknown: DoubtSum(calls: 1, unpriced: 1), .duplicate: DoubtSum(calls: 1, unpriced: 1)])
        #expect(status.trend.cost(ofCalls: 2) == Money(nanodollars: 127))
        #expect(try reader.allDoubtfulCalls().map(\.doubt) == [.duplicate, .paid, .failed, .unknown])
        #expect(try reader.violations() == [])
        #expect(try reader.batches().map(\.terms) == [nil])
        let attempts = try #require(try reader.jobs(named: "b").first).attempts
        #expect(attempts.map { $0.problem?.kind } == [.schemaMismatch, .serverError] && attempts[0].rejectedAnswer == nil)
        var cursor = RecordCursor()
        #expect(try reader.records(RecordSelection(state: nil), after: &cursor)?.count == 3)
        #expect(try reader.fileHealth().schemaVersion == version)
    }

    @Test(arguments: [1, 2]) func itIsBroughtUpToDateWithItsBooks(version: Int) throws {
        try make(version: version)
        let queue = try Queue(at: path, now: .start)
        #expect(try queue.reader.violations() == [])
        #expect(
            try queue.text("SELECT group_concat(doubt) FROM (SELECT doubt FROM attempts ORDER BY id)") == "duplicate,paid,failed,unknown")
        #expect(
            try queue.text("SELECT group_concat(kind || calls || ':' || cost || ':' || unpriced) FROM doubts")
                == "duplicate1:70:0,failed1:0:1,paid1:7:0,unknown1:0:1")
        #expect(
            try queue.text("SELECT committed_cost || ',' || committed_tokens || ',' || dearest_cost || ',' || priced FROM counts")
                == "127,330,70,2")
    }

    /// As version 8 stored it, shortened.
    private static let oldRule = """
        {"breaker":{"consecutive":2,"hasAnswered":true,"openings":0},"inFlight":1,"learned":{"sim-1":{"dropped":["seed"],"renamed":{}}},
        "limits":{"concurrency":4,"requests":{"count":450,"window":1800},"tokens":{"count":9,"window":60}},
        "paused":{"kind":"unauthorized","message":"no"},"refusalEvents":3,
        "requests":{"limit":{"count":450,"window":1800},"spentUntil":1795176000000},"search":{"phase":"x"},
        "slots":{"current":4,"endedInRound":0,"hasEverShrunk":false,"hasSetbackInRound":false,"limit":4}}
        """

    @Test func limitsBecomeListsOfWindows() throws {
        try make(version: 8)
        let file = try DatabasePool(path: path.string)
        try file.write { db in
            try db.execute(sql: "UPDATE lanes SET rule = ?", arguments: [Self.oldRule])
            let limits = #"{"concurrency":4,"requests":{"count":450,"window":1800},"tokens":{"count":9,"window":60}}"#
            try db.execute(
                sql: "UPDATE batches SET profile = ?", arguments: [#"{"name":"simulator","limits":\#(limits)}"#])
        }
        try file.close()
        let limits = Limits(concurrency: 4, requests: RateLimit(count: 450, window: 1_800), tokens: .perMinute(9))
        let queue = try Queue(at: path, now: .start)
        let lane = try #require(try queue.reader.laneStatuses().first).lane
        #expect(lane.limits == limits && lane.inFlight == 1 && lane.paused == Pause(kind: .unauthorized, message: "no"))
        #expect(lane.meters(at: .start).windows.map(\.pace.limit) == [RateLimit(count: 450, window: 1_800), .perMinute(9)])
        #expect(lane.quirks(of: "sim-1").dropped == ["seed"])
        #expect(try queue.reader.batches().map(\.settings.profile.limits) == [limits])
        #expect(try queue.number("SELECT sum(estimated_output) FROM attempts") == 0)
    }

    @Test func aLaneWithoutLimitsHasNoneAfterwards() throws {
        try make(version: 8)
        let queue = try Queue(at: path, now: .start)
        #expect(try queue.reader.laneStatuses().map(\.lane.limits) == [Limits()])
    }
}

extension QueueReader {
    func allDoubtfulCalls(of batch: BatchID? = nil, pageSize: Int = 2) throws -> [DoubtfulCall] {
        var (cursor, calls): (DoubtCursor, [DoubtfulCall]) = (DoubtCursor(), [])
        while true {
            let page = try doubtfulCalls(of: batch, after: &cursor, pageSize: pageSize)
            if page.isEmpty { return calls }
            calls += page
        }
    }
}
