import CutlineCore
import CutlineQueue
import Synchronization
import Testing

@testable import CutlineRunner

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite(.timeLimit(.minutes(5))) struct RunningTests {
    @Test func everyJobGetsItsCaption() async throws {
        let place = try Workplace(jobs: 50)
        let end = try await place.runner { $0.caption }.run()
        #expect(end.isFinished)
        #expect(try place.captions() == Dictionary(uniqueKeysWithValues: (0..<50).map { ("\($0).jpg", "caption of \($0).jpg") }))
    }

    @Test func nothingToDoIsFinishedAtOnceAndCallsNobody() async throws {
        let place = try Workplace()
        let stage = Stage()
        let end = try await place.runner(beat: Workplace.noBeat, call: stage.call).run()
        #expect(end.isFinished)
        #expect(stage.seen.isEmpty)
    }

    @Test func onlyTheBatchInScopeIsWorkedOn() async throws {
        let place = try Workplace(jobs: 3)
        let other = try place.openBatch("other", concurrency: 8)
        try place.add(0..<2, to: other)
        let end = try await place.runner(scope: .batch(other)) { $0.caption }.run()
        #expect(end.isFinished)
        #expect(try place.status(other).count(.succeeded) == 2)
        #expect(try place.count(.queued) == 3)
    }

    @Test(arguments: [(told: 3, callLimit: 100), (told: 100, callLimit: 3), (told: 1, callLimit: 1), (told: 5, callLimit: 5)])
    func everySlotIsUsedAndNoneTwice(told: Int, callLimit: Int) async throws {
        let place = try Workplace(jobs: 20, concurrency: told)
        let stage = Stage()
        let runner = try place.runner(callLimit: callLimit, beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        let slots = min(told, callLimit)
        // One at a time: as long as there is work, an ended call makes room for another one.
        for answered in 0..<20 { stage.answer(await stage.calls(min(slots, 20 - answered)).prefix(1)) }
        #expect(await end.isFinished)
        #expect(stage.mostInFlight == slots)
        #expect(Set(stage.seen.map(\.job)).count == 20)
    }

    @Test func answersThatArriveTogetherShareATurn() async throws {
        let place = try Workplace(jobs: 64)
        let stage = Stage()
        let runner = try place.runner(beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(64)
        let before = try place.commits()
        stage.answer(claims)
        #expect(await end.isFinished)
        // One or two on an idle machine; an answer each would be 64.
        #expect(try place.commits() - before <= 16)
        #expect(try place.count(.succeeded) == 64)
    }

    #if os(Linux)
        /// In a process of its own, for the suites beside this one have threads, too.
        @Test func aThousandCallsInFlightNeedNoThreadsOfTheirOwn() async throws {
            await #expect(processExitsWith: .success) {
                let place = try Workplace(jobs: 1_000, concurrency: 1_000)
                let stage = Stage()
                let runner = try place.runner(beat: Workplace.noBeat, call: stage.call)
                let before = try Self.threads()
                async let end = runner.run()
                let claims = await stage.calls(1_000)
                #expect(try Self.threads() - before < 12)
                stage.answer(claims)
                #expect(await end.isFinished)
            }
        }

        private static func threads() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
    #endif

    @Test func twoRunnersShareOneQueueAndOneLimit() async throws {
        let place = try Workplace(jobs: 200, concurrency: 10)
        let crowd = Crowd()
        let first = try place.runner("one", beat: .milliseconds(10), call: crowd.call)
        let second = try place.runner("two", on: try place.anotherQueue(), beat: .milliseconds(10), call: crowd.call)
        async let ends = [first.run(), second.run()]
        for end in await ends { #expect(end.isFinished) }
        #expect(crowd.calls == 200)
        #expect(crowd.most <= 10)
        #expect(try place.status().attempts == 200)
        #expect(try place.count(.succeeded) == 200)
    }

    @Test func aRunnerThatWaitsForAnotherProcessHardlyWrites() async throws {
        let place = try Workplace(jobs: 1)
        let other = try place.startWorker("other")
        let claim = try place.claim(1, by: other)[0]
        let runner = try place.runner(beat: .milliseconds(10)) { _ in .notSent("nobody should ask") }
        async let end = runner.run()
        await place.log.beats(1)
        let (before, firstBeat) = (try place.commits(), place.log.beatsSoFar)
        await place.log.beats(30)
        // A sign of life every tenth beat.
        let commits = try place.commits() - before
        #expect(commits <= (place.log.beatsSoFar - firstBeat) / 10 + 1)
        try settle(claim, by: other, at: place)
        #expect(await end.isFinished)
    }

    /// In another process, so that the runner has to notice it.
    private func settle(_ claim: Claim, by worker: Worker, at place: Workplace) throws {
        let settlement = Settlement(attempt: claim.attempt, outcome: claim.caption, latency: .zero, endedAt: place.clock.now())
        let request = TurnRequest(
            settlements: [settlement], claimLimit: 0, scope: .all, lease: .zero, now: place.clock.now, jitter: { 0 })
        _ = try place.anotherQueue().turn(worker, request)
    }
}

/// Answers at once, after a moment for others, and counts who is in flight.
private final class Crowd: Sendable {
    private let state = Mutex((now: 0, most: 0, calls: 0))

    var most: Int { state.withLock { $0.most } }
    var calls: Int { state.withLock { $0.calls } }

    @Sendable func call(_ claim: Claim) async -> Outcome {
        state.withLock { state in
            state.now += 1
            state.calls += 1
            state.most = max(state.most, state.now)
        }
        await Task.yield()
        state.withLock { $0.now -= 1 }
        return claim.caption
    }
}
