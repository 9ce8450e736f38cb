import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue

/// Flags of captions, and jobs that are asked again because of them.
@Suite struct FlagTests {
    private static let refusal = Outcome.caption(Caption(text: "I'm sorry, but I can't help with that.", usage: usage(10)))
    private static let good = Outcome.caption(Caption(text: "A red boat on the sand.", usage: usage(7)))
    private static let cut = Outcome.caption(Caption(text: "A red boat on", finishReason: .length, usage: usage(100)))

    private static func usage(_ tokens: Int) -> Usage {
        Usage(inputTokens: 5, outputTokens: tokens, cost: Money(nanodollars: Int64(tokens)), costSource: .reported)
    }

    private static func fixture(_ rules: CheckRules = CheckRules(), pictures: Range<Int> = 0..<1) throws -> Fixture {
        let fixture = try Fixture.make(pictures: pictures)
        try fixture.set(rules)
        return fixture
    }

    private static func asking(_ flags: CaptionFlag..., times: Int? = nil, prompt: String? = nil) -> CheckRules {
        CheckRules(retried: flags, retries: times, retryPrompt: prompt)
    }

    @Test func captionsAreFlaggedAndKept() throws {
        let fixture = try Self.fixture(CheckRules(minWords: 3), pictures: 0..<3)
        let claims = try fixture.claim(3)
        #expect(try fixture.settle(claims[0], Self.refusal) == .accepted)
        #expect(try fixture.settle(claims[1], .caption(Caption(text: "A boat."))) == .accepted)
        #expect(try fixture.settle(claims[2], Self.good) == .accepted)
        #expect(try fixture.status().flags == [.refusal: 1, .tooShort: 1] && fixture.status().flaggedCaptions == 2)
        var cursor = RecordCursor()
        let records = try #require(try fixture.queue.reader.records(RecordSelection(), after: &cursor))
        #expect(records.map(\.caption?.flags) == [[.refusal], [.tooShort], []])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aDuplicateIsFlaggedAndNotCounted() throws {
        let fixture = try Self.fixture()
        let late = try fixture.claimOne()
        _ = try fixture.turn(at: .start + .seconds(400))
        _ = try fixture.queue.rescue(except: nil, now: .start + .seconds(400))
        let claim = try fixture.claimOne(at: .start + .seconds(401))
        #expect(try fixture.settle(claim, Self.good, at: .start + .seconds(402)) == .accepted)
        #expect(try fixture.settle(late, Self.refusal, at: .start + .seconds(403)) == .duplicate)
        #expect(try fixture.status().flags == [:] && fixture.status().duplicateCaptions == 1)
        #expect(try fixture.show("0.jpg").attempts.map(\.flags) == [[.refusal], []])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aFlaggedJobIsAskedAgainWithSomethingChanged() throws {
        let fixture = try Self.fixture(Self.asking(.refusal, prompt: "Answer in any case."))
        let first = try fixture.claimOne()
        #expect(try fixture.settle(first, Self.refusal) == .retries(after: .zero))
        #expect(try fixture.state(first) == .queued && fixture.status().flags == [:])
        let second = try fixture.claimOne()
        #expect(second.job == first.job && second.n == 2)
        #expect(second.request.prompt == first.request.prompt + "\n\nAnswer in any case." && second.request.parameters.temperature == 1)
        #expect(try fixture.settle(second, Self.good) == .accepted)
        let status = try fixture.status()
        #expect(status.flags == [:] && status.duplicateCaptions == 0 && status.attempts == 2 && status.failedAttempts == 0)
        #expect(status.usage.outputTokens == 17 && status.usage.cost == Money(nanodollars: 17))
        let shown = try fixture.show("0.jpg")
        #expect(shown.record.caption?.text == "A red boat on the sand." && shown.attempts.map(\.flags) == [[.refusal], []])
        #expect(shown.attempts[0].rejectedAnswer == "I'm sorry, but I can't help with that." && shown.attempts[0].duplicateCaption == nil)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func theBestIsAcceptedWhenTheTriesAreUsedUp() throws {
        let fixture = try Self.fixture(Self.asking(.refusal, .truncated, .tooShort))
        #expect(try fixture.settle(fixture.claimOne(), Self.cut) == .retries(after: .zero))
        #expect(try fixture.settle(fixture.claimOne(), Self.refusal) == .retries(after: .zero))
        #expect(try fixture.settle(fixture.claimOne(), Self.refusal) == .accepted)
        let shown = try fixture.show("0.jpg")
        #expect(shown.record.caption?.text == "A red boat on" && shown.record.caption?.flags == [.truncated])
        #expect(shown.record.caption?.usage.outputTokens == 100)
        #expect(try fixture.status().flags == [.truncated: 1] && fixture.status().duplicateCaptions == 0)
        #expect(try fixture.claim().isEmpty && fixture.queue.reader.violations() == [])
    }

    @Test func eachCutDoublesTheLimit() throws {
        let fixture = try Self.fixture(Self.asking(.truncated))
        let first = try fixture.claimOne()
        try fixture.settle(first, Self.cut)
        let second = try fixture.claimOne()
        #expect(second.request.parameters.maxTokens == 2 * (first.request.parameters.maxTokens ?? 100))
        #expect(second.request.parameters.temperature == first.request.parameters.temperature)
        #expect(
            try fixture.queue.number("SELECT estimated_tokens FROM attempts WHERE n = 2") > fixture.queue.number(
                "SELECT estimated_tokens FROM attempts WHERE n = 1") - 1)
    }

    @Test(arguments: [Failure(.imageRejected, "no", status: 400), Failure(.refused, "no", billed: .yes, usage: usage(3))])
    func aFailureAfterwardsDoesNotLoseTheCaption(failure: Failure) throws {
        let fixture = try Self.fixture(Self.asking(.refusal, times: 1))
        try fixture.settle(fixture.claimOne(), Self.refusal)
        #expect(try fixture.settle(fixture.claimOne(), .failure(failure)) == .accepted)
        #expect(try fixture.count(.succeeded) == 1 && fixture.count(.failed) == 0)
        #expect(try fixture.show("0.jpg").record.caption?.flags == [.refusal] && fixture.status().flags == [.refusal: 1])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func silenceAfterwardsDoesNotHoldTheJob() throws {
        let fixture = try Self.fixture(Self.asking(.refusal))
        try fixture.settle(fixture.claimOne(), Self.refusal)
        try fixture.queue.adjust(.all, limits: Limits(), maxAttempts: nil, onUnknown: .hold, now: .start)
        #expect(try fixture.settle(fixture.claimOne(), .unknown(Failure(.timeout, "late", billed: .unknown))) == .accepted)
        #expect(try fixture.count(.succeeded) == 1 && fixture.queue.reader.violations() == [])
    }

    @Test func aKilledWorkerChangesNothing() throws {
        let fixture = try Self.fixture(Self.asking(.refusal))
        try fixture.settle(fixture.claimOne(), Self.refusal)
        _ = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .start + .seconds(400))
        let third = try fixture.claimOne(at: .start + .seconds(401))
        #expect(third.n == 3 && third.request.parameters.temperature == 1)
        #expect(try fixture.settle(third, Self.refusal, at: .start + .seconds(402)) == .retries(after: .zero))
        let last = try fixture.claimOne(at: .start + .seconds(403))
        #expect(try fixture.settle(last, Self.refusal, at: .start + .seconds(404)) == .accepted)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aLateFlaggedCaptionIsSetAsideWithoutTakingTheJob() throws {
        let fixture = try Self.fixture(Self.asking(.refusal))
        let late = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .start + .seconds(400))
        let claim = try fixture.claimOne(at: .start + .seconds(401))
        #expect(try fixture.settle(late, Self.refusal, at: .start + .seconds(402)) == .fenced)
        #expect(try fixture.state(claim) == .running)
        #expect(try fixture.settle(claim, Self.good, at: .start + .seconds(403)) == .accepted)
        #expect(try fixture.status().duplicateCaptions == 0 && fixture.queue.reader.violations() == [])
    }

    @Test func aRefusalWithoutACaptionIsAskedAgainToo() throws {
        let fixture = try Self.fixture(Self.asking(.refusal, times: 1))
        let refused = Failure(.refused, "I cannot", billed: .yes, usage: Self.usage(3), answer: "I cannot")
        #expect(try fixture.settle(fixture.claimOne(), .failure(refused)) == .retries(after: .zero))
        #expect(try fixture.status().failedAttempts == 1)
        #expect(try fixture.settle(fixture.claimOne(), .failure(refused)) == .failed)
        #expect(try fixture.show("0.jpg").attempts.map(\.rejectedAnswer) == ["I cannot", "I cannot"])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func whoNoLongerWantsToAskTakesWhatThereIs() throws {
        let fixture = try Self.fixture(Self.asking(.refusal), pictures: 0..<2)
        let claims = try fixture.claim(2)
        try fixture.settle(claims[0], Self.refusal)
        #expect(try fixture.count(.succeeded) == 0)
        try fixture.set(CheckRules())
        #expect(try fixture.count(.succeeded) == 1 && fixture.count(.running) == 1 && fixture.status().flags == [.refusal: 1])
        #expect(try fixture.settle(claims[1], Self.refusal) == .accepted)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func rulesStayWhereWorkSaysNothing() throws {
        let fixture = try Self.fixture(CheckRules(minWords: 7, retried: [.refusal]))
        try fixture.queue.adjust(
            .all, limits: Limits(), maxAttempts: nil, onUnknown: nil, checks: CheckRules(maxWords: 9), now: .start)
        #expect(try fixture.queue.reader.batches()[0].checks == CheckRules(minWords: 7, maxWords: 9, retried: [.refusal]))
    }

    @Test func retryBeginsAnew() throws {
        let fixture = try Self.fixture(Self.asking(.refusal, times: 1))
        let refused = Outcome.failure(Failure(.refused, "no"))
        try fixture.settle(fixture.claimOne(), refused)
        try fixture.settle(fixture.claimOne(), refused)
        #expect(try fixture.queue.retry().count == 1)
        #expect(try fixture.claimOne().request.parameters.temperature == nil)
    }

    @Test func aRaisedLimitIsReserved() throws {
        let terms = BudgetTerms(Budget(maxTokens: 1_000_000), of: .make())
        let (usual, longer) = (CallSize(promptBytes: 10, images: 0), CallSize(promptBytes: 10, images: 0, outputTokens: 9_000))
        #expect(terms.most(of: longer).tokens - terms.most(of: usual).tokens == 9_000 - (terms.outputTokens ?? 4_096))
    }

    @Test func miscountedFlagsAreFound() throws {
        let fixture = try Self.fixture()
        try fixture.settle(fixture.claimOne(), Self.refusal)
        try fixture.queue.execute("UPDATE flag_counts SET count = 5 WHERE flag = 'refusal'")
        #expect(
            try fixture.queue.reader.violations()
                == [Violation(rule: "captions with the flag refusal of batch \"harbours\"", detail: "kept 5, counted 1")])
    }

    @Test func aCaptionThatWasSetAsideIsNeverOverwritten() throws {
        let fixture = try Self.fixture(Self.asking(.refusal))
        try fixture.settle(fixture.claimOne(), Self.refusal)
        for change in ["text = 'x'", "accepted = 1, text = 'x'", "set_aside = 0", "accepted = 1, flags = '[]'"] {
            #expect(throws: (any Error).self) { try fixture.queue.execute("UPDATE captions SET \(change)") }
        }
    }
}

extension Fixture {
    fileprivate func set(_ rules: CheckRules) throws {
        _ = try queue.openBatch(.make(), policy: RetryPolicy(), limits: Limits(concurrency: 10_000), checks: rules, now: .start)
    }
}
