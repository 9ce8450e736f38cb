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
