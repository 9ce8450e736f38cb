import CutlineCore
import CutlineQueue
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(5))) struct CrashTests {
    @Test func theNextRunTakesUpWhatADeadOneLeft() async throws {
        let place = try Workplace(jobs: 10, concurrency: 4)
        let (dead, stage) = (EventLog(), Stage())
        let zombie = try place.runner("dead", beat: Workplace.noBeat, log: dead, call: stage.call)
        Task { await zombie.run() }
        let open = await stage.calls(4)
        stage.answer(open.prefix(2))
        let left = await stage.calls(4)
        place.declareDead("dead")

        let end = try await place.runner("two", on: try place.anotherQueue()) { $0.caption }.run()
        #expect(end.isFinished)
        #expect(place.log.events.contains { $0.isRescued })
        #expect(try place.captions().count == 10)
        #expect(try place.status().unknownAttempts == left.count)
        #expect(try place.status().duplicateCaptions == 0)
        await zombie.giveUp()
    }

    /// A machine that slept: another worker declared this one dead, and it wakes up with answers in its hands.
    @Test func lateCaptionsOfOneDeclaredDeadAreKept() async throws {
        let place = try Workplace(jobs: 3, concurrency: 3)
        let stage = Stage()
        let sleeper = try place.runner("sleeper", beat: Workplace.noBeat, log: EventLog(), call: stage.call)
        async let end = sleeper.run()
        let claims = await stage.calls(3)
        place.declareDead("sleeper")
        let other = Stage()
        let rescuer = try place.runner("two", on: try place.anotherQueue(), beat: .milliseconds(10), call: other.call)
        async let rescued = rescuer.run()
        let repeated = await other.calls(3)

        other.answer(repeated.prefix(1))
        await place.log.first { $0.effect == .accepted }
        stage.answer(claims)
        let failure = try #require(await end.failure)
        #expect(failure.error as? QueueError == .workerGone)
        #expect(failure.saved == nil)
        #expect(try place.captions().count == 3)
        #expect(try place.status().duplicateCaptions == 1)

        other.answer(repeated.dropFirst())
        #expect(await rescued.isFinished)
        #expect(try place.status().duplicateCaptions == 3)
    }

    @Test func anExpiredLeaseIsTakenOverInABeat() async throws {
        let place = try Workplace(jobs: 1)
        let frozen = try place.startWorker("frozen")
        _ = try place.claim(1, by: frozen, lease: .seconds(30))
        let runner = try place.runner(beat: .milliseconds(5)) { $0.caption }
        async let end = runner.run()
        await place.log.beats(6)
        #expect(try place.count(.running) == 1)
        place.clock.leap(.seconds(31))
        #expect(await end.isFinished)
        let show = try place.show(0)
        #expect(show.attempts.map(\.phase) == [.unknown, .succeeded])
        // The job is claimed in the beat that rescued it, not in some later one.
        let events = place.log.events
        let sinceRescue = events.drop { !$0.isRescued }
        let next = sinceRescue.first { $0.isProgress || $0.effect == .accepted }
        #expect(next?.inFlight == 1 || next?.effect == .accepted)
    }

    @Test func whatALateWorkerFreesIsUsedByTheOthers() async throws {
        let place = try Workplace(jobs: 2, concurrency: 1)
        let other = try place.startWorker("other")
        let claim = try place.claim(1, by: other)[0]
        let runner = try place.runner(beat: .milliseconds(5)) { $0.caption }
        async let end = runner.run()
        await place.log.beats(3)
        #expect(try place.count(.queued) == 1)
        let settlement = Settlement(attempt: claim.attempt, outcome: claim.caption, latency: .zero, endedAt: place.clock.now())
        let request = TurnRequest(
            settlements: [settlement], claimLimit: 0, scope: .all, lease: .zero, now: place.clock.now, jitter: { 0 })
        _ = try place.anotherQueue().turn(other, request)
        #expect(await end.isFinished)
        #expect(try place.captions().count == 2)
    }
}
