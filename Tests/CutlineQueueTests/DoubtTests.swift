import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue

/// Calls that may have been paid for without use.
@Suite struct DoubtTests {
    private func fixture() throws -> Fixture {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 9, onUnknown: .retry(times: 9)), pictures: 0..<7)
        let claims = try fixture.claim(6)
        let outcomes: [Outcome] = [
            .text("a", cost: 40), .unanswered, .billedFailure(.unknown), .billedFailure(.yes, usage: Usage(cost: Money(nanodollars: 9))),
            .failed(.rateLimited, status: 429),
        ]
        for (claim, outcome) in zip(claims, outcomes) { try fixture.settle(claim, outcome) }
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        return fixture
    }

    @Test func everyOneIsListedWithWhatItMayHaveCost() throws {
        let calls = try fixture().queue.reader.allDoubtfulCalls()
        #expect(calls.map(\.key) == ["1.jpg", "2.jpg", "3.jpg", "5.jpg"])
        #expect(calls.map(\.doubt) == [.unknown, .failed, .paid, .unknown])
        // 49 nano-dollars for one caption.
        let average = DoubtfulCost.about(Money(nanodollars: 49))
        #expect(calls.map(\.mayHaveCost) == [average, average, .known(Money(nanodollars: 9)), average])
        #expect(calls[1].problem?.kind == .serverError && calls[1].n == 1 && calls[1].batch == "harbours")
    }

    @Test func statusAddsThemUp() throws {
        let status = try fixture().status()
        #expect(
            status.doubts == [
                .unknown: DoubtSum(calls: 2, unpriced: 2), .failed: DoubtSum(calls: 1, unpriced: 1),
                .paid: DoubtSum(calls: 1, cost: Money(nanodollars: 9)),
            ])
        #expect(status.doubts[.unknown]?.mayHaveCost(status.trend) == .about(Money(nanodollars: 98)))
    }

    @Test func aLateCaptionClearsItsCall() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let late = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        #expect(try fixture.status().doubts[.unknown]?.calls == 1)
        try fixture.settle(late, .text("a"), at: .after(401))
        #expect(try fixture.status().doubts == [:] && fixture.queue.reader.allDoubtfulCalls() == [])
    }

    @Test func aSecondCaptionIsADuplicate() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let late = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        try fixture.settle(fixture.claimOne(at: .after(400)), .text("b", cost: 5), at: .after(401))
        try fixture.settle(late, .text("a", cost: 7), at: .after(402))
        #expect(try fixture.status().doubts == [.duplicate: DoubtSum(calls: 1, cost: Money(nanodollars: 7))])
        #expect(try fixture.show("0.jpg").attempts.map(\.doubt) == [.duplicate, nil])
    }

    @Test func underABudgetTheReservationIsTheMost() throws {
        let fixture = try Fixture.capped(cost: 5 * BudgetTests.most, pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .unanswered)
        #expect(try fixture.status().doubts == [.unknown: DoubtSum(calls: 1, most: Money(nanodollars: BudgetTests.most))])
        #expect(try fixture.show("0.jpg").attempts.map(\.mayHaveCost) == [.atMost(Money(nanodollars: BudgetTests.most))])
        #expect(try fixture.queue.reader.allDoubtfulCalls().map(\.mayHaveCost) == [.atMost(Money(nanodollars: BudgetTests.most))])
    }

    @Test(arguments: [1, 2, 3, 500]) func pagesGoBatchByBatch(pageSize: Int) throws {
        let fixture = try fixture()
        let other = try fixture.queue.openBatch(.make("late"), policy: RetryPolicy(), limits: Limits(concurrency: 99), now: .start)
        _ = try fixture.queue.add([.make(1), .make(2)], to: other, now: .start)
        var claims: [Claim] = []
        // The refusal has slowed the lane down.
        for second in 500..<600 where claims.count < 8 { claims += try fixture.claim(9, at: .after(Double(second))) }
        for claim in claims { try fixture.settle(claim, .unanswered, at: .after(601)) }
        let all = try fixture.queue.reader.allDoubtfulCalls(pageSize: pageSize)
        #expect(all.count == 12 && all.map(\.batch) == Array(repeating: "harbours", count: 10) + ["late", "late"])
        #expect(try fixture.queue.reader.allDoubtfulCalls(of: other, pageSize: pageSize) == Array(all.suffix(2)))
        #expect(try fixture.queue.reader.allDoubtfulCalls(of: fixture.batch, pageSize: pageSize) == Array(all.prefix(10)))
    }
}

extension QueueReader {
    func allDoubtfulCalls(of batch: BatchID? = nil, pageSize: Int = 2) throws -> [DoubtfulCall] {
        var (cursor, calls): (DoubtCursor, [DoubtfulCall]) = (DoubtCursor(), [])
        while true {
            let page = try doubtfulCalls(of: batch, after: &cursor, pageSize: pageSize)
            if page.isEmpty { return calls }
            calls += page
        }
    }
}
