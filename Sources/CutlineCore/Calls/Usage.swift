/// Where a cost comes from.
package enum CostSource: String, Codable, Sendable {
    /// The provider said it in the answer.
    case reported
    /// Price times tokens.
    case estimated
}

/// What a call used. Unknown is nil, never 0.
package struct Usage: Codable, Hashable, Sendable {
    package var inputTokens: Int?
    package var outputTokens: Int?
    /// The part of `inputTokens` that was read from a cache.
    package var cachedTokens: Int?
    package var cost: Money?
    package var costSource: CostSource?
    /// The largest reading of the cost, where it exceeds `cost` or where `cost` is not known: what a budget reckons with. A bill may be smaller
    /// than tokens times price, for there are discounts; a cap must not be.
    package var costAtMost: Money?
    /// The largest reading of all tokens together, where it exceeds the sum of the others or one of them is not known.
    package var tokensAtMost: Int?
    /// The tier at which it was served, in the provider's word; nil: it does not say.
    package var servedTier: String?

    package init(
        inputTokens: Int? = nil, outputTokens: Int? = nil, cachedTokens: Int? = nil, cost: Money? = nil,
        costSource: CostSource? = nil, costAtMost: Money? = nil, tokensAtMost: Int? = nil, servedTier: String? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedTokens = cachedTokens
        self.cost = cost
        self.costSource = costSource
        self.costAtMost = costAtMost
        self.tokensAtMost = tokensAtMost
        self.servedTier = servedTier
    }

    /// Whether the provider says that it served at flex. Who says nothing, or another word, bills the full price as far as anybody knows.
    package var isServedAtFlex: Bool { servedTier?.lowercased() == ServiceTier.flex.rawValue }

    /// Nil also where the sum is absurd: the numbers come from outside and must not stop the process.
    package var totalTokens: Int? {
        guard let inputTokens, let outputTokens else { return nil }
        let (sum, isTooLarge) = inputTokens.addingReportingOverflow(outputTokens)
        return isTooLarge ? nil : sum
    }
}
