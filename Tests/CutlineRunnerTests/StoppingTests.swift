import CutlineCore
import CutlineQueue
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(5))) struct StoppingTests {
    @Test func drainingAwaitsTheRunningCallsAndClaimsNothingMore() async throws {
        let place = try Workplace(jobs: 10, concurrency: 2)
        let stage = Stage()
        let runner = try place.runner(beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(2)
        await runner.drain()
        stage.answer(claims.prefix(1))
        await place.log.first { $0.effect == .accepted }
        stage.answer(claims.suffix(1))
        #expect(await end.isInterrupted)
        #expect(stage.seen.count == 2)
        #expect(try place.captions() == ["0.jpg": "caption of 0.jpg", "1.jpg": "caption of 1.jpg"])
        #expect(try place.count(.queued) == 8)
    }

    @Test func drainingTwiceIsDrainingOnce() async throws {
        let place = try Workplace(jobs: 2, concurrency: 1)
        let stage = Stage()
        let runner = try place.runner(beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(1)
        await runner.drain()
        await runner.drain()
        stage.answer(claims)
        #expect(await end.isInterrupted)
        await runner.drain()
        #expect(place.log.events.filter(\.isDraining).count == 1)
    }

    @Test func drainingTheLastCallsIsFinishing() async throws {
        let place = try Workplace(jobs: 2)
        let stage = Stage()
        let runner = try place.runner(beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(2)
        await runner.drain()
        stage.answer(claims)
        #expect(await end.isFinished)
    }

    @Test func aStopBeforeTheStartIsObeyed() async throws {
        let place = try Workplace(jobs: 2)
        let stage = Stage()
        let runner = try place.runner(call: stage.call)
        await runner.drain()
        #expect(await runner.run().isInterrupted)
        #expect(stage.seen.isEmpty)
        #expect(try place.count(.queued) == 2)
    }

    @Test func aRunThatWaitsForALaneStopsAtOnce() async throws {
        let place = try Workplace(jobs: 1)
        let runner = try place.runner { _ in .failed(.rateLimited, status: 429, retryAfter: .seconds(3_000)) }
        async let end = runner.run()
        await place.log.first { $0.laneAction != nil }
        await runner.drain()
        #expect(await end.isInterrupted)
    }

    @Test(arguments: [true, false]) func givingUpStoresWhatTheCancelledCallsSay(drainsFirst: Bool) async throws {
        let place = try Workplace(jobs: 3, concurrency: 3)
        let stage = Stage { claim in
            switch claim.picture {
            case "0.jpg": .notSent("stopped")
            case "1.jpg": .unanswered
            default: claim.caption
            }
        }
        let runner = try place.runner(beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        await stage.calls(3)
        if drainsFirst { await runner.drain() }
        await runner.giveUp()
        #expect(await end.isInterrupted)
        #expect(try place.show(0).attempts.map(\.phase) == [.released])
        #expect(try place.show(1).attempts.map(\.phase) == [.unknown])
        #expect(try place.captions() == ["2.jpg": "caption of 2.jpg"])
    }

    @Test func drainingForTooLongIsGivingUp() async throws {
        let place = try Workplace(jobs: 2, concurrency: 2)
        let stage = Stage { $0.picture == "0.jpg" ? .unanswered : .notSent("stopped") }
        let runner = try place.runner(drainTimeout: .milliseconds(30), beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        await stage.calls(2)
        await runner.drain()
        #expect(await end.isInterrupted)
        #expect(try place.show(0).attempts.map(\.phase) == [.unknown])
        #expect(try place.show(1).attempts.map(\.phase) == [.released])
    }

    @Test func stoppingAfterTheEndDoesNothing() async throws {
        let place = try Workplace(jobs: 1)
        let runner = try place.runner(beat: .milliseconds(5)) { $0.caption }
        #expect(await runner.run().isFinished)
        let events = place.log.events.count
        await runner.drain()
        await runner.giveUp()
        #expect(place.log.events.count == events)
    }

    @Test func aRunnerThatEndedIsFreed() async throws {
        let place = try Workplace(jobs: 3)
        weak var runner: Runner?
        do {
            let strong = try place.runner { $0.caption }
            runner = strong
            #expect(await strong.run().isFinished)
        }
        // The last block of its queue lets go of it.
        while runner != nil { await Task.yield() }
    }
}
