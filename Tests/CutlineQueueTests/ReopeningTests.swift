import CutlineCore
import Testing

@testable import CutlineQueue

/// Captioned jobs that a person asks again: the caption stays until a better one comes.
@Suite struct ReopeningTests {
    private static let cut = Outcome.caption(Caption(text: "A red boat on", finishReason: .length, usage: Usage(outputTokens: 100)))
    private static let whole = Outcome.caption(Caption(text: "A red boat on the sand.", finishReason: .stop))
    private static let refusal = Outcome.caption(Caption(text: "I'm sorry, but I can't help with that.", finishReason: .stop))

    private static func reopened(_ first: Outcome = cut, _ flag: CaptionFlag = .truncated, maxTokens: Int? = 400) throws -> Fixture {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), first)
        let selection = JobSelection(batch: fixture.batch, flags: FlagSelection(wanted: [flag]))
        let moved =
            try maxTokens.map { try fixture.queue.retry(selection, with: JobChange(maxTokens: $0), now: .start) }
            ?? fixture.queue.retry(selection)
        #expect(moved.moved == [.succeeded: 1])
        #expect(try fixture.count(.queued) == 1 && fixture.queue.reader.violations() == [])
        return fixture
    }

    private func texts(_ fixture: Fixture) throws -> [String?] { try fixture.queue.records(.succeeded).map(\.caption?.text) }

    @Test func theBetterCaptionReplacesTheOldWhichIsKeptBesideIt() throws {
        let fixture = try Self.reopened()
        #expect(try texts(fixture) == ["A red boat on"] && fixture.status().flags == [.truncated: 1])
        let claim = try fixture.claimOne()
        #expect(claim.request.parameters.maxTokens == 400 && claim.n == 2)
        #expect(try fixture.settle(claim, Self.whole) == .accepted)
        #expect(try texts(fixture) == ["A red boat on the sand."])
        let status = try fixture.status()
        #expect(status.flags == [:] && status.duplicateCaptions == 0 && status.count(.succeeded) == 1)
        #expect(try fixture.show("0.jpg").attempts.map(\.rejectedAnswer) == ["A red boat on", nil])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aWorseCaptionIsKeptBesideTheOld() throws {
        let fixture = try Self.reopened()
        #expect(try fixture.settle(fixture.claimOne(), Self.refusal) == .accepted)
        #expect(try texts(fixture) == ["A red boat on"] && fixture.status().flags == [.truncated: 1])
        #expect(try fixture.show("0.jpg").attempts.map(\.rejectedAnswer) == [nil, "I'm sorry, but I can't help with that."])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func itCanBeAskedAgainAndAgain() throws {
        let fixture = try Self.reopened(Self.refusal, .refusal)
        try fixture.settle(fixture.claimOne(), Self.cut)
        _ = try fixture.queue.retry(JobSelection(flags: FlagSelection(wanted: [.truncated])))
        try fixture.settle(fixture.claimOne(), Self.whole)
        #expect(try texts(fixture) == ["A red boat on the sand."] && fixture.queue.reader.violations() == [])
    }

    @Test(arguments: [Outcome.permanent, .failed(.contentFiltered)])
    func aFailureLeavesTheOldCaption(outcome: Outcome) throws {
        let fixture = try Self.reopened()
        try fixture.settle(fixture.claimOne(), outcome)
        #expect(try fixture.count(.succeeded) == 1 && fixture.count(.failed) == 0 && texts(fixture) == ["A red boat on"])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func silenceLeavesTheOldCaption() throws {
        let fixture = try Self.reopened()
        try fixture.queue.adjust(.all, limits: Limits(), maxAttempts: nil, onUnknown: .hold, now: .start)
        try fixture.settle(fixture.claimOne(), .unanswered)
        #expect(try fixture.count(.succeeded) == 1 && texts(fixture) == ["A red boat on"] && fixture.queue.reader.violations() == [])
    }

    @Test func aCrashLeavesTheOldCaption() throws {
        let fixture = try Self.reopened()
        try fixture.queue.adjust(.all, limits: Limits(), maxAttempts: nil, onUnknown: .hold, now: .start)
        _ = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        #expect(try fixture.count(.succeeded) == 1 && texts(fixture) == ["A red boat on"] && fixture.queue.reader.violations() == [])
    }

    @Test(arguments: [false, true]) func cancellingBringsItBack(isRunning: Bool) throws {
        let fixture = try Self.reopened()
        let claim = isRunning ? try fixture.claimOne() : nil
        #expect(try fixture.queue.cancel(now: .start).count == 1)
        #expect(try fixture.count(.succeeded) == 1 && fixture.count(.cancelled) == 0 && fixture.queue.reader.violations() == [])
        if let claim { #expect(try fixture.settle(claim, Self.whole) == .duplicate) }
        #expect(try texts(fixture) == ["A red boat on"] && fixture.queue.reader.violations() == [])
    }

    @Test func holdingAndReleasingChangesNothing() throws {
        let fixture = try Self.reopened()
        _ = try (fixture.queue.hold(), fixture.queue.release())
        try fixture.settle(fixture.claimOne(), Self.whole)
        #expect(try texts(fixture) == ["A red boat on the sand."] && fixture.queue.reader.violations() == [])
    }

    @Test func anEditedPictureEndsTheAsking() throws {
        let fixture = try Self.reopened()
        try fixture.add(.make(9, key: "0.jpg", path: "/pictures/0.jpg"))
        #expect(try fixture.count(.succeeded) == 1 && fixture.count(.cancelled) == 0 && fixture.queue.reader.violations() == [])
    }

    @Test func aLateAnswerOfBeforeIsADuplicate() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let late = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        try fixture.settle(fixture.claimOne(at: .after(401)), Self.cut, at: .after(402))
        _ = try fixture.queue.retry(
            JobSelection(flags: FlagSelection(wanted: [.truncated])), with: JobChange(maxTokens: 9), now: .after(403))
        #expect(try fixture.settle(late, Self.whole, at: .after(404)) == .duplicate)
        #expect(try fixture.count(.queued) == 1 && fixture.queue.reader.violations() == [])
        #expect(try fixture.settle(fixture.claimOne(at: .after(405)), Self.whole, at: .after(406)) == .accepted)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func withoutAChangeTheCallIsChangedNevertheless() throws {
        let longer = try Self.reopened(maxTokens: nil)
        #expect(try longer.claimOne().request.parameters.maxTokens == 200)
        let otherwise = try Self.reopened(Self.refusal, .refusal, maxTokens: nil)
        #expect(try otherwise.claimOne().request.parameters.temperature == 1)
    }

    @Test func onlyTheFlagIsMeant() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let claims = try fixture.claim(3)
        for (claim, outcome) in zip(claims, [Self.cut, Self.refusal, Self.whole]) { try fixture.settle(claim, outcome) }
        let flags = FlagSelection(wanted: [.truncated, .refusal], unwanted: [.refusal])
        #expect(try fixture.queue.retry(JobSelection(flags: flags)).moved == [.succeeded: 1])
        #expect(try fixture.claim(9).map(\.job) == [claims[0].job])
    }

    @Test(arguments: [
        "UPDATE captions SET accepted = 0, set_aside = 1", "UPDATE captions SET accepted = 0",
        "UPDATE jobs SET state = 'queued', finished_at = NULL",
    ])
    func onlyAPersonTakesACaptionFromAJob(sql: String) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), Self.cut)
        #expect(throws: QueueError.self) { try fixture.queue.execute(sql) }
    }

    @Test func aCaptionThatGivesWayKeepsItsText() throws {
        let fixture = try Self.reopened()
        #expect(throws: QueueError.self) { try fixture.queue.execute("UPDATE captions SET accepted = 0, set_aside = 1, text = 'x'") }
        #expect(throws: QueueError.self) { try fixture.queue.execute("UPDATE jobs SET state = 'cancelled', finished_at = 1") }
    }
}
