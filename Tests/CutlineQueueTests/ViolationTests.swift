import CutlineCore
import CutlineMigrationsSQLite
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct ViolationTests {
    @Test func aLivedInQueueHasNone() throws {
        let fixture = try Fixture.stopped()
        _ = try fixture.claimOne()
        #expect(try fixture.queue.reader.violations() == [])
        let health = try fixture.queue.reader.fileHealth()
        #expect(health == FileHealth(schemaVersion: Migration.all.count, applicationID: Schema.applicationID, damage: []))
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
        (
            "UPDATE lanes SET rule = replace(rule, '\"inFlight\":1', '\"inFlight\":3')",
            "calls in flight of lane simulator: kept 3, counted 1"
        ),
        (
            "DELETE FROM entries WHERE job = 6; UPDATE jobs SET lease = NULL, state = 'queued' WHERE id = 6",
            "what is queued has a key: 1, the first is job 6"
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
