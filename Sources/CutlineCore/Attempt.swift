/// The number of an attempt, never reused and always rising: it is the fencing token of its job.
package struct AttemptID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }

    package static func < (a: AttemptID, b: AttemptID) -> Bool { a.number < b.number }
}

/// What an attempt came to.
package enum AttemptPhase: String, Codable, CaseIterable, Sendable {
    /// Written down, perhaps sent, not settled.
    case open
    case succeeded
    case failed
    /// Provably not sent, or refused without being counted.
    case released
    /// Sent whole, and no complete answer came: it may have been billed.
    case unknown
}

/// Whether the provider charged for an attempt.
package enum Billed: String, Codable, CaseIterable, Sendable {
    case no, yes, unknown
}
