/// A limit: at most `count` units in any `window`.
package struct RateLimit: Codable, Hashable, Sendable {
    package var count: Int
    /// Seconds.
    package var window: Double

    package init(count: Int, window: Double) {
        self.count = count
        self.window = window
    }

    package static func perMinute(_ count: Int) -> RateLimit { RateLimit(count: count, window: 60) }
}

/// Spreads spending over time so that no window ever holds more than the limit (GCRA: one number of state).
///
/// With burst B and rate (N − B) / window, a window sees at most B at once and N − B after it. It holds no clock: the caller says
/// what time it is, so every case can be tested and processes share the state through a row.
package struct Pace: Codable, Hashable, Sendable {
    package let limit: RateLimit
    package let burst: Double
    /// Milliseconds since 1970 up to which units are spent, with fractions.
    private var spentUntil: Double

    /// Starts with room for one unit, not for a burst: a restart is no way round a limit.
    ///
    /// - Parameter dearest: the most units one call may cost.
    package init(_ limit: RateLimit, dearest: Double = 1, at now: Timestamp) {
        self.limit = limit
        burst = min(max(1, 0.02 * Double(limit.count), dearest), Double(limit.count))
        spentUntil = 0
        spentUntil = Double(now.milliseconds) - min(dearest, burst) * millisecondsPerUnit
    }

    private var millisecondsPerUnit: Double { limit.window * 1_000 / max(Double(limit.count) - burst, 1) }

    /// Spends `units` and returns nil, or spends nothing and returns the earliest time to try again.
    /// A call dearer than the burst is let through when a whole burst is free.
    package mutating func tryReserve(_ units: Double, at now: Timestamp) -> Timestamp? {
        let time = Double(now.milliseconds)
        let horizon = time + limit.window * 1_000
        let start = max(min(spentUntil, horizon), time - burst * millisecondsPerUnit)
        let due = start + min(units, burst) * millisecondsPerUnit
        guard due <= time else { return Timestamp(milliseconds: Int64(due.rounded(.up))) }
        spentUntil = start + units * millisecondsPerUnit
        return nil
    }

    /// Corrects a reservation by what was really used: negative gives back.
    package mutating func reconcile(by units: Double, at now: Timestamp) {
        let horizon = Double(now.milliseconds) + limit.window * 1_000
        spentUntil = min(spentUntil + units * millisecondsPerUnit, horizon)
    }
}
