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
