import CutlineCore
import CutlineMigrationsSQLite
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

@Suite struct ViolationTests {
    @Test func aLivedInQueueHasNone() throws {
        let fixture = try Fixture.stopped()
        _ = try fixture.claimOne()
        #expect(try fixture.queue.reader.violations() == [])
        // The server of tests forgets, and they are its superuser.
        let levels: [StoreFinding.Level] = TestServer.url == nil ? [.fine, .fine] : [.fine, .warning, .warning]
        #expect(try fixture.queue.reader.health().map(\.level) == levels)
    }

    @Test(arguments: [
        ("UPDATE counts SET failed = 7", "failed of batch \"harbours\": kept 7, counted 2"),
        ("UPDATE counts SET input_tokens = NULL", "input_tokens of batch \"harbours\": kept null, counted 100"),
        ("UPDATE counts SET duplicates = 1", "duplicates of batch \"harbours\": kept 1, counted none"),
        ("UPDATE jobs SET attempts = 9 WHERE id = 1", "a job counts its calls: 1, the first is job 1"),
        ("UPDATE attempts SET n = 4 WHERE job = 2", "attempts are numbered from 1 without gaps: 1, the first is job 2"),
        (
            "UPDATE attempts SET phase = 'unknown', ended_at = 1 WHERE phase = 'open'",
            "running means a lease on the job's own open attempt: 1, the first is job 6"
        ),
        ("UPDATE counts SET committed_cost = 3", "committed_cost of batch \"harbours\": kept 3, counted 0"),
        ("UPDATE counts SET in_flight = 0", "in_flight of batch \"harbours\": kept 0, counted 1"),
        ("UPDATE counts SET dearest_tokens = 0", "dearest_tokens of batch \"harbours\": kept 0, counted 200"),
        ("UPDATE counts SET forgiven_unanswered = 9", "no more silence is forgiven than there was: 1, the first is batch 1"),
        ("UPDATE attempts SET doubt = 'paid' WHERE id = 1", "a doubtful call says why: 1, the first is attempt 1"),
        (
            "INSERT INTO doubts VALUES (1, 'paid', 2, 3, 0, 0)",
            "doubtful calls (paid) of batch \"harbours\": kept 2 calls, 3, 0, 0, counted none"
        ),
        (
            "UPDATE lanes SET rule = replace(rule, '\"inFlight\":1', '\"inFlight\":3')",
            "calls in flight of lane simulator: kept 3, counted 1"
        ),
        (
            "DELETE FROM entries WHERE job = 6; UPDATE jobs SET lease = NULL, state = 'queued' WHERE id = 6",
            "what is queued has a key whose picture is not missing: 1, the first is job 6"
        ),
    ])
    func aBrokenLawIsNamed(sql: String, violation: String) throws {
        let fixture = try Fixture.stopped()
        _ = try fixture.claimOne()
        try fixture.queue.execute(sql)
        #expect(try fixture.queue.reader.violations().map(\.description).contains(violation))
    }

    @Test func aWorkerLivesWhileItsLockIsHeld() throws {
        let fixture = try Fixture.make()
        var second: Worker? = try fixture.queue.worker("second")
        #expect(try fixture.queue.reader.workerHealth().map(\.life) == [.alive, .alive])
        withExtendedLifetime(second) {}
        second = nil
        #expect(try fixture.queue.reader.workerHealth().map(\.life) == [.alive, .dead])
        withExtendedLifetime(fixture) {}
    }
}
