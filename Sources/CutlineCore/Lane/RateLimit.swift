/// One window of a limit: at most `count` units in any `window`, or in each day from one reset to the next.
package struct RateLimit: Codable, Hashable, Sendable {
    package var count: Int
    /// Seconds; a day where it is `resets` that begins and ends it.
    package var window: Double
    /// Nil: the window slides.
    package var resets: DailyReset?

    package init(count: Int, window: Double) {
        self.count = count
        self.window = window
    }

    /// A day that begins anew at an hour.
    package init(count: Int, resets: DailyReset) {
        self.init(count: count, window: Self.day)
        self.resets = resets
    }

    package static let day = 86_400.0

    package static func perMinute(_ count: Int) -> RateLimit { RateLimit(count: count, window: 60) }
    package static func perDay(_ count: Int) -> RateLimit { RateLimit(count: count, window: day) }

    /// Whether both count the same units, whatever they allow.
    func hasWindow(of other: RateLimit) -> Bool { window == other.window && resets == other.resets }
}
