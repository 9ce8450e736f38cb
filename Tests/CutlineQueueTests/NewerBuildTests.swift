import CutlineCore
import GRDB
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

/// What a newer build wrote is understood or refused with a sentence, never a trap.
@Suite(.onFile) struct NewerBuildTests {
    private static let next = Queue.format + 1

    @Test func aQueueOfANewerFormatIsNotOpened() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let path = fixture.queue.path
        try fixture.queue.execute("UPDATE format SET number = \(Self.next)")
        let refusal = QueueError.newerFormat(path, format: Self.next, known: Queue.format)
        #expect(throws: refusal) { try Queue(at: path, now: .start) }
        #expect(throws: refusal) { try QueueReader(at: path) }
        #expect(
            refusal.description
                == "\(path.string) is used by a newer Cutline (format 2, this one knows 1); update this one, as `cutline --version` shows it"
        )
    }

    /// A worker that runs while the newer build comes; its answers are not lost.
    @Test func aRunningWorkerStopsAtItsNextTurnAndItsAnswersAreSaved() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let settlement = Settlement.of(try fixture.claimOne(), .text("A red boat."))
        try fixture.queue.execute("UPDATE format SET number = \(Self.next)")
        let refusal = QueueError.newerFormat(fixture.queue.path, format: Self.next, known: Queue.format)
        #expect(throws: refusal) { try fixture.turn([settlement], claiming: 9) }
        #expect(throws: refusal) { try fixture.queue.hold() }
        #expect(throws: refusal) { try fixture.add(5..<6) }
        _ = try fixture.queue.saveForRescue([settlement], by: fixture.worker)
        try fixture.asTheNewerBuild("UPDATE format SET number = \(Queue.format)")
        #expect(try fixture.queue.replayRescueFile(now: .start).broughtIn == 1)
    }

    @Test func aNewerBuildRaisesTheFormatWhereItOpensTheQueueToWrite() throws {
        let fixture = try Fixture.make()
        try fixture.queue.execute("UPDATE format SET number = 0")
        _ = try QueueReader(at: fixture.queue.path)
        #expect(try fixture.queue.number("SELECT number FROM format") == 0)
        try Queue(at: fixture.queue.path, now: .start).close()
        #expect(try fixture.queue.number("SELECT number FROM format") == Queue.format)
    }

    // MARK: - Without a raised number

    /// Words of every column that is no closed list of the schema.
    @Test(arguments: [
        ("lanes", "rule", #"{"breaker":{"ajar":{}},"limits":{}}"#), ("lanes", "rule", #"{"pause":{"kind":"moon_phase","message":"no"}}"#),
        ("lanes", "rule", #"{"limits":{"windows":[{"moons":3}]}}"#),
        ("batches", "profile", #"{"name":7}"#), ("batches", "parameters", #"{"detail":"microscopic"}"#),
        ("batches", "policy", #"{"maxAttempts":"many"}"#), ("batches", "budget", #"{"budget":{"maxCost":"much"}}"#),
        ("batches", "checks", #"{"retried":["boring"]}"#),
    ])
    func wordsThatThisBuildDoesNotKnowAreRefusedWithASentence(table: String, column: String, value: String) throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.queue.execute("DROP TRIGGER batches_keep_content; UPDATE \(table) SET \(column) = '\(value)'")
        for use in [
            { _ = try fixture.turn(claiming: 9) }, { _ = try fixture.queue.reader.batches() },
            { _ = try fixture.queue.reader.laneStatuses() },
        ] { try fixture.expectUnderstoodOrRefused(use) }
        #expect(throws: QueueError.self) {
            _ = try fixture.turn(claiming: 9)
            _ = try fixture.queue.reader.batches()
        }
    }

    @Test func aPictureFormatThatThisBuildDoesNotKnowIsRefusedWithASentence() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.queue.execute("UPDATE pictures SET format = 'hologram'")
        #expect(throws: QueueError.unknownValue(of: "picture format", reason: "hologram")) { try fixture.claim() }
        #expect(try fixture.count(.queued) == 1)
    }

    @Test func routesOfANewerBuildAreRefusedWithASentence() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let list = [RouteDraft(profile: Profile(name: "second"), model: "m")]
        _ = try fixture.queue.openBatch(.make(), policy: RetryPolicy(), limits: Limits(), fallback: list, now: .start)
        try fixture.queue.execute(#"UPDATE routes SET profile = '{"name":7}'"#)
        let error = #expect(throws: QueueError.self) { try fixture.queue.reader.routes() }
        #expect(error?.description.hasPrefix("the queue holds a Profile that this Cutline does not know (name: ") == true)
    }

    /// Nothing is decided by them: an attempt's class and finish reason, a caption's flags, a picture's damage, further members of JSON.
    @Test func whatOnlyTellsIsPassedOver() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.settle(fixture.claimOne(), .permanent)
        try fixture.settle(fixture.claimOne(), .text("a"))
        try fixture.asTheNewerBuild(
            """
            UPDATE attempts SET class = 'moon_phase', finish_reason = 'bored', cost_source = 'guessed';
            UPDATE pictures SET damage = 'singed';
            UPDATE lanes SET rule = substr(rule, 1, length(rule) - 1) || ',"moons":{"full":3}}';
            UPDATE batches SET policy = substr(policy, 1, length(policy) - 1) || ',"moons":3}',
                profile = substr(profile, 1, length(profile) - 1) || ',"moons":3}';
            """)
        #expect(try fixture.queue.records().count == 2)
        #expect(try fixture.queue.reader.batches().count == 1)
        #expect(try fixture.turn(claiming: 9).claims.isEmpty)
        #expect(try fixture.show("0.jpg").attempts.count == 1)
        #expect(try fixture.queue.retry().count == 1)
        #expect(try fixture.claim().count == 1)
    }
}

extension Fixture {
    /// By a connection that asks nobody.
    fileprivate func asTheNewerBuild(_ sql: String) throws {
        let connection = try DatabaseQueue(path: queue.path.string)
        try connection.write { try $0.execute(sql: sql) }
        try connection.close()
    }

    fileprivate func expectUnderstoodOrRefused(_ use: () throws -> Void) throws {
        do { try use() } catch {
            guard case QueueError.unknownValue = error else { return #expect(Bool(false), "\(error)") }
        }
    }
}
