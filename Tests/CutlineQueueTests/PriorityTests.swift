import CutlineCore
import Testing

@testable import CutlineQueue

/// Which jobs go first.
@Suite struct PriorityTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.make() }

    private static func drafts(_ first: Int, _ priorities: [Priority?]) -> [JobDraft] {
        priorities.enumerated().map { number, priority in
            var draft = JobDraft.make(first + number)
            draft.priority = priority
            return draft
        }
    }

    /// Numbers its jobs on from those that are there.
    @discardableResult
    private func batch(
        _ name: String, provider: String = "simulator", concurrency: Int = 10_000, _ priorities: [Priority?]
    ) throws -> BatchID {
        let batch = try fixture.queue.openBatch(
            .make(name, provider: provider), policy: RetryPolicy(), limits: Limits(concurrency: concurrency), now: .start)
        _ = try fixture.queue.add(Self.drafts(0, priorities), to: batch, now: .start)
        return batch
    }

    private func add(_ priorities: Priority?...) throws {
        _ = try fixture.queue.add(Self.drafts(0, priorities), to: fixture.batch, now: .start)
    }

    private func claimed(_ limit: Int = 99, in scope: Scope = .all, at now: Timestamp = .start) throws -> [Int] {
        try fixture.turn(claiming: limit, in: scope, at: now).claims.map { Int($0.job.number) }
    }

    private func priorities() throws -> [Int] {
        try fixture.queue.reader.read { try Int.fetchAll($0, sql: "SELECT priority FROM jobs ORDER BY id") }
    }

    // MARK: - In a batch

    @Test func jobsGoByPriorityAndThenInTheOrderInWhichTheyWereAdded() throws {
        try add(.low, nil, .high, .normal, .high, .low)
        #expect(try claimed() == [3, 5, 2, 4, 1, 6])
    }

    @Test func whatWasPutBackStaysWithinItsPriority() throws {
        try add(.high, .high, nil, nil, .low)
        try fixture.queue.execute("UPDATE jobs SET postponed = 3 WHERE id IN (1, 3)")
        #expect(try claimed() == [2, 1, 4, 3, 5])
    }

    @Test func aDudThatIsAskedAgainGoesBehindThoseOfItsPriorityAlone() throws {
        try add(.high, .high, nil)
        let dud = Outcome.failure(
            Failure(.emptyAnswer, "no text", status: 200, billed: .yes, usage: Usage(inputTokens: 1, outputTokens: 1)))
        #expect(try fixture.settle(fixture.claimOne(), dud) == .retries(after: .zero))
        #expect(try claimed() == [2, 1, 3])
    }

    @Test func whatComesBackKeepsItsPriority() throws {
        try add(.low, .high)
        let claims = try fixture.claim(2)
        for claim in claims { try fixture.settle(claim, .transient) }
        try add(.low, .high, nil)
        let new = try claimed()
        #expect(new.count == 1 && new[0] > 2)
        #expect(try claimed(at: .after(9)) == [2, 1])
    }

    @Test func theFarthestIsTheLastOfTheMostUrgentThatWereNeverPutBack() throws {
        try add(.high, .high, .high, nil, .low)
        try fixture.queue.execute("UPDATE jobs SET postponed = 1 WHERE id = 3")
        let found = try fixture.queue.reader.read { try Int.fetchAll($0, sql: ClaimStep.farthest, arguments: [1, 1]) }
        let sample = "[1, 2, 3, 4, 5]"
        let among = try fixture.queue.reader.read { try Int.fetchAll($0, sql: ClaimStep.farthestAmong, arguments: [sample, 1, 0]) }
        #expect(found == [2] && among == [2])
    }

    @Test func theQueueKeepsThreePrioritiesAndNoOther() throws {
        try add(nil)
        for number in [-2, 2] {
            #expect(throws: QueueError.self) { try fixture.queue.execute("UPDATE jobs SET priority = \(number)") }
        }
        try fixture.queue.execute("UPDATE jobs SET priority = -1")
    }

    // MARK: - Several batches of a lane

    @Test func aSmallUrgentBatchOvertakesALargeOneMidWay() throws {
        try add(nil, nil, nil, nil, nil)
        #expect(try claimed(2) == [1, 2])
        try batch("urgent", [.high, .high])
        #expect(try claimed(3) == [6, 7, 3])
        #expect(try claimed() == [4, 5])
    }

    @Test func batchesOfOnePriorityGoInTheOrderInWhichTheyWereMade() throws {
        try batch("first", [.low, .low])
        try batch("second", [.low, .low])
        try add(.low)
        #expect(try claimed() == [5, 1, 2, 3, 4])
    }

    @Test func aTurnGoesOverToAnotherBatchWhoseNextJobIsMoreUrgent() throws {
        try add(.high, nil, .low)
        try batch("second", [.high, nil, .low])
        try batch("third", [nil])
        #expect(try claimed() == [1, 4, 2, 5, 7, 3, 6])
    }

    /// Else the last job of one batch, which fails each look at an outage, would be the next one again and again.
    @Test func whatWasPutBackGoesBehindTheOtherBatchesToo() throws {
        try add(nil, nil, .low)
        try batch("second", [nil, nil, .low])
        try fixture.queue.execute("UPDATE jobs SET postponed = 1 WHERE id IN (1, 2, 4)")
        #expect(try claimed(2) == [5, 1])
        #expect(try claimed() == [2, 4, 3, 6])
    }

    /// More than are fetched at once.
    @Test func whatIsFetchedLaterMayBeLessUrgentThanAnotherBatch() throws {
        _ = try fixture.queue.add(Self.drafts(0, Array(repeating: .high, count: 256) + [.low, .low]), to: fixture.batch, now: .start)
        try batch("second", [nil, nil])
        #expect(try claimed(999).suffix(5) == [256, 259, 260, 257, 258])
    }

    @Test func aBatchWithoutReadyJobsHoldsNobodyBack() throws {
        try add(.high)
        try fixture.settle(fixture.claimOne(), .transient)
        try batch("second", [nil, nil])
        #expect(try claimed() == [2, 3])
        #expect(try claimed(at: .after(9)) == [1])
    }

    @Test func aBatchWhoseBudgetIsSpentHoldsNobodyBack() throws {
        let price = Price(inputPerMillion: Money(nanodollars: 1_000_000_000), outputPerMillion: Money(nanodollars: 1_000_000_000))
        let settings = BatchSettings(
            name: "capped", profile: Profile(name: "simulator", prices: ["gpt-4o": price]), model: "gpt-4o", prompt: "Describe.",
            parameters: Parameters(maxTokens: 100))
        let capped = try fixture.queue.openBatch(
            settings, policy: RetryPolicy(), limits: Limits(concurrency: 100), budget: BudgetChange(maxTokens: .at(5)), now: .start)
        _ = try fixture.queue.add(Self.drafts(0, [.high, .high]), to: capped, now: .start)
        try add(nil, nil)
        #expect(try claimed() == [3, 4])
    }

    @Test func aModelThatIsPausedHoldsNobodyBack() throws {
        let misspelt = try fixture.queue.openBatch(
            .make("misspelt", model: "gtp"), policy: RetryPolicy(), limits: Limits(concurrency: 100), now: .start)
        _ = try fixture.queue.add(Self.drafts(0, [.high, .high, .high]), to: misspelt, now: .start)
        try add(nil, nil)
        for claim in try fixture.claim(2) { try fixture.settle(claim, .failed(.modelNotFound, status: 404)) }
        #expect(try claimed().suffix(2) == [4, 5])
    }

    @Test func jobsAtOtherPlacesOfABatchGoByPriorityToo() throws {
        let list = [RouteDraft(profile: Profile(name: "second", limits: Limits(concurrency: 100)), model: "m2")]
        for name in ["first", "urgent"] {
            let batch = try fixture.queue.openBatch(
                .make(name), policy: RetryPolicy(maxAttempts: 1), limits: Limits(concurrency: 100), fallback: list, now: .start)
            _ = try fixture.queue.add(Self.drafts(0, name == "first" ? [nil, nil] : [.low, .high]), to: batch, now: .start)
        }
        let claims = try fixture.claim(9)
        #expect(claims.map(\.job.number) == [4, 1, 2, 3])
        for claim in claims { try fixture.settle(claim, .permanent) }
        let elsewhere = try fixture.claim(9)
        #expect(elsewhere.map(\.job.number) == [4, 1, 2, 3] && elsewhere.allSatisfy { $0.request.model == "m2" })
        #expect(try fixture.queue.reader.violations() == [])
    }

    // MARK: - Samples

    @Test func theJobsOfASampleGoByPriorityAndNoOthers() throws {
        try add(nil, .high, .low, .high, nil, .low)
        let sample = Scope.jobs([fixture.batch: [6, 5, 4, 3].map { JobID($0) }])
        #expect(try claimed(1, in: sample) == [4])
        let rest = try claimed(in: sample)
        #expect(rest.first == 5 && rest.dropFirst().sorted() == [3, 6])
    }

    @Test func samplesOfSeveralBatchesOfALaneGoByPriority() throws {
        try add(nil, nil, .high)
        let other = try batch("other", [nil, .high])
        #expect(try claimed(in: .jobs([fixture.batch: [JobID(1), JobID(2)], other: [JobID(4), JobID(5)]])) == [5, 1, 2, 4])
    }

    // MARK: - Several lanes

    @Test func aScarceClaimGoesToTheLaneWhoseNextJobIsMoreUrgent() throws {
        try add(nil, nil, nil)
        try batch("urgent", provider: "other", [.high, .high, nil, nil])
        #expect(try claimed(1) == [4])
        #expect(try claimed(4) == [5, 1, 6, 2])
    }

    @Test func lanesOfOnePriorityAreServedInRotation() throws {
        try add(.high, .high, .low)
        try batch("second", provider: "second", [.high, .high, nil])
        try batch("third", provider: "third", [nil, nil])
        #expect(try claimed() == [1, 4, 2, 5, 7, 6, 8, 3])
    }

    @Test func aLaneThatTakesNoMoreHoldsNobodyBack() throws {
        try add(nil, nil, .low)
        try batch("urgent", provider: "other", concurrency: 1, [.high, .high])
        let turn = try fixture.turn(claiming: 9)
        #expect(turn.claims.map(\.job.number) == [4, 1, 2, 3])
        #expect(turn.stops == [LaneStop(lane: "other", refusal: .slots)])
    }

    @Test func aPausedLaneHoldsNobodyBack() throws {
        try add(nil, nil)
        try batch("urgent", provider: "other", [.high, .high])
        try fixture.settle(fixture.claimOne(), .failed(.unauthorized, status: 401))
        #expect(try claimed() == [1, 2])
    }

    // MARK: - People's choice

    @Test func whatWaitsIsUnderWayOrHeldTakesAnotherPriority() throws {
        try add(nil, nil, nil, nil, nil, nil, nil)
        let claims = try fixture.claim(5)
        for (claim, outcome) in zip(claims, [.text("a"), .permanent, .transient] as [Outcome]) { try fixture.settle(claim, outcome) }
        _ = try fixture.queue.hold(JobSelection(jobs: [JobID(6)]))
        _ = try fixture.queue.cancel(JobSelection(jobs: [JobID(5)]), now: .start)
        let attempts = try fixture.queue.number("SELECT count(*) FROM attempts")
        let moved = try fixture.queue.prioritize(JobSelection(batch: fixture.batch), .high)
        // Captioned, failed, delayed, running, cancelled, held, ready.
        #expect(try priorities() == [0, 0, -1, -1, 0, -1, -1])
        #expect(moved.moved == [.queued: 2, .running: 1, .held: 1] && moved.left == [:])
        #expect(try fixture.queue.number("SELECT count(*) FROM attempts") == attempts)
        #expect(try fixture.queue.number("SELECT available_at IS NOT NULL AND failures = 1 FROM jobs WHERE id = 3") == 1)
        #expect(try fixture.queue.prioritize(JobSelection(batch: fixture.batch), .high).count == 0)
        try fixture.settle(claims[3], .transient)
        _ = try fixture.queue.add(Self.drafts(7, [nil]), to: fixture.batch, now: .start)
        try fixture.queue.execute("UPDATE jobs SET priority = 1 WHERE id = 7")
        #expect(try claimed(at: .after(9)) == [3, 4, 8, 7])
    }

    @Test(arguments: Priority.allCases) func everyWaitingJobIsMetAndCountedOnce(priority: Priority) throws {
        _ = try fixture.queue.add(
            Self.drafts(0, (0..<1_800).map { Priority.allCases[$0 % 3] }), to: fixture.batch, now: .start)
        try fixture.queue.execute("UPDATE jobs SET postponed = id % 4")
        #expect(try fixture.queue.prioritize(JobSelection(batch: fixture.batch), priority).moved == [.queued: 1_200])
        #expect(try Set(priorities()) == [priority.rawValue])
    }

    @Test func otherBatchesKeepTheirPriority() throws {
        try add(nil, nil)
        try batch("other", [nil, .low])
        _ = try fixture.queue.prioritize(JobSelection(batch: fixture.batch), .high)
        #expect(try priorities() == [-1, -1, 0, 1])
    }

    @Test func addingAgainLeavesThePriorityOfWhatWaits() throws {
        try add(.high, nil)
        try add(.low, .low, .low)
        #expect(try priorities() == [-1, 0, 1])
    }

    @Test func aJobThatComesBackTakesThePriorityThatIsSaid() throws {
        try fixture.add(.make(1, key: "a.jpg"))
        try fixture.add(.make(2, key: "a.jpg"))
        var back = JobDraft.make(1, key: "a.jpg")
        back.priority = .high
        try fixture.add(back)
        #expect(try priorities() == [-1, 0] && fixture.state(of: 1) == .queued)
    }

    @Test func whatIsSentInPlaceOfAChangedPictureHasItsPriority() throws {
        try add(.high)
        let file = PictureFile.make(9, at: "/pictures/0.jpg")
        _ = try fixture.settle(fixture.claimOne(), .changed(images: [.file(file)], fingerprint: .make(9)))
        #expect(try priorities() == [-1, -1])
    }

    @Test func showTellsThePriority() throws {
        try add(nil, .low)
        #expect(try fixture.show("0.jpg").priority == .normal && fixture.show("1.jpg").priority == .low)
    }

    // MARK: - Asking again

    @Test func failedJobsAreQueuedAgainWithThePriority() throws {
        try add(nil, nil, nil)
        for claim in try fixture.claim(2) { try fixture.settle(claim, .permanent) }
        let moved = try fixture.queue.retry(JobSelection(), with: JobChange(priority: .high), now: .start)
        #expect(moved.moved == [.failed: 2, .queued: 1])
        #expect(try priorities() == [-1, -1, -1])
        #expect(try fixture.queue.retry(JobSelection(), with: JobChange(priority: .high), now: .start).count == 0)
    }

    /// What is asked otherwise the second time must not be bought as it was the first time.
    @Test func whatIsQueuedKeepsItsTimeItsBudgetsAndItsChange() throws {
        try add(nil, nil)
        let claims = try fixture.claim(2)
        try fixture.settle(claims[0], .transient)
        let dud = Outcome.failure(
            Failure(.emptyAnswer, "no text", status: 200, billed: .yes, usage: Usage(inputTokens: 1, outputTokens: 1)))
        try fixture.settle(claims[1], dud)
        let columns = "SELECT available_at, failures, asked_again FROM jobs ORDER BY id"
        let before = "\(try fixture.queue.rows(columns))"
        #expect(try fixture.queue.retry(JobSelection(), with: JobChange(priority: .low), now: .start).moved == [.queued: 2])
        #expect(try "\(fixture.queue.rows(columns))" == before && priorities() == [1, 1])
    }

    @Test func captionedJobsAreNotBoughtAgain() throws {
        try add(nil, nil)
        try fixture.settle(fixture.claimOne(), .text("A boat."))
        #expect(try fixture.queue.retry(JobSelection(), with: JobChange(priority: .high), now: .start).moved == [.queued: 1])
        #expect(try fixture.count(.succeeded) == 1 && priorities() == [0, -1])
    }

    @Test func flaggedJobsThatAreAskedAgainAreAskedOtherwise() throws {
        try add(nil)
        try fixture.settle(fixture.claimOne(), .text("I'm sorry, but I can't help with that."))
        let flagged = JobSelection(flags: FlagSelection(wanted: [.refusal]))
        #expect(try fixture.queue.retry(flagged, with: JobChange(priority: .high), now: .start).moved == [.succeeded: 1])
        #expect(try fixture.queue.number("SELECT asked_again FROM jobs") == 1)
        #expect(try priorities() == [-1])
    }

    @Test func anotherChangeLeavesThePriority() throws {
        try add(.high)
        try fixture.settle(fixture.claimOne(), .permanent)
        _ = try fixture.queue.retry(JobSelection(), with: JobChange(maxTokens: 9), now: .start)
        #expect(try priorities() == [-1])
    }
}

extension Fixture {
    fileprivate func state(of job: Int64) throws -> JobState? { try queue.state(of: JobID(job)) }
}
