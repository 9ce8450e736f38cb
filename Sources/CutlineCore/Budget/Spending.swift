/// Money and tokens, of one call or of many.
package struct Spending: Hashable, Sendable {
    package var cost: Money
    package var tokens: Int

    package init(cost: Money = .zero, tokens: Int = 0) {
        self.cost = cost
        self.tokens = tokens
    }

    /// Absurd sums stop at the largest number: they must not stop the process.
    package static func + (a: Spending, b: Spending) -> Spending {
        let (cost, isTooDear) = a.cost.nanodollars.addingReportingOverflow(b.cost.nanodollars)
        let (tokens, isTooMuch) = a.tokens.addingReportingOverflow(b.tokens)
        return Spending(cost: Money(nanodollars: isTooDear ? .max : cost), tokens: isTooMuch ? .max : tokens)
    }

    /// The greater of each.
    package func atLeast(_ other: Spending) -> Spending { Spending(cost: max(cost, other.cost), tokens: max(tokens, other.tokens)) }

    /// What is left when `other` is taken away; never below 0.
    package func without(_ other: Spending) -> Spending {
        Spending(
            cost: Money(nanodollars: max(0, cost.nanodollars - other.cost.nanodollars)), tokens: max(0, tokens - other.tokens))
    }
}
