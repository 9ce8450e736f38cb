/// How many calls may be in flight: from 8 it doubles with each clean round up to the limit; a setback takes it down to 0.7,
/// at most once a round, and from then on it grows by one a round. A round is as many ended calls as there are slots.
package struct Slots: Codable, Hashable, Sendable {
    package private(set) var current: Int
    private var limit: Int
    private var endedInRound = 0
    private var hasSetbackInRound = false
    private var hasEverShrunk = false

    package static let defaultLimit = 256

    /// - Parameter told: the concurrency the user or the profile gave; it is used at once.
    package init(told: Int?) {
        limit = told ?? Self.defaultLimit
        current = told ?? min(8, limit)
    }

    /// A new limit: a told one is used at once unless it was exceeded before.
    package mutating func setLimit(told: Int?) {
        limit = told ?? Self.defaultLimit
        current = told != nil && !hasEverShrunk ? limit : min(current, limit)
    }

    package mutating func callEnded(setback: Bool) {
        endedInRound += 1
        if setback, !hasSetbackInRound {
            hasSetbackInRound = true
            hasEverShrunk = true
            current = max(1, Int(Double(current) * 0.7))
        }
        guard endedInRound >= current else { return }
        if !hasSetbackInRound { current = min(limit, hasEverShrunk ? current + 1 : current * 2) }
        endedInRound = 0
        hasSetbackInRound = false
    }
}
