import CutlineCore
import Synchronization
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

@Suite struct ClaimingTests {
    /// A job file may say any number.
    @Test func anAbsurdLimitOfTokensStopsNothing() throws {
        let fixture = try Fixture.make()
        let batch = try fixture.queue.openBatch(
            .make("absurd", parameters: Parameters(maxTokens: .max)), policy: RetryPolicy(), limits: Limits(), now: .start)
        _ = try fixture.queue.add([.make(1)], to: batch, now: .start)
        #expect(try fixture.claimOne().request.parameters.maxTokens == .max)
    }

    @Test func jobsAreClaimedByPriorityThenInOrder() throws {
        let fixture = try Fixture.make(pictures: 0..<4)
        try fixture.queue.execute("UPDATE jobs SET priority = -1 WHERE id = 3")
        #expect(try fixture.claim(9).map(\.job.number) == [3, 1, 2, 4])
    }

    @Test func claimWritesTheAttemptAndTheLease() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try #require(try fixture.claim(lease: .seconds(360)).first)
        let job = try fixture.show("0.jpg")
        #expect(job.record.state == .running)
        #expect(job.attempts.map(\.id) == [claim.attempt] && job.attempts.map(\.phase) == [.open] && job.attempts.map(\.n) == [1])
        #expect(try fixture.queue.number("SELECT lease FROM jobs") == Int(claim.attempt.number))
        #expect(try fixture.queue.number("SELECT lease_until FROM attempts") == Int(Timestamp.after(360).milliseconds))
        #expect(try fixture.queue.number("SELECT worker FROM attempts") == Int(fixture.worker.id.number))
    }

    /// Else a claim is as old as the wait for another process was, and its call leaves later than it was counted.
    @Test func theClockIsReadOnceTheQueueIsLocked() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let isLocked = Mutex(false)
        let request = TurnRequest(
            claimLimit: 1, scope: .all, lease: .seconds(1),
            now: {
                let isHeld = fixture.queue.isHeldByAWriter()
                isLocked.withLock { $0 = isHeld }
                return .after(7)
            }, jitter: { 0 })
        let claim = try #require(try fixture.queue.turn(fixture.worker, request).claims.first)
        #expect(isLocked.withLock { $0 })
        #expect(claim.startedAt == .after(7))
    }

    @Test func claimCarriesWhatIsToBeSent() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1), .make(2, key: "pair", own: true, prompt: "What differs?"))
        let requests = try fixture.claim(2).map(\.request)
        #expect(requests.map(\.prompt) == ["Describe this picture.", "What differs?"])
        #expect(requests.map(\.model) == ["sim-1", "sim-1"])
        #expect(requests[0].images == [.file(.make(1, at: "/pictures/1.jpg"))])
    }

    @Test(arguments: [0, 1, 3]) func noMoreIsClaimedThanAskedFor(limit: Int) throws {
        #expect(try Fixture.make(pictures: 0..<5).claim(limit).count == limit)
    }

    @Test func turnSaysWhatIsLeftInScope() throws {
        let fixture = try Fixture.make(pictures: 0..<5)
        let turn = try fixture.turn(claiming: 2)
        #expect(turn.queued == 3 && turn.remaining == 5)
    }

    @Test func otherBatchesAreOutOfScope() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let other = try fixture.queue.openBatch(.make("lighthouses"), policy: RetryPolicy(), limits: Limits(), now: .start)
        let request = TurnRequest(claimLimit: 9, scope: .batch(other), lease: .seconds(1), now: { .start }, jitter: { 0 })
        let turn = try fixture.queue.turn(fixture.worker, request)
        #expect(turn.claims.isEmpty && turn.remaining == 0)
    }

    @Test func lanesAreServedInRotation() throws {
        let fixture = try Fixture.make(pictures: 0..<9)
        let limits = Limits(concurrency: 100)
        let other = try fixture.queue.openBatch(.make("late", provider: "other"), policy: RetryPolicy(), limits: limits, now: .start)
        _ = try fixture.queue.add((10..<12).map { .make($0) }, to: other, now: .start)
        let batches = try fixture.claim(6).map(\.batch)
        #expect(batches == [fixture.batch, other, fixture.batch, other, fixture.batch, fixture.batch])
    }

    @Test func freedSlotGoesToTheLaneWithFewerCalls() throws {
        let fixture = try Fixture.make(pictures: 0..<9)
        let limits = Limits(concurrency: 100)
        let other = try fixture.queue.openBatch(.make("late", provider: "other"), policy: RetryPolicy(), limits: limits, now: .start)
        _ = try fixture.queue.add((10..<14).map { .make($0) }, to: other, now: .start)
        let batches = try (0..<4).map { _ in try fixture.claimOne().batch }
        #expect(batches == [fixture.batch, other, fixture.batch, other])
    }

    @Test func blockedLaneLeavesTheOthersAlone() throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: 1), pictures: 0..<3)
        let other = try fixture.queue.openBatch(
            .make("late", provider: "other"), policy: RetryPolicy(), limits: Limits(concurrency: 5), now: .start)
        _ = try fixture.queue.add((10..<13).map { .make($0) }, to: other, now: .start)
        let turn = try fixture.turn(claiming: 9)
        #expect(turn.claims.map(\.batch) == [fixture.batch, other, other, other])
        #expect(turn.stops == [LaneStop(lane: "simulator", refusal: .slots)])
    }

    @Test func nextBatchOfALaneFollowsWhenTheFirstIsEmpty() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let other = try fixture.queue.openBatch(
            .make("late"), policy: RetryPolicy(), limits: Limits(concurrency: 100), now: .start)
        _ = try fixture.queue.add((0..<2).map { .make($0) }, to: other, now: .start)
        #expect(try fixture.claim(3).map(\.batch) == [fixture.batch, fixture.batch, other])
        #expect(try fixture.claim(3).map(\.batch) == [other])
    }

    @Test func retriesWaitForTheirTime() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .transient, jitter: 0.5) == .retries(after: .seconds(2)))
        let turn = try fixture.turn(claiming: 1, at: .after(1.999))
        #expect(turn.claims.isEmpty)
        #expect(turn.nextTry == .after(2))
        #expect(try fixture.claim(at: .after(2)).map(\.n) == [2])
    }

    @Test func delayedJobsComeBackInTheirOrder() throws {
        let fixture = try Fixture.make(pictures: 0..<4)
        let claims = try fixture.claim(3)
        for (claim, jitter) in zip(claims, [1, 0.5, 0]) { try fixture.settle(claim, .transient, jitter: jitter) }
        #expect(try fixture.turn().nextTry == .after(1))
        #expect(try fixture.claim(9, at: .after(1)).map(\.job.number) == [3, 4])
        #expect(try fixture.claim(9, at: .after(3)).map(\.job.number) == [1, 2])
    }

    /// More are due than one turn takes: the earliest come first.
    @Test func earliestOfManyDelayedJobsComeFirst() throws {
        let fixture = try Fixture.make(pictures: 0..<1_500)
        try fixture.queue.execute("UPDATE jobs SET available_at = 2000 - id")
        #expect(try fixture.claim(2_000, at: .after(1)).map(\.job.number) == Array(501...1_500))
        #expect(try fixture.claim(2_000, at: .after(1)).map(\.job.number) == Array(1...500))
    }

    @Test func heldAndCancelledJobsAreNotClaimed() throws {
        let fixture = try Fixture.make(pictures: 0..<4)
        #expect(try fixture.queue.hold(JobSelection(jobs: [JobID(1)])).count == 1)
        #expect(try fixture.queue.cancel(JobSelection(jobs: [JobID(2)]), now: .start).count == 1)
        #expect(try fixture.claim(9).map(\.job.number) == [3, 4])
    }

    @Test func workerThatWasDeclaredDeadClaimsNothing() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claim = try fixture.claimOne()
        try fixture.queue.execute("UPDATE workers SET ended_at = 1")
        #expect(throws: QueueError.workerGone) { try fixture.turn([.of(claim, .text("a"))], claiming: 1) }
        #expect(try fixture.state(claim) == .running, "nothing of the turn may have happened")
        #expect(try fixture.settle(claim, .text("a")) == .accepted)
    }
}

@Suite struct SharedLimitTests {
    @Test func slotsAreSharedByAllWorkers() throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: 3), pictures: 0..<9)
        let other = try fixture.queue.again(at: .start)
        let second = try other.worker("second")
        let mine = try fixture.claim(2)
        #expect(mine.count == 2)
        let theirs = try fixture.turn(claiming: 9, by: second, on: other)
        #expect(theirs.claims.count == 1 && theirs.stops == [LaneStop(lane: "simulator", refusal: .slots)])
        try fixture.settle(mine[0], .text("a"))
        #expect(try fixture.turn(claiming: 9, by: second, on: other).claims.count == 1)
    }

    @Test func paceIsSharedByAllWorkers() throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: 99, requests: RateLimit(count: 61, window: 60)), pictures: 0..<99)
        let other = try fixture.queue.again(at: .start)
        let second = try other.worker("second")
        var claimed = 0
        for tenth in 0..<600 {
            let now = Timestamp.after(Double(tenth) / 10)
            let isMine = tenth.isMultiple(of: 2)
            claimed += try fixture.turn(claiming: 9, at: now, by: isMine ? nil : second, on: isMine ? nil : other).claims.count
        }
        #expect((55...61).contains(claimed), "claimed \(claimed) in one window of 61")
    }

    /// A dead connection is tried by one call, whichever of the processes comes first.
    @Test(arguments: [true, false]) func oneProbePassesWhoeverSendsIt(isAnswered: Bool) throws {
        let fixture = try Fixture.make(pictures: 0..<40)
        let other = try fixture.queue.again(at: .start)
        let second = try other.worker("second")
        func both(at now: Timestamp) throws -> [Claim] {
            try fixture.claim(9, at: now) + fixture.turn(claiming: 9, at: now, by: second, on: other).claims
        }
        let lost = Outcome.failed(.connectionLost, status: nil)
        _ = try fixture.turn(fixture.claim(5).map { .of($0, lost) })
        #expect(try both(at: .after(4.999)).isEmpty)
        let probes = try both(at: .after(5))
        #expect(probes.count == 1)
        #expect(try both(at: .after(30)).isEmpty)
        let end = Timestamp.after(31)
        _ = try fixture.turn([.of(probes[0], isAnswered ? .text("a") : lost, at: end)], at: end)
        #expect(try both(at: end).count == (isAnswered ? 18 : 0))
    }

    /// Where every call fails, three hundred jobs do not ask in vain: five find it out, and one at a time whether it is over.
    @Test func aProviderThatFailsEveryCallIsHardlyCalled() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 99), limits: Limits(concurrency: 8), pictures: 0..<300)
        var (failed, calls) = ([Claim](), 0)
        for tenth in 0..<6_000 {
            let now = Timestamp.after(Double(tenth) / 10)
            failed = try fixture.turn(failed.map { .of($0, .transient, at: now) }, claiming: 999, at: now).claims
            calls += failed.count
        }
        #expect((12...16).contains(calls), "\(calls) calls in ten minutes")
    }

    /// Where every second call fails, repetitions do not come in storms.
    @Test func repetitionsDoNotStormAProviderThatFailsNowAndThen() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 99), limits: Limits(concurrency: 40), pictures: 0..<300)
        var (ended, repetitions) = ([Settlement](), 0)
        for tenth in 0..<600 {
            let now = Timestamp.after(Double(tenth) / 10)
            let claims = try fixture.turn(ended, claiming: 999, at: now).claims
            ended = claims.enumerated().map { .of($1, ($0 + tenth) % 2 == 0 ? .text("a") : .transient, at: now) }
            repetitions += claims.count { $0.n > 1 }
        }
        #expect((40...170).contains(repetitions), "\(repetitions) repetitions")
    }

    @Test func turnSaysWhenTheLaneTakesTheNextCall() throws {
        let limit = RateLimit(count: 61, window: 60)
        let fixture = try Fixture.make(limits: Limits(concurrency: 99, requests: limit), pictures: 0..<99)
        let turn = try fixture.turn(claiming: 99)
        let next = try #require(turn.nextTry)
        #expect(turn.stops == [LaneStop(lane: "simulator", refusal: .until(next, .limit(.requests, limit)), requests: [limit])])
        #expect(try fixture.claim(at: next + .milliseconds(-1)).isEmpty)
        #expect(try fixture.claim(at: next).count == 1)
    }

    @Test func rateLimitBlocksTheLaneAndCostsTheJobNothing() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claim = try fixture.claimOne()
        let turn = try fixture.turn([.of(claim, .failed(.rateLimited, status: 429, retryAfter: .seconds(7)))], claiming: 9)
        #expect(turn.settled.map(\.effect) == [.released] && turn.claims.isEmpty)
        #expect(turn.actions.map(\.action) == [.blocked(until: .after(7), message: "said the provider")])
        #expect(turn.nextTry == .after(7) && turn.queued == 2)
        #expect(try fixture.show("0.jpg").record.attempts == 0)
        // From now on the lane has a pace.
        #expect(try fixture.claim(9, at: .after(7)).count == 1)
        #expect(try fixture.claim(9, at: .after(9)).count == 1)
    }

    @Test(arguments: [FailureClass.unauthorized, .quotaExhausted, .tls])
    func troubleOfTheKeyPausesTheLaneAndKeepsItsJobs(kind: FailureClass) throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claim = try fixture.claimOne()
        let turn = try fixture.turn([.of(claim, .failed(kind, status: 401))], claiming: 9, at: .after(1))
        let pause = Pause(kind: kind, message: "said the provider")
        #expect(turn.actions == [LaneNotice(lane: "simulator", action: .paused(pause))])
        #expect(turn.stops == [LaneStop(lane: "simulator", refusal: .paused(pause))])
        #expect(try fixture.count(.queued) == 2)
        #expect(try fixture.show("0.jpg").record.attempts == 0)
    }

    @Test func personWhoStartsAgainLiftsThePause() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.settle(fixture.claimOne(), .failed(.unauthorized, status: 401))
        try fixture.queue.resumeLanes(.batch(fixture.batch))
        #expect(try fixture.claim(9).count == 2)
    }
}
