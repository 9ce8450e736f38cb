import CutlineCore
import CutlineQueue
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(15))) struct CrashTests {
    @Test func theNextRunTakesUpWhatADeadOneLeft() async throws {
        let harness = try RunnerHarness(jobs: 10, concurrency: 4)
        let (dead, provider) = (EventRecorder(), ManualProvider())
        let zombie = try harness.runner("dead", beat: RunnerHarness.noBeat, log: dead, call: provider.call)
        Task { await zombie.run() }
        let open = await provider.calls(4)
        provider.answer(open.prefix(2))
        let left = await provider.calls(4)
        harness.declareDead("dead")

        let end = try await harness.runner("two", on: try harness.anotherQueue()) { $0.caption }.run()
        #expect(end.isFinished)
        #expect(harness.log.events.contains { $0.isRescued })
        #expect(try harness.captions().count == 10)
        #expect(try harness.status().unknownAttempts == left.count)
        #expect(try harness.status().duplicateCaptions == 0)
        await zombie.giveUp()
    }

    /// A machine that slept: another worker declared this one dead, and it wakes up with answers in its hands.
    @Test func lateCaptionsOfOneDeclaredDeadAreKept() async throws {
        let harness = try RunnerHarness(jobs: 3, concurrency: 3)
        let provider = ManualProvider()
        let sleeper = try harness.runner("sleeper", beat: RunnerHarness.noBeat, log: EventRecorder(), call: provider.call)
        async let end = sleeper.run()
        let claims = await provider.calls(3)
        harness.declareDead("sleeper")
        let other = ManualProvider()
        let rescuer = try harness.runner("two", on: try harness.anotherQueue(), beat: .milliseconds(10), call: other.call)
        async let rescued = rescuer.run()
        let repeated = await other.calls(3)

        other.answer(repeated.prefix(1))
        await harness.log.first { $0.effect == .accepted }
        provider.answer(claims)
        let failure = try #require(await end.failure)
        #expect(failure.error as? QueueError == .workerGone)
        #expect(failure.saved == nil)
        #expect(try harness.captions().count == 3)
        #expect(try harness.status().duplicateCaptions == 1)

        other.answer(repeated.dropFirst())
        #expect(await rescued.isFinished)
        #expect(try harness.status().duplicateCaptions == 3)
    }

    @Test func anExpiredLeaseIsTakenOverInABeat() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let frozen = try harness.startWorker("frozen")
        _ = try harness.claim(1, by: frozen, lease: .seconds(30))
        let runner = try harness.runner(beat: .milliseconds(5)) { $0.caption }
        async let end = runner.run()
        await harness.log.beats(6)
        #expect(try harness.count(.running) == 1)
        harness.clock.leap(.seconds(31))
        #expect(await end.isFinished)
        let show = try harness.show(0)
        #expect(show.attempts.map(\.phase) == [.unknown, .succeeded])
        // The job is claimed in the beat that rescued it, not in some later one.
        let events = harness.log.events
        let sinceRescue = events.drop { !$0.isRescued }
        let next = sinceRescue.first { $0.isProgress || $0.effect == .accepted }
        #expect(next?.inFlight == 1 || next?.effect == .accepted)
    }

    @Test func whatALateWorkerFreesIsUsedByTheOthers() async throws {
        let harness = try RunnerHarness(jobs: 2, concurrency: 1)
        let other = try harness.startWorker("other")
        let claim = try harness.claim(1, by: other)[0]
        let runner = try harness.runner(beat: .milliseconds(5)) { $0.caption }
        async let end = runner.run()
        await harness.log.beats(3)
        #expect(try harness.count(.queued) == 1)
        let settlement = Settlement(attempt: claim.attempt, outcome: claim.caption, latency: .zero, endedAt: harness.clock.now())
        let request = TurnRequest(
            settlements: [settlement], claimLimit: 0, scope: .all, lease: .zero, now: harness.clock.now, jitter: { 0 })
        _ = try harness.anotherQueue().turn(other, request)
        #expect(await end.isFinished)
        #expect(try harness.captions().count == 2)
    }
}
