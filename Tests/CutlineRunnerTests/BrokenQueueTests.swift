import CutlineCore
import CutlineQueue
import TestQueues
import Testing

@testable import CutlineRunner

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A table that went away is a queue that cannot be written, for a worker as for a full disk.
@Suite(.timeLimit(.minutes(15))) struct BrokenQueueTests {
    private static let breaking = "ALTER TABLE attempts RENAME TO away"
    private static let complaint = TestServer.url == nil ? "no such table" : "does not exist"
    private static let mending = "ALTER TABLE away RENAME TO attempts"

    @Test func answersThatTheQueueWillNotTakeAreBroughtInByTheNextRun() async throws {
        let harness = try RunnerHarness(jobs: 3)
        let provider = ManualProvider()
        let runner = try harness.runner("one", beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(3)
        try harness.tamper(Self.breaking)
        provider.answer(claims)
        let failure = try #require(await end.failure)
        #expect("\(failure.error)".contains(Self.complaint))
        #expect(failure.saved == harness.rescueFile.string)
        #expect(harness.savedAnswers() == 3)

        try harness.tamper(Self.mending)
        let nobody = ManualProvider()
        let next = try await harness.runner("two", on: try harness.anotherQueue(), call: nobody.call).run()
        #expect(next.isFinished)
        #expect(nobody.seen.isEmpty)
        #expect(try harness.captions().count == 3)
        #expect(harness.log.events.contains { if case .replayed(let replayed) = $0 { replayed.broughtIn == 3 } else { false } })
        #expect(!FileManager.default.fileExists(atPath: harness.rescueFile.string))
    }

    @Test func anAnswerIsSavedAtOnceThoughOthersAreStillAwaited() async throws {
        let harness = try RunnerHarness(jobs: 2)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: .milliseconds(5), call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(2)
        try harness.tamper(Self.breaking)
        provider.answer(claims.prefix(1))
        await harness.log.first { $0.inFlight == 1 }
        #expect(harness.savedAnswers() == 1)
        try harness.tamper(Self.mending)
        provider.answer(claims.suffix(1))
        let failure = try #require(await end.failure)
        #expect(failure.saved == harness.rescueFile.string)
        // The queue took the second one again.
        #expect(try harness.captions().count == 1)
        #expect(harness.savedAnswers() == 1)
    }

    @Test func answersThatCanBeSavedNowhereAreTheErrorThatIsTold() async throws {
        let harness = try RunnerHarness(jobs: 2)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(2)
        try harness.tamper(Self.breaking)
        harness.folder.write("queue.db.rescue.jsonl/occupied", text: "")
        provider.answer(claims)
        let failure = try #require(await end.failure)
        let lost = try #require(failure.error as? LostAnswers)
        #expect(lost.count == 2)
        #expect(lost.description.contains(Self.complaint))
        #expect(failure.saved == nil)
    }

    @Test func aQueueThatIsBrokenFromTheStartCallsNobody() async throws {
        let harness = try RunnerHarness(jobs: 2)
        let provider = ManualProvider()
        let runner = try harness.runner(call: provider.call)
        try harness.tamper(Self.breaking)
        let failure = try #require(await runner.run().failure)
        #expect(failure.saved == nil)
        #expect(provider.seen.isEmpty)
    }

    @Test func aQueueThatBreaksWhileNothingEndsIsFoundOutByTheBeat() async throws {
        let harness = try RunnerHarness(jobs: 1)
        let provider = ManualProvider()
        let runner = try harness.runner(beat: .milliseconds(5), call: provider.call)
        async let end = runner.run()
        let claims = await provider.calls(1)
        try harness.tamper(Self.breaking)
        await harness.log.beats(6)
        try harness.tamper(Self.mending)
        provider.answer(claims)
        let failure = try #require(await end.failure)
        #expect(failure.saved == nil)
        #expect(try harness.captions().count == 1)
    }

    /// Not the queue fails, but one row: the answer was paid for all the same.
    @Test func anAnswerThatTheSchemaRefusesIsSaved() async throws {
        let harness = try RunnerHarness(jobs: 2)
        let isOnServer = TestServer.url != nil
        try harness.tamper(
            isOnServer
                ? "ALTER TABLE captions ADD CONSTRAINT picky CHECK (job <> 1) NOT VALID"
                : "CREATE TRIGGER picky BEFORE INSERT ON captions WHEN NEW.job = 1 BEGIN SELECT RAISE(ABORT, 'picky'); END")
        let provider = ManualProvider()
        let runner = try harness.runner("one", beat: RunnerHarness.noBeat, call: provider.call)
        async let end = runner.run()
        provider.answer(await provider.calls(2))
        await harness.log.first { $0.effect == .accepted }
        await runner.drain()
        #expect(await end.isInterrupted)
        #expect(harness.savedAnswers() == 1)

        try harness.tamper(isOnServer ? "ALTER TABLE captions DROP CONSTRAINT picky" : "DROP TRIGGER picky")
        let next = try await harness.runner("two", on: try harness.anotherQueue()) { _ in .notSent("nobody should ask") }.run()
        #expect(next.isFinished)
        #expect(try harness.captions().count == 2)
    }
}
