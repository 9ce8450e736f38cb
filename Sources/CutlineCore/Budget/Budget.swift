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
