/// What a batch may spend in all, over all its runs. Nil: no cap.
package struct Budget: Codable, Hashable, Sendable {
    package var maxCost: Money?
    package var maxTokens: Int?

    package init(maxCost: Money? = nil, maxTokens: Int? = nil) {
        self.maxCost = maxCost
        self.maxTokens = maxTokens
    }

    package var isUnlimited: Bool { maxCost == nil && maxTokens == nil }

    package func covers(_ spending: Spending) -> Bool { coversCost(of: spending) && coversTokens(of: spending) }

    package func coversCost(of spending: Spending) -> Bool { maxCost.map { spending.cost <= $0 } ?? true }
    package func coversTokens(of spending: Spending) -> Bool { maxTokens.map { spending.tokens <= $0 } ?? true }
}

/// What a run asks of a batch's budget; what it does not speak of stays as it is.
package struct BudgetChange: Hashable, Sendable {
    package enum Cap<Amount: Hashable & Sendable>: Hashable, Sendable {
        case at(Amount)
        case none
    }

    package var maxCost: Cap<Money>?
    package var maxTokens: Cap<Int>?

    package init(maxCost: Cap<Money>? = nil, maxTokens: Cap<Int>? = nil) {
        self.maxCost = maxCost
        self.maxTokens = maxTokens
    }

    /// This change, and the other's where this one says nothing.
    package func over(_ other: BudgetChange) -> BudgetChange {
        BudgetChange(maxCost: maxCost ?? other.maxCost, maxTokens: maxTokens ?? other.maxTokens)
    }

    package func applied(to budget: Budget) -> Budget {
        Budget(maxCost: Self.applied(maxCost, to: budget.maxCost), maxTokens: Self.applied(maxTokens, to: budget.maxTokens))
    }

    private static func applied<Amount>(_ cap: Cap<Amount>?, to amount: Amount?) -> Amount? {
        switch cap {
        case nil: amount
        case Cap<Amount>.none?: nil
        case .at(let amount)?: amount
        }
    }
}

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

/// Why a batch makes no more calls: its budget does not cover another one.
package struct BudgetStop: Error, Hashable, Sendable {
    package var batch: String
    package var budget: Budget
    /// What is known to be spent.
    package var spent: Spending
    /// What is set aside for calls in flight, and for those that ended and whose cost is not known.
    package var reserved: Spending
    /// What one more call may come to.
    package var next: Spending
    package var jobsLeft: Int
    /// Calls of this batch that may still set something free.
    package var inFlight: Int

    package init(
        batch: String, budget: Budget, spent: Spending, reserved: Spending, next: Spending, jobsLeft: Int, inFlight: Int
    ) {
        self.batch = batch
        self.budget = budget
        self.spent = spent
        self.reserved = reserved
        self.next = next
        self.jobsLeft = jobsLeft
        self.inFlight = inFlight
    }

    /// Whether it is the money that does not suffice; else it is the tokens.
    package var isAboutCost: Bool { !budget.coversCost(of: spent + reserved + next) }
}
