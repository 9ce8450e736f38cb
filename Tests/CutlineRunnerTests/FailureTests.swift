import CutlineCore
import CutlineQueue
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(15))) struct FailureTests {
    @Test func aDelayedJobComesBackByTheAlarm() async throws {
        let harness = try RunnerHarness(jobs: 1)
        // The delay is a second; inside the turn that grants it the clock moves on, so the alarm is set for the rest.
        harness.log.react { event in
            if case .retries(after: .seconds(1)) = event.effect { harness.clock.leap(.milliseconds(980)) }
        }
        let runner = try harness.runner(beat: RunnerHarness.noBeat) { $0.n == 1 ? .failed(.serverError, status: 500) : $0.caption }
        #expect(await runner.run().isFinished)
        #expect(try harness.show(0).record.attempts == 2)
    }

    @Test func aDueTimeThatAClockJumpPassedIsSeenAtTheNextBeat() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let runner = try harness.runner(beat: .milliseconds(10)) {
            $0.n == 1 ? .failed(.rateLimited, status: 429, retryAfter: .seconds(3_000)) : $0.caption
        }
        async let end = runner.run()
        await harness.log.first { $0.effect == .released }
        await harness.log.beats(1)
        harness.clock.leap(.seconds(3_001))
        #expect(await end.isFinished)
    }

    @Test func aRateLimitStopsTheLaneForAllAndCostsNobodyAnAttempt() async throws {
        let harness = try RunnerHarness(jobs: 6, concurrency: 3)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(3)
        provider.answer(claims[0], .failed(.rateLimited, status: 429, retryAfter: .milliseconds(40)))
        await harness.log.first { $0.laneAction != nil }
        provider.answer(claims[1...])
        let next = await provider.calls(3)
        guard case .blocked(let until, _) = harness.log.events.compactMap(\.laneAction).first else {
            Issue.record("the lane was not blocked")
            return
        }
        #expect(next.allSatisfy { $0.startedAt >= until })
        provider.answer(next)
        provider.answer(await provider.calls(1))
        #expect(await end.isFinished)
        #expect(try harness.status().attempts == 6)
        #expect(try harness.captions().count == 6)
    }

    @Test func anUnauthorizedKeyPausesTheLaneWithTheProvidersSentence() async throws {
        let harness = try RunnerHarness(jobs: 5, concurrency: 1)
        let runner = try harness.runner { _ in .failed(.unauthorized, status: 401) }
        let pause = Pause(kind: .unauthorized, message: "said the provider")
        let stops = await runner.run().stops
        #expect(stops?.map(\.refusal) == [.paused(pause)])
        #expect(stops?.map(\.lane) == ["lane of first"])
        #expect(try harness.count(.queued) == 5)
        #expect(harness.log.events.compactMap(\.effect) == [.released])
    }

    @Test func aPausedLaneDoesNotKeepAnotherFromTheEnd() async throws {
        let harness = try RunnerHarness(jobs: 3, concurrency: 1)
        let other = try harness.openBatch("other", concurrency: 1)
        try harness.add(0..<20, to: other)
        let runner = try harness.runner { $0.batch == other ? $0.caption : .failed(.forbidden, status: 403) }
        #expect(await runner.run().stops?.map(\.lane) == ["lane of first"])
        #expect(try harness.status(other).count(.succeeded) == 20)
        #expect(try harness.count(.queued) == 3)
    }

    @Test func aLaneIsTriedOnceMoreByTheNextRun() async throws {
        let harness = try RunnerHarness(jobs: 2)
        _ = try await harness.runner("one") { _ in .failed(.unauthorized, status: 401) }.run()
        let end = try await harness.runner("two") { $0.caption }.run()
        #expect(end.isFinished)
    }

    @Test func heldAndFailedJobsEndTheRun() async throws {
        let harness = try RunnerHarness(jobs: 3, policy: RetryPolicy(onUnknown: .hold))
        let runner = try harness.runner { claim in
            switch claim.picture {
            case "0.jpg": .unanswered
            case "1.jpg": .failed(.imageRejected, status: 400)
            default: claim.caption
            }
        }
        #expect(await runner.run().isFinished)
        #expect(try harness.count(.held) == 1)
        #expect(try harness.count(.failed) == 1)
        #expect(try harness.count(.succeeded) == 1)
    }

    @Test func aLongWaitEndsTheRunWhereItShallNotWait() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let runner = try harness.runner(waits: false) { _ in .failed(.quotaExhausted, status: 429, retryAfter: .seconds(3_600)) }
        let end = await runner.run()
        guard case .until(_, .provider) = end.stops?.first?.refusal else {
            Issue.record("not the provider's wait")
            return
        }
        #expect(try harness.count(.queued) == 1)
    }

    /// It answered once, so that the lane would probe it for as long as it takes.
    @Test func aProviderThatCannotBeReachedEndsTheRunWhereItShallNotWait() async throws {
        let harness = try RunnerHarness(jobs: 2, concurrency: 1)
        harness.log.react { if case .opened(let outage) = $0.laneAction { harness.clock.advance(to: outage.nextTry) } }
        let runner = try harness.runner(waits: false, beat: .milliseconds(5)) {
            $0.job == JobID(1) ? $0.caption : .failed(.unreachable)
        }
        let end = await runner.run()
        guard case .outage = end.stops?.first?.refusal else {
            Issue.record("not the breaker's wait")
            return
        }
        let openings = harness.log.events.count { if case .opened = $0.laneAction { true } else { false } }
        #expect(openings == 4)
        #expect(try harness.count(.queued) == 1)
    }

    @Test func aShortWaitIsWaitedForInAnyCase() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let runner = try harness.runner(waits: false, beat: RunnerHarness.noBeat) {
            $0.n == 1 ? .failed(.rateLimited, status: 429, retryAfter: .milliseconds(20)) : $0.caption
        }
        #expect(await runner.run().isFinished)
    }

    /// Out of descriptors, say: at once it would fail again, thousands of times a second.
    @Test func afterACallThatCouldNotBeSentNothingIsClaimedForASecond() async throws {
        let harness = try RunnerHarness(jobs: 2, concurrency: 1)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        let start = harness.clock.now()
        harness.log.react { if $0.effect == .released { harness.clock.leap(.milliseconds(980)) } }
        async let end = runner.run()
        provider.answer(await provider.calls(1)[0], .notSent("too many open files"))
        for _ in 0..<2 { provider.answer(await provider.calls(1)) }
        #expect(await end.isFinished)
        #expect(provider.seen[1].startedAt - start >= .seconds(1))
        #expect(try harness.status().attempts == 2)
    }

    /// The delayed job is due, but there is no room for it: only an ended call can help, no alarm.
    @Test func aFullWorkerDoesNotWakeUpForADelayedJob() async throws {
        let harness = try RunnerHarness(jobs: 3)
        let provider = ManualProvider()
        let runner = try harness.runner(callLimit: 2, beat: .milliseconds(10), call: provider.call)
        async let end = runner.run()
        harness.log.react { if case .retries = $0.effect { harness.clock.leap(.seconds(2)) } }
        provider.answer(await provider.calls(2)[0], .failed(.serverError, status: 500))
        let rest = await provider.calls(2)
        let (before, firstBeat) = (harness.clock.reads, harness.log.beatsSoFar)
        await harness.log.beats(20)
        // Less than one beat in two looks at the clock; an alarm that comes again each millisecond does so all the time.
        let reads = harness.clock.reads - before
        #expect(reads <= harness.log.beatsSoFar - firstBeat)
        provider.answer(rest)
        provider.answer(await provider.calls(1))
        #expect(await end.isFinished)
    }
}
