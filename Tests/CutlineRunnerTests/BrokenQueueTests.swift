import CutlineCore
import CutlineQueue
import Testing

@testable import CutlineRunner

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A table that went away is a queue that cannot be written, for a worker as for a full disk.
@Suite(.timeLimit(.minutes(5))) struct BrokenQueueTests {
    private static let breaking = "ALTER TABLE attempts RENAME TO away"
    private static let mending = "ALTER TABLE away RENAME TO attempts"

    @Test func answersThatTheQueueWillNotTakeAreBroughtInByTheNextRun() async throws {
        let place = try Workplace(jobs: 3)
        let stage = Stage()
        let runner = try place.runner("one", beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(3)
        try place.tamper(Self.breaking)
        stage.answer(claims)
        let failure = try #require(await end.failure)
        #expect("\(failure.error)".contains("no such table"))
        #expect(failure.saved == place.rescueFile.string)
        #expect(place.savedAnswers() == 3)

        try place.tamper(Self.mending)
        let nobody = Stage()
        let next = try await place.runner("two", on: try place.anotherQueue(), call: nobody.call).run()
        #expect(next.isFinished)
        #expect(nobody.seen.isEmpty)
        #expect(try place.captions().count == 3)
        #expect(place.log.events.contains { if case .replayed(let replayed) = $0 { replayed.broughtIn == 3 } else { false } })
        #expect(!FileManager.default.fileExists(atPath: place.rescueFile.string))
    }

    @Test func anAnswerIsSavedAtOnceThoughOthersAreStillAwaited() async throws {
        let place = try Workplace(jobs: 2)
        let stage = Stage()
        let runner = try place.runner(beat: .milliseconds(5), call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(2)
        try place.tamper(Self.breaking)
        stage.answer(claims.prefix(1))
        await place.log.first { $0.inFlight == 1 }
        #expect(place.savedAnswers() == 1)
        try place.tamper(Self.mending)
        stage.answer(claims.suffix(1))
        let failure = try #require(await end.failure)
        #expect(failure.saved == place.rescueFile.string)
        // The queue took the second one again.
        #expect(try place.captions().count == 1)
        #expect(place.savedAnswers() == 1)
    }

    @Test func answersThatCanBeSavedNowhereAreTheErrorThatIsTold() async throws {
        let place = try Workplace(jobs: 2)
        let stage = Stage()
        let runner = try place.runner(beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(2)
        try place.tamper(Self.breaking)
        place.folder.write("queue.db.rescue.jsonl/occupied", text: "")
        stage.answer(claims)
        let failure = try #require(await end.failure)
        let lost = try #require(failure.error as? LostAnswers)
        #expect(lost.count == 2)
        #expect(lost.description.contains("no such table"))
        #expect(failure.saved == nil)
    }

    @Test func aQueueThatIsBrokenFromTheStartCallsNobody() async throws {
        let place = try Workplace(jobs: 2)
        let stage = Stage()
        let runner = try place.runner(call: stage.call)
        try place.tamper(Self.breaking)
        let failure = try #require(await runner.run().failure)
        #expect(failure.saved == nil)
        #expect(stage.seen.isEmpty)
    }

    @Test func aQueueThatBreaksWhileNothingEndsIsFoundOutByTheBeat() async throws {
        let place = try Workplace(jobs: 1)
        let stage = Stage()
        let runner = try place.runner(beat: .milliseconds(5), call: stage.call)
        async let end = runner.run()
        let claims = await stage.calls(1)
        try place.tamper(Self.breaking)
        await place.log.beats(6)
        try place.tamper(Self.mending)
        stage.answer(claims)
        let failure = try #require(await end.failure)
        #expect(failure.saved == nil)
        #expect(try place.captions().count == 1)
    }

    /// Not the queue fails, but one row: the answer was paid for all the same.
    @Test func anAnswerThatTheSchemaRefusesIsSaved() async throws {
        let place = try Workplace(jobs: 2)
        try place.tamper("CREATE TRIGGER picky BEFORE INSERT ON captions WHEN NEW.job = 1 BEGIN SELECT RAISE(ABORT, 'picky'); END")
        let stage = Stage()
        let runner = try place.runner("one", beat: Workplace.noBeat, call: stage.call)
        async let end = runner.run()
        stage.answer(await stage.calls(2))
        await place.log.first { $0.effect == .accepted }
        await runner.drain()
        #expect(await end.isInterrupted)
        #expect(place.savedAnswers() == 1)

        try place.tamper("DROP TRIGGER picky")
        let next = try await place.runner("two", on: try place.anotherQueue()) { _ in .notSent("nobody should ask") }.run()
        #expect(next.isFinished)
        #expect(try place.captions().count == 2)
    }
}
