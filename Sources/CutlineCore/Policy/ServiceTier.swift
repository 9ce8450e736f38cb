/// How an answer is bought: at once, or cheaper and when the provider finds the time. It is how a job travels and no part of what it is.
package enum ServiceTier: String, Codable, CaseIterable, Sendable {
    case standard, flex

    /// How much longer an answer may take than one that is bought at once.
    package var patience: Int {
        switch self {
        case .standard: 1
        case .flex: 3
        }
    }
}

/// That jobs of a batch are asked at the flex tier, and until when.
package struct FlexTerms: Codable, Hashable, Sendable {
    /// As it was given; nil: to the end.
    package var deadline: Duration?
    /// From then on what is left is asked at the standard tier. Nil as `deadline`.
    package var until: Timestamp?

    package init() {}

    package init(deadline: Duration, from now: Timestamp) { (self.deadline, until) = (deadline, now + deadline) }

    package func isOver(at now: Timestamp) -> Bool { until.map { $0 <= now } ?? false }
}

/// What a run asks of the tier; what it does not speak of stays as it is.
package struct TierChange: Hashable, Sendable {
    package var tier: ServiceTier?
    /// For flex, from now on.
    package var deadline: Duration?

    package init(tier: ServiceTier? = nil, deadline: Duration? = nil) { (self.tier, self.deadline) = (tier, deadline) }

    /// The same deadline given again while it runs is the same one: a process that was killed, or a second one, does not put it off.
    package func applied(to stored: FlexTerms?, at now: Timestamp) -> FlexTerms? {
        guard (tier ?? (stored == nil ? .standard : .flex)) == .flex else { return nil }
        guard let deadline else { return tier == nil ? stored : FlexTerms() }
        if let stored, stored.deadline == deadline, !stored.isOver(at: now) { return stored }
        return FlexTerms(deadline: deadline, from: now)
    }
}

extension RetryPolicy {
    package func tier(at now: Timestamp) -> ServiceTier {
        guard let flex, !flex.isOver(at: now) else { return .standard }
        return .flex
    }
}
