/// How many calls may be in flight: from 8, or from a second's worth of a told limit, it doubles with each clean round up to the limit;
/// a setback takes it down to 0.7, at most once a round, and from then on it grows by one a round. A round is as many ended calls as
/// there are slots; one in which they were never all taken shows nothing. It grows five times a second at most: where answers take some
/// milliseconds, rounds would follow each other before a provider's burst is used up, and all slots would run into the refusal together.
package struct Slots: Codable, Hashable, Sendable {
    package private(set) var current: Int
    private var limit: Int
    private var endedInRound = 0
    private var hasSetbackInRound = false
    private var hasEverShrunk = false
    /// Whether all were taken at some time in this round; else the round does not show that more are needed.
    private var wasFull: Bool?
    private var grewAt: Timestamp?

    package static let defaultLimit = 256

    /// - Parameter told: the concurrency the user or the profile gave; it is used at once.
    /// - Parameter requests: the told limit, which spreads the calls however many slots there are.
    package init(told: Int?, requests: RateLimit? = nil) {
        limit = told ?? Self.defaultLimit
        current = told ?? min(Self.start(requests), limit)
    }

    private static func start(_ requests: RateLimit?) -> Int {
        requests.map { Int(min(64, max(8, Double($0.count) / $0.window))) } ?? 8
    }

    /// A new limit: a told one is used at once, unless it was exceeded before and nothing else bounds the calls.
    package mutating func setLimit(told: Int?, requests: RateLimit? = nil, isPaced: Bool = false) {
        limit = told ?? Self.defaultLimit
        if hasEverShrunk, told == nil || !isPaced { return current = min(current, limit) }
        current = told ?? min(max(current, Self.start(requests)), limit)
    }

    package mutating func callStarted(inFlight: Int) {
        if inFlight >= current { wasFull = true }
    }

    package mutating func callEnded(setback: Bool, at now: Timestamp) {
        endedInRound += 1
        if setback, !hasSetbackInRound {
            hasSetbackInRound = true
            hasEverShrunk = true
            current = max(1, Int(Double(current) * 0.7))
        }
        guard endedInRound >= current else { return }
        if !hasSetbackInRound, wasFull ?? false, mayGrow(at: now) {
            current = min(limit, hasEverShrunk ? current + 1 : current * 2)
            grewAt = now
        }
        endedInRound = 0
        hasSetbackInRound = false
        wasFull = nil
    }

    /// Whether 200 ms have passed, or the clock was set, since they grew last.
    private func mayGrow(at now: Timestamp) -> Bool { grewAt.map { abs((now - $0).milliseconds) >= 200 } ?? true }
}
