import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct VerbTests {
    @Test func retryQueuesFailedJobsAlone() throws {
        let fixture = try Fixture.stopped()
        let moved = try fixture.queue.retry()
        #expect(moved.moved == [.failed: 2])
        #expect(moved.left == [:])
        #expect(try fixture.count(.queued) == 3 && fixture.count(.held) == 1 && fixture.count(.cancelled) == 1)
    }

    @Test func releaseQueuesHeldJobsAndCancelledOnesOnlyByName() throws {
        let fixture = try Fixture.stopped()
        #expect(try fixture.queue.release().moved == [.held: 1])
        #expect(try fixture.queue.release().count == 0)
        let cancelled = try fixture.queue.reader.jobIDs(named: "3.jpg")
        #expect(try fixture.queue.release(JobSelection(jobs: cancelled)).moved == [.cancelled: 1])
    }

    @Test func aClassIsThatOfTheLastFailedAttempt() throws {
        let fixture = try Fixture.stopped()
        #expect(try fixture.queue.retry(JobSelection(failure: .timeout)).count == 0)
        #expect(try fixture.queue.retry(JobSelection(failure: .imageRejected)).moved == [.failed: 1])
        #expect(try fixture.queue.retry(JobSelection(failure: .contentFiltered)).moved == [.failed: 1])
        let claim = try fixture.claimOne()
        #expect(try fixture.settle(claim, .failed(.refused)) == .failed)
        #expect(try fixture.queue.cancel(JobSelection(failure: .refused), now: .start).moved == [.failed: 1])
    }

    @Test func aBatchKeepsTheOthersOut() throws {
        let fixture = try Fixture.stopped()
        let other = try fixture.queue.openBatch(.make("other"), policy: RetryPolicy(), limits: Limits(), now: .start)
        _ = try fixture.queue.add([.make(0), .make(1)], to: other, now: .start)
        #expect(try fixture.queue.hold(JobSelection(batch: other)).moved == [.queued: 2])
        #expect(try fixture.queue.retry(JobSelection(batch: other)).count == 0)
        #expect(try fixture.queue.reader.jobIDs(named: "0.jpg").count == 2)
        #expect(try fixture.queue.reader.jobIDs(named: "0.jpg", batch: other).count == 1)
        #expect(try fixture.queue.release(JobSelection(batch: fixture.batch)).moved == [.held: 1])
    }

    @Test func whatIsNamedAndLeftAloneIsReported() throws {
        let fixture = try Fixture.stopped()
        let all = JobSelection(jobs: Set((1...6).map { JobID($0) }))
        let moved = try fixture.queue.retry(all)
        #expect(moved.moved == [.failed: 2])
        #expect(moved.left == [.state(.held): 1, .state(.cancelled): 1, .state(.succeeded): 1, .state(.queued): 1])
        #expect(try fixture.queue.hold(JobSelection(jobs: [JobID(5)])).left == [.state(.succeeded): 1])
        #expect(try fixture.queue.retry(JobSelection(jobs: [JobID(99)])) == JobsMoved())
    }

    @Test func cancelTakesRunningAndDelayedJobsToo() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let claims = try fixture.claim(2)
        try fixture.settle(claims[1], .transient, jitter: 1)
        #expect(try fixture.queue.number("SELECT count(*) FROM jobs WHERE available_at IS NOT NULL") == 1)
        #expect(try fixture.queue.cancel(now: .start).moved == [.running: 1, .queued: 2])
        #expect(try fixture.count(.cancelled) == 3)
    }

    @Test func aSelectionOfManyChunksIsMovedWhole() throws {
        let fixture = try Fixture.make(pictures: 0..<2_501)
        #expect(try fixture.queue.hold().count == 2_501)
        #expect(try fixture.queue.release(JobSelection(jobs: Set((1...1_500).map { JobID($0) }))).count == 1_500)
        #expect(try fixture.queue.release().count == 1_001)
        #expect(try fixture.count(.queued) == 2_501)
    }

    @Test func aMisspeltKeyFindsItsNeighbours() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "photos/harbour.jpg"), .make(2, key: "photos/hills.jpg"), .make(3, key: "zoo.jpg"))
        #expect(try fixture.queue.reader.keys(near: "photos/harbuor.jpg").contains("photos/harbour.jpg"))
        #expect(try fixture.queue.reader.keys(near: "0", batch: BatchID(77)).isEmpty)
    }
}

extension Fixture {
    /// Jobs 1 and 2 failed, 3 is held, 4 cancelled, 5 succeeded, 6 queued.
    static func stopped() throws -> Fixture {
        let fixture = try make(pictures: 0..<6)
        let outcomes: [Outcome] = [.failed(.imageRejected), .failed(.contentFiltered)]
        for (claim, outcome) in zip(try fixture.claim(2), outcomes) { try fixture.settle(claim, outcome) }
        _ = try fixture.queue.hold(JobSelection(jobs: [JobID(3)]))
        _ = try fixture.queue.cancel(JobSelection(jobs: [JobID(4)]), now: .start)
        try fixture.settle(fixture.claimOne(), .text("a"))
        return fixture
    }
}
