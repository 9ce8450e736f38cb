import CutlineCore
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct FencingTests {
    /// One job, claimed by the first worker, whose lease ran out, and claimed again by the second.
    struct Rescued {
        let fixture: Fixture
        let second: Worker
        let late: Claim
        let current: Claim
        static let now = Timestamp.after(400)

        static func make() throws -> Rescued {
            let fixture = try Fixture.make(pictures: 0..<1)
            let second = try fixture.queue.worker("second")
            let late = try fixture.claimOne()
            #expect(try fixture.queue.rescue(except: second, now: now).attempts == 1)
            return Rescued(fixture: fixture, second: second, late: late, current: try fixture.claimOne(at: now, by: second))
        }

        func settle(_ claim: Claim, _ outcome: Outcome) throws -> Settled.Effect { try fixture.settle(claim, outcome, at: Self.now) }
    }

    @Test func lateCaptionIsAcceptedIfItIsTheFirst() throws {
        let rescued = try Rescued.make()
        #expect(try rescued.settle(rescued.late, .text("late")) == .accepted)
        #expect(try rescued.fixture.state(rescued.late) == .succeeded)
        #expect(try rescued.fixture.queue.number("SELECT count(*) FROM jobs WHERE lease IS NULL") == 1)
    }

    @Test func secondCaptionIsADuplicateAndCounted() throws {
        let rescued = try Rescued.make()
        #expect(try rescued.settle(rescued.late, .text("late")) == .accepted)
        #expect(try rescued.settle(rescued.current, .text("second")) == .duplicate)
        let job = try rescued.fixture.show("0.jpg")
        #expect(job.record.caption?.text == "late" && job.record.attempts == 2)
        #expect(job.attempts.map(\.duplicateCaption) == [nil, "second"])
        #expect(try rescued.fixture.status().duplicateCaptions == 1)
        #expect(try rescued.fixture.status().usage.inputTokens == 200, "both were paid for")
    }

    @Test func lateCaptionAfterTheOtherIsADuplicate() throws {
        let rescued = try Rescued.make()
        #expect(try rescued.settle(rescued.current, .text("second")) == .accepted)
        #expect(try rescued.settle(rescued.late, .text("late")) == .duplicate)
        #expect(try rescued.fixture.queue.records().map(\.caption?.text) == ["second"])
    }

    @Test(arguments: [Outcome.permanent, .transient, .unanswered, .notSent("stopping"), .failed(.unauthorized, status: 401)])
    func failureOfARescuedAttemptChangesNothing(outcome: Outcome) throws {
        let rescued = try Rescued.make()
        let before = try rescued.fixture.dump()
        #expect(try rescued.settle(rescued.late, outcome) == .repeated)
        #expect(try rescued.fixture.dump() == before)
    }

    @Test func jobWhoseCallIsOpenIsNotReleased() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        #expect(try fixture.queue.cancel(now: .start).count == 1)
        #expect(try fixture.queue.release(JobSelection(jobs: [claim.job])).left == [.callOpen: 1], "it would be paid twice")
        #expect(try fixture.settle(claim, .transient) == .fenced)
        #expect(try fixture.queue.release(JobSelection(jobs: [claim.job])).count == 1)
    }

    /// The first call is still open when its job has a new owner. No verb lets that happen; the fence holds all the same.
    @Test(arguments: [(Outcome.permanent, 1), (.transient, 1), (.unanswered, 1), (.notSent("stopping"), 0)])
    func zombieCannotTouchTheJobOfTheNewOwner(outcome: Outcome, counted: Int) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let zombie = try fixture.claimOne()
        #expect(try fixture.queue.cancel(now: .start).count == 1)
        try fixture.queue.execute("UPDATE jobs SET state = 'queued', finished_at = NULL")
        let owner = try fixture.claimOne()
        #expect(try fixture.settle(zombie, outcome) == .fenced)
        #expect(try fixture.queue.number("SELECT lease FROM jobs WHERE state = 'running'") == Int(owner.attempt.number))
        #expect(try fixture.queue.number("SELECT failures + unanswered + crashes FROM jobs") == 0, "its budget is the new owner's")
        #expect(try fixture.show("0.jpg").record.attempts == counted)
        #expect(try fixture.settle(owner, .text("a")) == .accepted)
    }

    @Test func captionTurnsAFailedJob() throws {
        let rescued = try Rescued.make()
        #expect(try rescued.settle(rescued.current, .permanent) == .failed)
        #expect(try rescued.settle(rescued.late, .text("late")) == .accepted)
        #expect(try rescued.fixture.count(.succeeded) == 1 && rescued.fixture.count(.failed) == 0)
        #expect(try rescued.fixture.queue.records()[0].problem == nil)
    }

    @Test func captionTurnsAHeldJob() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(onUnknown: .hold), pictures: 0..<1)
        let claim = try fixture.claimOne()
        #expect(try fixture.queue.rescue(except: nil, now: .after(400)).held == 1)
        #expect(try fixture.settle(claim, .text("late")) == .accepted)
        #expect(try fixture.count(.succeeded) == 1 && fixture.count(.held) == 0)
    }

    @Test func captionTurnsACancelledJob() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        #expect(try fixture.queue.cancel(now: .start).count == 1)
        #expect(try fixture.settle(claim, .text("late")) == .accepted)
        #expect(try fixture.count(.succeeded) == 1 && fixture.count(.cancelled) == 0)
    }

    @Test func captionTurnsADelayedJob() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let late = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        try fixture.settle(fixture.claimOne(at: .after(400)), .transient, at: .after(400))
        #expect(try fixture.settle(late, .text("late")) == .accepted)
        #expect(try fixture.claim(9, at: .after(9_999)).isEmpty)
    }

    @Test(arguments: [Outcome.text("a"), .transient, .permanent, .unanswered, .notSent("stopping")])
    func settlingTwiceChangesNothing(outcome: Outcome) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        try fixture.settle(claim, outcome)
        let before = try fixture.dump()
        #expect(try fixture.settle(claim, outcome) == .repeated)
        #expect(try fixture.dump() == before)
    }

    @Test(arguments: [
        "UPDATE captions SET text = 'other'", "UPDATE captions SET accepted = 0", "DELETE FROM captions",
        "INSERT OR REPLACE INTO captions SELECT attempt, job, accepted, 'other', finish_reason, model, flags, received_at FROM captions",
        "UPDATE jobs SET state = 'queued', finished_at = NULL", "UPDATE jobs SET state = 'failed'", "DELETE FROM jobs",
        "UPDATE attempts SET phase = 'open', ended_at = NULL", "UPDATE attempts SET phase = 'failed'", "DELETE FROM attempts",
        "UPDATE jobs SET fingerprint = CAST('01234567890123456789012345678901' AS \(TestServer.url == nil ? "BLOB" : "bytea"))",
        "UPDATE jobs SET prompt = 'other'",
    ])
    func acceptedCaptionAndItsJobCannotBeChangedEvenBySQL(sql: String) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .text("a"))
        let before = try fixture.dump()
        #expect(throws: QueueError.self) { try fixture.queue.execute(sql) }
        #expect(try fixture.dump() == before)
    }

    @Test(arguments: [
        "UPDATE jobs SET state = 'succeeded', finished_at = 1", "UPDATE jobs SET state = 'running'", "UPDATE jobs SET state = 'unheard of'",
        "UPDATE jobs SET lease = 1", "UPDATE jobs SET finished_at = 1", "UPDATE jobs SET batch = 2", "UPDATE jobs SET attempts = -1",
        "INSERT INTO jobs (batch, fingerprint, images) SELECT batch, fingerprint, images FROM jobs",
        "INSERT INTO captions (attempt, job, accepted, text, flags, received_at) VALUES (1, 1, 1, 'a', '[]', 1)",
    ])
    func schemaRefusesWhatIsAgainstTheLaw(sql: String) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        #expect(throws: QueueError.self) { try fixture.queue.execute(sql) }
    }

    @Test(arguments: JobState.allCases, JobState.allCases)
    func schemaKnowsTheMovesOfCore(from: JobState, to: JobState) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        try fixture.queue.execute(
            "INSERT INTO captions (attempt, job, accepted, text, flags, received_at) VALUES (\(claim.attempt.number), 1, 1, 'a', '[]', 1)")
        if from != .running { try fixture.force(from) }
        if from == to || from.canMove(to: to) {
            try fixture.force(to)
            #expect(try fixture.state(claim) == to)
        } else {
            #expect(throws: QueueError.self) { try fixture.force(to) }
        }
    }
}

extension Fixture {
    fileprivate func force(_ state: JobState) throws {
        try queue.execute(
            """
            UPDATE jobs SET state = '\(state.rawValue)', lease = \(state == .running ? "1" : "NULL"),
                finished_at = \(state.isFinished ? "1" : "NULL"),
                reopened = CASE WHEN state = 'succeeded' AND '\(state.rawValue)' = 'queued' THEN 1 END
            """)
    }

    /// Everything that a settlement could change.
    fileprivate func dump() throws -> [String] {
        try ["jobs", "attempts", "captions", "counts", "lanes"].map { table in
            "\(try queue.rows("SELECT * FROM \(table) ORDER BY 1"))"
        }
    }
}
