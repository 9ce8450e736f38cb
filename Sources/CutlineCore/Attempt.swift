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

/// Why a call may have been paid for without use.
package enum Doubt: String, Codable, CaseIterable, Sendable {
    /// It was sent whole and not answered.
    case unknown
    /// It failed, and nobody said whether it was billed.
    case failed
    /// It failed and was billed.
    case paid
    /// Its caption came after another one.
    case duplicate

    /// Nil where there is none.
    package init?(_ phase: AttemptPhase, billed: Billed, isDuplicate: Bool = false) {
        switch phase {
        case .unknown: self = .unknown
        case .failed, .released:
            guard billed != .no else { return nil }
            self = billed == .yes ? .paid : .failed
        case .succeeded:
            guard isDuplicate else { return nil }
            self = .duplicate
        case .open: return nil
        }
    }
}

/// What a doubtful call may have cost.
package enum DoubtfulCost: Hashable, Sendable {
    case known(Money)
    /// As much as was set aside for it.
    case atMost(Money)
    /// As much as calls of its batch cost on the average.
    case about(Money)
    case unknown
}
