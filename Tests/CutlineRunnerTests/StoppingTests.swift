import CutlineCore
import CutlineQueue
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(15))) struct StoppingTests {
    @Test func drainingAwaitsTheRunningCallsAndClaimsNothingMore() async throws {
        let harness = try RunnerHarness(jobs: 10, concurrency: 2)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(2)
        await runner.drain()
        provider.answer(claims.prefix(1))
        await harness.log.first { $0.effect == .accepted }
        provider.answer(claims.suffix(1))
        #expect(await end.isInterrupted)
        #expect(provider.seen.count == 2)
        #expect(try harness.captions() == ["0.jpg": "caption of 0.jpg", "1.jpg": "caption of 1.jpg"])
        #expect(try harness.count(.queued) == 8)
    }

    @Test func drainingTwiceIsDrainingOnce() async throws {
        let harness = try RunnerHarness(jobs: 2, concurrency: 1)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(1)
        await runner.drain()
        await runner.drain()
        provider.answer(claims)
        #expect(await end.isInterrupted)
        await runner.drain()
        #expect(harness.log.events.filter(\.isDraining).count == 1)
    }

    @Test func drainingTheLastCallsIsFinishing() async throws {
        let harness = try RunnerHarness(jobs: 2)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(2)
        await runner.drain()
        provider.answer(claims)
        #expect(await end.isFinished)
    }

    @Test func aStopBeforeTheStartIsObeyed() async throws {
        let harness = try RunnerHarness(jobs: 2)
        let provider = ManualProvider()
        let runner = try harness.runner(call: provider.call)
        await runner.drain()
        #expect(await runner.run().isInterrupted)
        #expect(provider.seen.isEmpty)
        #expect(try harness.count(.queued) == 2)
    }

    @Test func aRunThatWaitsForALaneStopsAtOnce() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let runner = try harness.runner { _ in .failed(.rateLimited, status: 429, retryAfter: .seconds(3_000)) }
        async let end = runner.run()
        await harness.log.first { $0.laneAction != nil }
        await runner.drain()
        #expect(await end.isInterrupted)
    }

    @Test(arguments: [true, false]) func givingUpStoresWhatTheCancelledCallsSay(drainsFirst: Bool) async throws {
        let harness = try RunnerHarness(jobs: 3, concurrency: 3)
        let provider = ManualProvider { claim in
            switch claim.picture {
            case "0.jpg": .notSent("stopped")
            case "1.jpg": .unanswered
            default: claim.caption
            }
        }
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        await provider.calls(3)
        if drainsFirst { await runner.drain() }
        await runner.giveUp()
        #expect(await end.isInterrupted)
        #expect(try harness.show(0).attempts.map(\.phase) == [.released])
        #expect(try harness.show(1).attempts.map(\.phase) == [.unknown])
        #expect(try harness.captions() == ["2.jpg": "caption of 2.jpg"])
    }

    @Test func drainingForTooLongIsGivingUp() async throws {
        let harness = try RunnerHarness(jobs: 2, concurrency: 2)
        let provider = ManualProvider { $0.picture == "0.jpg" ? .unanswered : .notSent("stopped") }
        let runner = try harness.runner(drainTimeout: .milliseconds(30), beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        await provider.calls(2)
        await runner.drain()
        #expect(await end.isInterrupted)
        #expect(try harness.show(0).attempts.map(\.phase) == [.unknown])
        #expect(try harness.show(1).attempts.map(\.phase) == [.released])
    }

    @Test func stoppingAfterTheEndDoesNothing() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let runner = try harness.runner(beat: .milliseconds(5)) { $0.caption }
        #expect(await runner.run().isFinished)
        let events = harness.log.events.count
        await runner.drain()
        await runner.giveUp()
        #expect(harness.log.events.count == events)
    }

    @Test func aRunnerThatEndedIsFreed() async throws {
        let harness = try RunnerHarness(jobs: 3)
        weak var runner: Runner?
        do {
            let strong = try harness.runner { $0.caption }
            runner = strong
            #expect(await strong.run().isFinished)
        }
        // The last block of its queue lets go of it.
        while runner != nil { await Task.yield() }
    }
}
