import CutlineCore
import Testing

@testable import CutlineQueue

@Suite struct ReuseTests {
    /// A batch with three captions, one of them dear, and a failure; and another one that asks the same.
    private func fixture() throws -> (fixture: Fixture, second: BatchID) {
        let fixture = try Fixture.make(pictures: 0..<4)
        let outcomes: [Outcome] = [.text("a", cost: 50), .text("b"), .text("c"), .permanent]
        for (claim, outcome) in zip(try fixture.claim(4), outcomes) { try fixture.settle(claim, outcome) }
        return (fixture, try open(fixture))
    }

    private func open(_ fixture: Fixture, _ settings: BatchSettings = .make("second"), budget: BudgetChange = BudgetChange()) throws
        -> BatchID
    {
        try fixture.queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(), budget: budget, now: .start)
    }

    @discardableResult
    private func add(
        _ fixture: Fixture, _ pictures: Range<Int>, to batch: BatchID, use: CaptionSearch.Use = .takeOver
    ) throws -> (added: Added, elsewhere: CaptionsElsewhere) {
        var captions = try fixture.queue.reader.captionSearch(for: .make("second"), batch: batch, checks: CheckRules(), use: use)
        let added = try fixture.queue.add(pictures.map { .make($0) }, to: batch, &captions, now: .after(9))
        return (added, captions.found)
    }

    private func status(_ fixture: Fixture) throws -> BatchStatus { try fixture.queue.reader.batchStatuses()[1] }

    @Test func acceptedCaptionsAreTakenOverAndNothingElse() throws {
        let (fixture, second) = try fixture()
        let (added, elsewhere) = try add(fixture, 0..<6, to: second)
        #expect(added.new == 6 && added.reused == 3)
        #expect(elsewhere.jobs == 3 && elsewhere.cost == Money(nanodollars: 50) && elsewhere.batches.map(\.batch) == ["harbours"])
        let status = try status(fixture)
        #expect(status.count(.succeeded) == 3 && status.count(.queued) == 3 && status.reusedCaptions == 3)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func theSecondBatchHasNoCallNoUsageAndNoCost() throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<3, to: second)
        let status = try status(fixture)
        #expect(status.attempts == 0 && status.usage == Usage() && status.committed == Spending() && status.doubts.isEmpty)
        #expect(status.trend == CostTrend(cost: nil, captions: 0, priced: 0, finishedJobs: 0))
        #expect(try fixture.queue.reader.batchStatuses()[0].usage.cost == Money(nanodollars: 50))
        let records = try fixture.queue.records().filter { $0.batch == "second" }
        #expect(records.map(\.caption?.text) == ["a", "b", "c"] && records.allSatisfy { $0.reusedFrom == "harbours" && $0.latency == nil })
    }

    @Test func addingAgainChangesNothing() throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<6, to: second)
        let (added, elsewhere) = try add(fixture, 0..<6, to: second)
        #expect(added.known == 6 && added.reused == 0 && elsewhere.jobs == 0)
        #expect(try fixture.queue.number("SELECT count(*) FROM captions") == 6)
    }

    @Test func aChunkThatFailedLeavesNothingAndTheNextTimeBringsAll() throws {
        let (fixture, second) = try fixture()
        var captions = try fixture.queue.reader.captionSearch(for: .make("second"), batch: second, checks: CheckRules(), use: .takeOver)
        var chunks = [[JobDraft.make(0)], [.make(1)]][...]
        #expect(throws: MissingClaim.self) {
            try fixture.queue.add(to: second, &captions, now: .start) {
                guard let chunk = chunks.popFirst() else { throw MissingClaim() }
                return chunk
            }
        }
        #expect(try status(fixture).total == 0 && fixture.queue.reader.violations() == [])
        #expect(try add(fixture, 0..<3, to: second).added.reused == 3)
    }

    @Test func whatWaitsHereOrFailedHereIsServed() throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<3, to: second, use: .tell)
        for outcome in [Outcome.permanent, .transient] {
            try fixture.settle(try fixture.turn(claiming: 1, in: .batch(second)).claims[0], outcome)
        }
        #expect(try add(fixture, 0..<3, to: second).added.reused == 3)
        let status = try status(fixture)
        #expect(status.count(.succeeded) == 3 && status.attempts == 2)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aCallUnderWayIsLeftAloneAndACancelledJobToo() throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<2, to: second, use: .tell)
        let claim = try fixture.turn(claiming: 1, in: .batch(second)).claims[0]
        _ = try fixture.queue.cancel(JobSelection(jobs: fixture.queue.reader.jobIDs(named: "1.jpg", batch: second)), now: .start)
        #expect(try add(fixture, 0..<2, to: second).added.reused == 0)
        #expect(try fixture.settle(claim, .text("later")) == .accepted)
    }

    /// The answer of a call that was given up is a second caption.
    @Test func anAnswerThatComesLateIsADuplicate() throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<1, to: second, use: .tell)
        let claim = try fixture.turn(claiming: 1, in: .batch(second)).claims[0]
        try fixture.settle(claim, .unanswered)
        #expect(try add(fixture, 0..<1, to: second).added.reused == 1)
        #expect(try fixture.settle(claim, .text("late")) == .duplicate)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aBudgetIsNotTouched() throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<3, to: second)
        var settings = BatchSettings.make("second")
        settings.profile.prices = ["sim-1": Price(inputPerMillion: Money(nanodollars: 1_000_000_000), outputPerMillion: .zero)]
        _ = try open(fixture, settings, budget: BudgetChange(maxCost: .at(Money(nanodollars: 1_000_000_000))))
        let status = try status(fixture)
        #expect(status.committed == Spending() && status.setAsideCalls == SetAsideCalls())
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aSampleCountsWhatWasTakenOver() throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<6, to: second)
        let sample = Scope.jobs([second: try fixture.queue.reader.sample(of: second, count: 99)])
        #expect(try fixture.queue.reader.batchStatuses(in: sample) == [status(fixture)])
    }

    @Test func otherBatchesAreNotLookedInto() throws {
        let (fixture, _) = try fixture()
        for settings in [
            BatchSettings.make("x", provider: "other"), .make("x", model: "sim-2"), .make("x", system: "s"),
            .make("x", parameters: Parameters(maxTokens: 9)),
        ] {
            #expect(try fixture.queue.reader.captionSearch(for: settings, batch: nil, checks: CheckRules(), use: .tell).isEmpty)
        }
        // The prompt is part of each job's fingerprint.
        let search = try fixture.queue.reader.captionSearch(for: .make("x", prompt: "p"), batch: nil, checks: CheckRules(), use: .tell)
        #expect(!search.isEmpty)
    }

    @Test(arguments: [
        ("UPDATE counts SET reused = 7 WHERE batch = 2", "reused of batch \"second\": kept 7, counted 3"),
        (
            "UPDATE attempts SET reused_from = 2 WHERE reused_from = 1",
            "a caption that was taken over is what its call brought: 1, the first is attempt 5"
        ),
    ])
    func doctorSeesWhatIsWrong(sql: String, violation: String) throws {
        let (fixture, second) = try fixture()
        try add(fixture, 0..<3, to: second)
        try fixture.queue.execute(sql)
        #expect(try fixture.queue.reader.violations().map(\.description) == [violation])
    }
}
