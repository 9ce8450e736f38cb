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

@Suite(.timeLimit(.minutes(15))) struct RunningTests {
    @Test func everyJobGetsItsCaption() async throws {
        let harness = try RunnerHarness(jobs: 50)
        let end = try await harness.runner { $0.caption }.run()
        #expect(end.isFinished)
        #expect(try harness.captions() == Dictionary(uniqueKeysWithValues: (0..<50).map { ("\($0).jpg", "caption of \($0).jpg") }))
    }

    @Test func nothingToDoIsFinishedAtOnceAndCallsNobody() async throws {
        let harness = try RunnerHarness()
        let provider = ManualProvider()
        let end = try await harness.runner(beat: RunnerHarness.noBeat, call: provider.call).run()
        #expect(end.isFinished)
        #expect(provider.seen.isEmpty)
    }

    @Test func onlyTheBatchInScopeIsWorkedOn() async throws {
        let harness = try RunnerHarness(jobs: 3)
        let other = try harness.openBatch("other", concurrency: 8)
        try harness.add(0..<2, to: other)
        let end = try await harness.runner(scope: .batch(other)) { $0.caption }.run()
        #expect(end.isFinished)
        #expect(try harness.status(other).count(.succeeded) == 2)
        #expect(try harness.count(.queued) == 3)
    }

    @Test(arguments: [(told: 3, callLimit: 100), (told: 100, callLimit: 3), (told: 1, callLimit: 1), (told: 5, callLimit: 5)])
    func everySlotIsUsedAndNoneTwice(told: Int, callLimit: Int) async throws {
        let harness = try RunnerHarness(jobs: 20, concurrency: told)
        let provider = ManualProvider()
        let runner = try harness.runner(callLimit: callLimit, beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let slots = min(told, callLimit)
        // One at a time: as long as there is work, an ended call makes room for another one.
        for answered in 0..<20 { provider.answer(await provider.calls(min(slots, 20 - answered)).prefix(1)) }
        #expect(await end.isFinished)
        #expect(provider.mostInFlight == slots)
        #expect(Set(provider.seen.map(\.job)).count == 20)
    }

    @Test func answersThatArriveTogetherShareATurn() async throws {
        let harness = try RunnerHarness(jobs: 64)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(64)
        let before = try harness.commits()
        provider.answer(claims)
        #expect(await end.isFinished)
        // One or two on an idle machine; an answer each would be 64.
        #expect(try harness.commits() - before <= 16)
        #expect(try harness.count(.succeeded) == 64)
    }

    #if os(Linux)
        /// In a process of its own, for the suites beside this one have threads, too.
        @Test func aThousandCallsInFlightNeedNoThreadsOfTheirOwn() async throws {
            await #expect(processExitsWith: .success) {
                let harness = try RunnerHarness(jobs: 1_000, concurrency: 1_000)
                let provider = ManualProvider()
                let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
                let before = try Self.threads()
                async let end = runner.run()
                let claims = await provider.calls(1_000)
                #expect(try Self.threads() - before < 12)
                provider.answer(claims)
                #expect(await end.isFinished)
            }
        }

        private static func threads() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
    #endif

    @Test func twoRunnersShareOneQueueAndOneLimit() async throws {
        let harness = try RunnerHarness(jobs: 200, concurrency: 10)
        let provider = CountingProvider()
        let first = try harness.runner("one", beat: .milliseconds(10), call: provider.call)
        let second = try harness.runner("two", on: try harness.anotherQueue(), beat: .milliseconds(10), call: provider.call)
        async let ends = [first.run(), second.run()]
        for end in await ends { #expect(end.isFinished) }
        #expect(provider.calls == 200)
        #expect(provider.most <= 10)
        #expect(try harness.status().attempts == 200)
        #expect(try harness.count(.succeeded) == 200)
    }

    @Test func aRunnerThatWaitsForAnotherProcessHardlyWrites() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let other = try harness.startWorker("other")
        let claim = try harness.claim(1, by: other)[0]
        let runner = try harness.runner(beat: .milliseconds(10)) { _ in .notSent("nobody should ask") }
        async let end = runner.run()
        await harness.log.beats(1)
        let (before, firstBeat) = (try harness.commits(), harness.log.beatsSoFar)
        await harness.log.beats(30)
        // A sign of life every tenth beat.
        let commits = try harness.commits() - before
        #expect(commits <= (harness.log.beatsSoFar - firstBeat) / 10 + 1)
        try settle(claim, by: other, at: harness)
        #expect(await end.isFinished)
    }

    /// In another process, so that the runner has to notice it.
    private func settle(_ claim: Claim, by worker: Worker, at harness: RunnerHarness) throws {
        let settlement = Settlement(attempt: claim.attempt, outcome: claim.caption, latency: .zero, endedAt: harness.clock.now())
        let request = TurnRequest(
            settlements: [settlement], claimLimit: 0, scope: .all, lease: .zero, now: harness.clock.now, jitter: { 0 })
        _ = try harness.anotherQueue().turn(worker, request)
    }
}

/// Answers at once, after a moment for others, and counts who is in flight.
private final class CountingProvider: Sendable {
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
