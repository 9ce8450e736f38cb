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
