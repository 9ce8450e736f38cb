import CutlineCore
import Testing

@testable import CutlineQueue

/// Whose fault a failure is, and what becomes of the jobs.
@Suite struct BlameTests {
    private func outcome(_ kind: FailureClass, _ status: Int, _ billed: Billed = .no, excess: Excess? = nil) -> Outcome {
        .failure(Failure(kind, "no", status: status, billed: billed, excess: excess))
    }

    private static let caption = Outcome.caption(Caption(text: "a harbour"))

    // MARK: - Pictures

    @Test func jobsThatFellToAStreakGoBackWithIt() throws {
        let fixture = try Fixture.make(pictures: 0..<20)
        let claims = try fixture.claim(8)
        let effects = try claims.map { try fixture.settle($0, outcome(.invalidRequest, 400), at: .after(1)) }
        #expect(effects == Array(repeating: .failed, count: 5) + Array(repeating: .released, count: 3))
        #expect(try fixture.lane().paused == nil, "another job is asked first")
        let witness = try fixture.claim(8, at: .after(1))
        #expect(witness.map(\.job.number) == [20], "the one that has least in common with them")
        #expect(try fixture.settle(witness[0], outcome(.invalidRequest, 400), at: .after(2)) == .released)
        #expect(try fixture.lane().paused?.kind == .invalidRequest)
        #expect(try fixture.count(.queued) == 20 && fixture.count(.failed) == 0)
        #expect(try fixture.queue.reader.violations().isEmpty)
    }

    @Test func badPicturesAtTheBeginningFailAndTheRestGoesOn() throws {
        let fixture = try Fixture.make(pictures: 0..<8)
        for _ in 0..<5 { try fixture.settle(fixture.claimOne(), outcome(.invalidRequest, 400)) }
        try fixture.settle(fixture.claimOne(), Self.caption)
        for claim in try fixture.claim(8) { try fixture.settle(claim, Self.caption) }
        #expect(try fixture.count(.failed) == 5 && fixture.count(.succeeded) == 3)
        #expect(try fixture.lane().paused == nil)
    }

    @Test(arguments: [FailureClass.forbidden, .wrongEndpoint, .modelNotFound])
    func aPictureThatIsRefusedAloneFailsAndPausesNothing(kind: FailureClass) throws {
        let fixture = try Fixture.make(pictures: 0..<4)
        try fixture.settle(fixture.claimOne(), Self.caption)
        let bad = try fixture.claimOne()
        #expect(try fixture.settle(bad, outcome(kind, 403)) == .released)
        for second in [1.0, 2] {
            let other = try fixture.claimOne(at: .after(second))
            #expect(other.job != bad.job)
            try fixture.settle(other, Self.caption, at: .after(second))
        }
        #expect(try fixture.settle(fixture.claimOne(at: .after(3)), outcome(kind, 403), at: .after(3)) == .failed)
        #expect(try fixture.count(.failed) == 1 && fixture.count(.succeeded) == 3)
        #expect(try fixture.lane().paused == nil)
    }

    // MARK: - Models

    @Test func aMisspeltModelStopsItselfAndNothingElse() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let misspelt = try fixture.queue.openBatch(
            .make("misspelt", model: "sim-l"), policy: RetryPolicy(), limits: Limits(concurrency: 100), now: .start)
        _ = try fixture.queue.add((0..<5).map { .make($0) }, to: misspelt, now: .start)
        var calls = 0
        for second in 0..<10 {
            for claim in try fixture.claim(2, at: .after(Double(second))) {
                let isMisspelt = claim.batch == misspelt
                calls += isMisspelt ? 1 : 0
                try fixture.settle(claim, isMisspelt ? outcome(.modelNotFound, 404) : Self.caption, at: .after(Double(second)))
            }
        }
        #expect(try fixture.count(.succeeded) == 3)
        #expect(calls == 2)
        let turn = try fixture.turn(claiming: 5, at: .after(20))
        #expect(turn.stops.map(\.refusal) == [.paused(Pause(kind: .modelNotFound, message: "no", model: "sim-l"))])
        #expect(turn.lanesWithQueuedJobs == 1)
        #expect(try fixture.queue.reader.batchStatuses()[1].count(.queued) == 5)
    }

    // MARK: - Outages

    @Test(arguments: [(1, Billed.unknown), (5, .unknown), (5, .no)])
    func anOutageCostsAJobOneAttemptAtMostAndFailsNone(maxAttempts: Int, billed: Billed) throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: maxAttempts), pictures: 0..<10)
        var (seconds, calls) = (0.0, 0)
        // Two hours of it.
        while seconds < 7_200 {
            let turn = try fixture.turn(claiming: 10, at: .after(seconds))
            for claim in turn.claims {
                calls += 1
                try fixture.settle(claim, outcome(.serverError, 502, billed), at: .after(seconds))
            }
            seconds = turn.nextTry.map { max(seconds + 0.1, Double(($0 - .start).milliseconds) / 1_000) } ?? seconds + 1
        }
        #expect(try fixture.count(.failed) == 0)
        #expect(try fixture.queue.number("SELECT max(failures) FROM jobs") <= 1)
        #expect(calls < 45)
        #expect(try fixture.queue.reader.violations().isEmpty)
        for claim in try fixture.claim(10, at: .after(7_600)) { try fixture.settle(claim, Self.caption, at: .after(7_600)) }
        for claim in try fixture.claim(10, at: .after(7_700)) { try fixture.settle(claim, Self.caption, at: .after(7_700)) }
        #expect(try fixture.count(.succeeded) == 10)
    }

    /// Nothing is known of a job whose worker died with its call.
    @Test func aCallThatEndedWithItsWorkerSpeaksAgainstNoJob() throws {
        let fixture = try Fixture.make(pictures: 0..<6)
        do {
            let dying = try fixture.queue.worker("dying")
            #expect(try withExtendedLifetime(dying) { try fixture.claim(1, by: dying) }.map(\.job.number) == [1])
        }
        #expect(try fixture.queue.rescue(except: fixture.worker, now: .after(1)).attempts == 1)
        let claims = try fixture.claim(6, at: .after(2)).sorted { $0.job < $1.job }
        try fixture.settle(claims[5], Self.caption, at: .after(3))
        for claim in claims[..<5] { try fixture.settle(claim, outcome(.serverError, 500), at: .after(4)) }
        #expect(try fixture.lane().outage != nil, "five jobs failed, and none of them is at fault")
        #expect(try fixture.queue.number("SELECT CAST(sum(failures) AS BIGINT) FROM jobs") == 0)
    }

    @Test func aPictureThatAloneFailsHasItsAttemptsWhileOthersSucceed() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 3), pictures: 0..<12)
        var seconds = 0.0
        while seconds < 600, try fixture.count(.queued) > 0 {
            for claim in try fixture.claim(1, at: .after(seconds)) {
                try fixture.settle(claim, claim.job.number == 1 ? outcome(.serverError, 500) : Self.caption, at: .after(seconds))
            }
            seconds += 1
        }
        #expect(try fixture.count(.failed) == 1 && fixture.count(.succeeded) == 11)
        // Once it came again before any other was answered.
        #expect(try fixture.queue.number("SELECT failures FROM jobs WHERE id = 1") == 3)
        #expect(try fixture.show("0.jpg").attempts.count <= 4)
        #expect(try fixture.lane().outage == nil)
    }

    /// Also where nothing else is left: they are no outage, in this run or in one that is started for them alone.
    @Test(arguments: [1, 4]) func picturesThatAloneFailEndTheRun(count: Int) throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 3), limits: Limits(concurrency: 8), pictures: 0..<12)
        func work(from start: Double) throws {
            var seconds = start
            while seconds < start + 600, try fixture.count(.queued) > 0 {
                let claims = try fixture.claim(8, at: .after(seconds))
                for claim in claims {
                    let isBad = claim.job.number <= count
                    try fixture.settle(claim, isBad ? outcome(.serverError, 500, .unknown) : Self.caption, at: .after(seconds))
                }
                seconds += 1
            }
        }
        try work(from: 0)
        #expect(try fixture.count(.failed) == count && fixture.count(.succeeded) == 12 - count)
        _ = try fixture.queue.retry()
        try fixture.queue.resumeLanes(.all)
        try work(from: 1_000)
        #expect(try fixture.count(.failed) == count && fixture.lane().outage == nil)
    }

    // MARK: - Pace

    @Test func itWaitsBehindTheOthersAndSaysBothNumbers() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let excess = outcome(.rateLimited, 413, excess: Excess(limit: 6_000, requested: 12_328))
        let claims = try fixture.claim(2)
        #expect(try fixture.settle(claims[0], excess) == .released)
        try fixture.settle(claims[1], Self.caption)
        let next = try fixture.claim(3, at: .after(1))
        #expect(next.map(\.job.number) == [3])
        try fixture.settle(next[0], Self.caption, at: .after(1))
        #expect(try fixture.settle(fixture.claimOne(at: .after(70)), excess, at: .after(70)) == .failed)
        let problem = try #require(try fixture.queue.records(.failed).first?.problem)
        #expect(problem.kind == .tooLarge && problem.message.contains("12328") && problem.message.contains("6000"))
    }

    @Test func whoIsRefusedForThePaceAgainAndAgainGoesBehindTheOthers() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        var seconds = 0.0
        for _ in 0..<4 {
            let claim = try fixture.claimOne(at: .after(seconds))
            #expect(claim.job.number == 1)
            try fixture.settle(claim, outcome(.rateLimited, 429), at: .after(seconds))
            seconds += 120
        }
        #expect(try fixture.claimOne(at: .after(seconds)).job.number == 2)
    }
}
