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
    /// At least the dearest call so far, but at most half the limit: a larger burst would leave nothing to spread.
    package private(set) var burst: Double
    /// Milliseconds since 1970 up to which units are spent, with fractions.
    private var spentUntil: Double
    private var hasSpent = false

    /// Starts with room for one call, not for a burst: a restart is no way round a limit.
    package init(_ limit: RateLimit, at now: Timestamp) {
        self.limit = limit
        burst = max(1, 0.02 * Double(limit.count))
        spentUntil = 0
        spentUntil = Double(now.milliseconds) - millisecondsPerUnit
    }

    private var millisecondsPerUnit: Double { limit.window * 1_000 / max(Double(limit.count) - burst - slack, 1) }

    /// What a worker that woke up late may make up for: 10 ms of the limit, taken from the rate so that no window holds more.
    private var slack: Double {
        // Where a burst is the whole limit there is no rate to take it from.
        min(Double(limit.count) * min(0.02, 0.01 / limit.window), max(0, Double(limit.count) - burst - 1))
    }

    /// Spends `units` and returns nil, or spends nothing and returns the earliest time to try again.
    /// A call dearer than half the limit is let through when a whole burst is free.
    package mutating func tryReserve(_ units: Double, at now: Timestamp) -> Timestamp? {
        prepare(for: units, at: now)
        let time = Double(now.milliseconds)
        let start = max(spentUntil, time - (burst + slack) * millisecondsPerUnit)
        // A Double of today's milliseconds is exact to a quarter of a microsecond; without the allowance a call that is due now waits.
        let due = start + min(units, burst) * millisecondsPerUnit - 0.01
        guard due <= time else { return Timestamp(milliseconds: Int64(due.rounded(.up))) }
        spentUntil = min(start + units * millisecondsPerUnit, horizon(now))
        hasSpent = true
        return nil
    }

    /// What `tryReserve` does first, and what must be kept even where it refuses: a clock that was set back does not stop the lane
    /// until it has caught up, and a call dearer than all before makes room for itself.
    package mutating func prepare(for units: Double, at now: Timestamp) {
        spentUntil = min(spentUntil, horizon(now))
        let time = Double(now.milliseconds)
        let wider = min(units, max(1, Double(limit.count) / 2))
        guard wider > burst || !hasSpent else { return }
        // What is free stays free and what is owed stays owed: growth alone allows nothing more in this window.
        let free = hasSpent ? min((time - spentUntil) / millisecondsPerUnit, burst) : max(1, wider)
        burst = max(burst, wider)
        spentUntil = time - free * millisecondsPerUnit
    }

    /// Corrects a reservation by what was really used: negative gives back, but nothing that passing time may have given back already.
    /// Without that, units that were reserved long ago would be free a second time.
    package mutating func reconcile(by units: Double, reservedAt: Timestamp, at now: Timestamp) {
        let passed = Double(max(0, (now - reservedAt).milliseconds)) / millisecondsPerUnit
        let correction = units < 0 ? min(0, units + passed) : units
        spentUntil = min(spentUntil + correction * millisecondsPerUnit, horizon(now))
    }

    private func horizon(_ now: Timestamp) -> Double { Double(now.milliseconds) + limit.window * 1_000 }
}
