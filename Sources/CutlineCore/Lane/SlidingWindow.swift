/// What was spent in a window that slides, counted in hundredths of it.
///
/// A hundredth is forgotten when the window has wholly left it. So every unit counts for a window and up to a hundredth more, never less.
struct SlidingWindow: Codable, Hashable, Sendable {
    private static let parts = 100
    /// Milliseconds by which the window is longer than it was told: some calls reach the provider sooner after their reservation than others.
    private static let margin = 10.0

    /// Of one hundredth: an answer may report any number, and the sum of all must be one.
    private static let most = 1 << 50

    /// Milliseconds of a hundredth.
    private let part: Double
    /// Number since 1970 of the last hundredth in `counts`.
    private var newest: Int
    /// Units by hundredth, the oldest first; at most 101.
    private var counts: [Int]

    /// - Parameter length: in seconds.
    init(length: Double, at now: Timestamp) {
        part = (length * 1_000 + Self.margin) / Double(Self.parts)
        newest = Int((Double(now.milliseconds) / part).rounded(.down))
        counts = [0]
    }

    /// Whether the clock was set back since it was last looked at.
    func isAhead(of now: Timestamp) -> Bool { newest - number(now) > 1 }

    /// Forgets what the window has left. A clock that was set back takes the counts along, or they would stand until it has caught up.
    /// - Returns: the milliseconds by which they were moved.
    mutating func advance(to now: Timestamp) -> Double {
        let current = number(now)
        guard current >= newest else {
            // Processes that ask at the same time may be a little out of order.
            let back = isAhead(of: now) ? newest - current : 0
            newest -= back
            return Double(back) * part
        }
        let kept = counts.suffix(max(0, Self.parts + 1 - (current - newest)))
        counts = kept + Array(repeating: 0, count: min(current - newest, Self.parts + 1))
        newest = current
        return 0
    }

    /// Units in the window.
    var sum: Int { counts.reduce(0, +) }

    /// When there is room for `units` beside what the window holds, of `limit` in all; nil: now. A call dearer than the limit needs the window for itself.
    func wait(for units: Int, limit: Int) -> Timestamp? {
        let allowed = max(0, limit - units)
        var rest = sum
        guard rest > allowed else { return nil }
        for (place, count) in counts.enumerated() {
            rest -= count
            if rest <= allowed { return freed(newest - (counts.count - 1) + place) }
        }
        return freed(newest)
    }

    /// Adds what was spent at a time, or with less than zero takes back what was reserved then. What the window has left is not changed.
    mutating func add(_ units: Int, spentAt time: Timestamp) {
        // After a clock was set back, a time may lie ahead of it.
        let place = min(number(time), units < 0 ? .max : newest) - newest + counts.count - 1
        guard counts.indices.contains(place) else { return }
        counts[place] = min(max(0, counts[place] + min(max(units, -Self.most), Self.most)), Self.most)
    }

    private func number(_ time: Timestamp) -> Int { Int((Double(time.milliseconds) / part).rounded(.down)) }

    private func freed(_ number: Int) -> Timestamp {
        Timestamp(milliseconds: Int64((Double(number + Self.parts + 1) * part).rounded(.up)))
    }
}
