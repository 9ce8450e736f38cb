import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct SampleTests {
    /// Fingerprints in the order 9, 8, … while numbers rise: the two orders cannot be mistaken for each other.
    private func make(_ count: Int) throws -> Fixture {
        let fixture = try Fixture.make()
        try fixture.add(falling: 0..<count)
        return fixture
    }

    private func sample(_ fixture: Fixture, _ count: Int) throws -> Scope {
        .jobs([fixture.batch: try fixture.queue.reader.sample(of: fixture.batch, count: count)])
    }

    private func finish(_ scope: Scope, of fixture: Fixture, _ outcome: Outcome = .text("a", cost: 5)) throws {
        for claim in try fixture.turn(claiming: 99, in: scope).claims { try fixture.settle(claim, outcome) }
    }

    @Test func sampleIsTheFirstInTheOrderOfFingerprints() throws {
        let fixture = try make(9)
        #expect(try fixture.queue.reader.sample(of: fixture.batch, count: 3).map(\.number) == [9, 8, 7])
        #expect(try fixture.queue.reader.sample(of: fixture.batch, count: 99).count == 9)
    }

    @Test func sampleStaysWhenPicturesAreAdded() throws {
        let fixture = try make(9)
        let before = try fixture.queue.reader.sample(of: fixture.batch, count: 3)
        try fixture.add(.make(500), .make(501))
        #expect(try fixture.queue.reader.sample(of: fixture.batch, count: 3) == before)
    }

    @Test func sampleLeavesOutWhatNobodyAsksFor() throws {
        let fixture = try make(9)
        _ = try fixture.queue.cancel(JobSelection(jobs: [JobID(8)]), now: .start)
        #expect(try fixture.queue.reader.sample(of: fixture.batch, count: 3).map(\.number) == [9, 7, 6])
    }

    @Test func onlyTheSampleIsClaimed() throws {
        let fixture = try make(9)
        let turn = try fixture.turn(claiming: 99, in: sample(fixture, 3))
        #expect(turn.claims.map(\.job.number) == [9, 8, 7])
        #expect(turn.remaining == 3 && turn.queued == 0)
        #expect(try fixture.turn(claiming: 99, in: sample(fixture, 3)).claims.isEmpty)
        #expect(try fixture.claim(99).count == 6)
    }

    @Test func aSampleIsClaimedPieceByPiece() throws {
        let fixture = try make(9)
        let scope = try sample(fixture, 5)
        #expect(try fixture.turn(claiming: 2, in: scope).claims.map(\.job.number) == [9, 8])
        #expect(try fixture.turn(claiming: 2, in: scope).claims.map(\.job.number) == [7, 6])
        #expect(try fixture.turn(claiming: 2, in: scope).claims.map(\.job.number) == [5])
    }

    @Test func whatIsCaptionedCounts() throws {
        let fixture = try make(9)
        try finish(sample(fixture, 3), of: fixture)
        let turn = try fixture.turn(claiming: 99, in: sample(fixture, 3))
        #expect(turn.claims.isEmpty && turn.remaining == 0)
        #expect(try fixture.turn(claiming: 99, in: sample(fixture, 4)).claims.map(\.job.number) == [6])
    }

    @Test func statusOfASampleCountsItAlone() throws {
        let fixture = try make(9)
        try finish(sample(fixture, 2), of: fixture)
        try finish(sample(fixture, 3), of: fixture, .permanent)
        try finish(.jobs([fixture.batch: [JobID(1)]]), of: fixture)
        let status = try #require(try fixture.queue.reader.batchStatuses(in: sample(fixture, 4)).first)
        #expect(status.jobs.filter { $0.value > 0 } == [.succeeded: 2, .failed: 1, .queued: 1])
        #expect(status.usage.inputTokens == 200 && status.usage.cost == Money(nanodollars: 10))
        #expect(status.attempts == 3 && status.failedAttempts == 1)
        #expect(try fixture.status().count(.succeeded) == 3)
        let causes = try fixture.queue.reader.causes(of: fixture.batch, .failed, in: sample(fixture, 4))
        #expect(causes.counts == [.imageRejected: 1])
        #expect(try fixture.queue.reader.causes(of: fixture.batch, .failed, in: sample(fixture, 2)) == Causes())
    }

    /// Counted from the same rows, a sample of everything is the batch.
    @Test func statusOfAllJobsIsTheBatchs() throws {
        let fixture = try make(6)
        for outcome in [Outcome.text("a", cost: 5), .permanent, .transient, .unanswered, .notSent("x")] {
            try fixture.settle(fixture.claimOne(), outcome)
        }
        #expect(try fixture.queue.reader.batchStatuses(in: sample(fixture, 99)) == fixture.queue.reader.batchStatuses())
    }

    /// A job of a sample is asked again like any other, and what was set aside is no duplicate there either.
    @Test func sampleIsAskedAgain() throws {
        let fixture = try make(3)
        try fixture.queue.adjust(
            .all, limits: Limits(), maxAttempts: nil, onUnknown: nil,
            checks: CheckRules(retried: [.refusal], retries: 1, retryPrompt: "Describe."), now: .start)
        let scope = try sample(fixture, 2)
        try finish(scope, of: fixture, .text("I'm sorry, but I can't help with that.", cost: 5))
        let status = try #require(try fixture.queue.reader.batchStatuses(in: scope).first)
        #expect(status.duplicateCaptions == 0 && status.flags == [:] && status.flaggedCaptions == 0)
        let again = try fixture.turn(claiming: 99, in: scope).claims
        #expect(again.map(\.n) == [2, 2] && again.allSatisfy { $0.request.prompt.hasSuffix("\n\nDescribe.") })
        try fixture.settle(again[0], .text("I'm sorry, but I can't help with that.", cost: 5))
        try fixture.settle(again[1], .text("A boat.", cost: 5))
        let ended = try #require(try fixture.queue.reader.batchStatuses(in: scope).first)
        #expect(ended.flags == [.refusal: 1] && ended.flaggedCaptions == 1)
        #expect(try fixture.queue.reader.batchStatuses(in: sample(fixture, 99)) == fixture.queue.reader.batchStatuses())
        #expect(try fixture.queue.reader.batchStatuses(in: .jobs([fixture.batch: [again[1].job]])).map(\.flags) == [[:]])
    }

    @Test func otherBatchesAreLeftAlone() throws {
        let fixture = try make(3)
        let other = try fixture.queue.openBatch(
            .make("late", provider: "other"), policy: RetryPolicy(), limits: Limits(concurrency: 9), now: .start)
        _ = try fixture.queue.add([.make(1)], to: other, now: .start)
        try fixture.settle(fixture.claimOne(), .failed(.unauthorized, status: 401))
        let scope = try sample(fixture, 3)
        #expect(try fixture.turn(claiming: 9, in: scope).stops.map(\.lane) == ["simulator"])
        try fixture.queue.resumeLanes(scope)
        #expect(try fixture.turn(claiming: 9, in: scope).claims.map(\.batch) == [fixture.batch, fixture.batch, fixture.batch])
    }

    @Test func jobsAreFoundByTheirFingerprints() throws {
        let fixture = try make(4)
        #expect(try fixture.queue.reader.jobs(of: [.falling(2), .make(1), .falling(0)], in: fixture.batch) == [JobID(3), JobID(1)])
    }
}

extension Fixture {
    fileprivate func add(falling numbers: Range<Int>) throws {
        let drafts = numbers.map { number in
            var draft = JobDraft.make(number)
            draft.fingerprint = .falling(number)
            return draft
        }
        _ = try queue.add(drafts, to: batch, now: .start)
    }
}

extension Fingerprint {
    /// Less for higher numbers, and less than every `make`.
    fileprivate static func falling(_ number: Int) -> Fingerprint {
        Fingerprint(bytes: [0, UInt8(255 - number)] + Array(repeating: 7, count: 30))
    }
}
