/// What calls of a batch have cost so far, and what that says of those to come.
package struct CostTrend: Hashable, Sendable {
    /// Of all calls whose cost is known, failed ones included; nil: of none.
    package var cost: Money?
    /// Captions, duplicates included. At least the priced ones: a caption that was set aside has a cost and is none of the others.
    package var captions: Int
    /// The ones whose cost is known, with those that were set aside.
    package var priced: Int
    /// Jobs that need no more calls.
    package var finishedJobs: Int

    package init(cost: Money?, captions: Int, priced: Int, finishedJobs: Int) {
        self.cost = cost
        self.captions = max(captions, priced)
        self.priced = priced
        self.finishedJobs = finishedJobs
    }

    /// Before so many answers an average says little.
    private static let enough = 20

    /// What so many more jobs are likely to cost: as much each as the finished ones did on the average, with all that was spent for
    /// nothing. Nil while too few costs are known.
    package func cost(ofMore jobs: Int) -> Money? {
        guard let cost, priced >= Self.enough, finishedJobs > 0 else { return nil }
        return Self.scaled(cost, by: [captions, jobs], over: [priced, finishedJobs])
    }

    /// What so many calls are likely to have cost, by the average of a caption. Nil where no cost is known.
    package func cost(ofCalls calls: Int) -> Money? {
        guard let cost, priced > 0 else { return nil }
        return Self.scaled(cost, by: [calls], over: [priced])
    }

    /// As a floating-point number: it is an estimate, and absurd counts must not stop the process.
    private static func scaled(_ cost: Money, by factors: [Int], over divisors: [Int]) -> Money? {
        let product = factors.reduce(Double(cost.nanodollars)) { $0 * Double($1) }
        return Int64(exactly: divisors.reduce(product) { $0 / Double($1) }.rounded()).map(Money.init(nanodollars:))
    }
}

/// Doubtful calls of one kind, added up.
package struct DoubtSum: Hashable, Sendable {
    package var calls: Int
    /// Of those whose cost is known.
    package var cost: Money
    /// What was set aside for those whose cost is not known.
    package var most: Money
    /// Calls of which neither is known.
    package var unpriced: Int

    package init(calls: Int = 0, cost: Money = .zero, most: Money = .zero, unpriced: Int = 0) {
        self.calls = calls
        self.cost = cost
        self.most = most
        self.unpriced = unpriced
    }

    package static func + (a: DoubtSum, b: DoubtSum) -> DoubtSum {
        DoubtSum(calls: a.calls + b.calls, cost: a.cost + b.cost, most: a.most + b.most, unpriced: a.unpriced + b.unpriced)
    }

    /// - Parameter trend: of their batch.
    package func mayHaveCost(_ trend: CostTrend) -> DoubtfulCost {
        if unpriced > 0 { return trend.cost(ofCalls: unpriced).map { .about(cost + most + $0) } ?? .unknown }
        return most > .zero ? .atMost(cost + most) : .known(cost)
    }
}

extension DoubtfulCost {
    /// Of both together.
    package static func + (a: DoubtfulCost, b: DoubtfulCost) -> DoubtfulCost {
        switch (a, b) {
        case (.unknown, _), (_, .unknown): .unknown
        case (.about(let a), .about(let b)), (.about(let a), .atMost(let b)), (.about(let a), .known(let b)),
            (.atMost(let a), .about(let b)), (.known(let a), .about(let b)):
            .about(a + b)
        case (.atMost(let a), .atMost(let b)), (.atMost(let a), .known(let b)), (.known(let a), .atMost(let b)): .atMost(a + b)
        case (.known(let a), .known(let b)): .known(a + b)
        }
    }
}
