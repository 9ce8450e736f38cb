import CutlineCore
import Testing

@Suite struct CostTrendTests {
    private static func dollars(_ amount: Int64) -> Money { Money(nanodollars: amount * 1_000_000_000) }

    @Test func theRestIsExpectedToCostAsMuchEach() {
        let trend = CostTrend(cost: Self.dollars(4), captions: 30, priced: 30, finishedJobs: 40)
        #expect(trend.cost(ofMore: 100) == Self.dollars(10), "with what was spent on jobs that failed")
    }

    @Test func whereHalfTheCostsAreKnownTheOthersCostTheSame() {
        #expect(CostTrend(cost: Self.dollars(3), captions: 60, priced: 30, finishedJobs: 60).cost(ofMore: 20) == Self.dollars(2))
    }

    /// Thirty jobs of which each was asked twice.
    @Test func captionsThatWereSetAsideArePaidForToo() {
        let trend = CostTrend(cost: Self.dollars(6), captions: 30, priced: 60, finishedJobs: 30)
        #expect(trend.cost(ofMore: 10) == Self.dollars(2))
    }

    @Test(arguments: [(19, 20), (20, 0)]) func tooFewAnswersSayNothing(priced: Int, finished: Int) {
        #expect(CostTrend(cost: Self.dollars(1), captions: 20, priced: priced, finishedJobs: finished).cost(ofMore: 9) == nil)
    }

    @Test func unknownCostsStayUnknown() {
        #expect(CostTrend(cost: nil, captions: 99, priced: 0, finishedJobs: 99).cost(ofMore: 9) == nil)
        #expect(CostTrend(cost: Self.dollars(1), captions: 0, priced: 0, finishedJobs: 1).cost(ofCalls: 1) == nil)
    }

    @Test func absurdNumbersStopNothing() {
        let trend = CostTrend(cost: Money(nanodollars: .max), captions: .max, priced: 20, finishedJobs: 1)
        #expect(trend.cost(ofMore: .max) == nil && trend.cost(ofCalls: .max) == nil)
    }

    @Test(arguments: [
        (DoubtSum(calls: 1, cost: Money(nanodollars: 5)), DoubtfulCost.known(Money(nanodollars: 5))),
        (DoubtSum(calls: 2, cost: Money(nanodollars: 5), most: Money(nanodollars: 3)), .atMost(Money(nanodollars: 8))),
        (DoubtSum(calls: 3, cost: Money(nanodollars: 5), most: Money(nanodollars: 3), unpriced: 2), .about(Money(nanodollars: 28))),
    ])
    func aSumSaysHowSureItIs(sum: DoubtSum, cost: DoubtfulCost) {
        let trend = CostTrend(cost: Money(nanodollars: 100), captions: 10, priced: 10, finishedJobs: 10)
        #expect(sum.mayHaveCost(trend) == cost)
        #expect(DoubtSum(calls: 1, unpriced: 1).mayHaveCost(CostTrend(cost: nil, captions: 0, priced: 0, finishedJobs: 0)) == .unknown)
    }
}
