/// What was spent since a limit of a day began anew.
struct DailyWindow: Codable, Hashable, Sendable {
    private let resets: DailyReset
    private var day: Range<Timestamp>
    private(set) var sum = 0

    /// Of what is counted: an answer may report any number.
    private static let most = 1 << 50

    init(_ resets: DailyReset, at now: Timestamp) {
        self.resets = resets
        day = resets.day(of: now)
    }

    /// Begins a new day. Calls that are under way then may reach the provider on either side of its reset, and count for both days. A clock
    /// that was set back takes the count along.
    mutating func advance(to now: Timestamp, underWay: Int) {
        guard !day.contains(now) else { return }
        if now >= day.upperBound { sum = max(0, min(underWay, Self.most)) }
        day = resets.day(of: now)
    }

    /// When there is room for `units`; nil: now. A call dearer than the limit needs the day for itself.
    func wait(for units: Int, limit: Int) -> Timestamp? { sum > max(0, limit - units) ? day.upperBound : nil }

    /// Adds what was spent, or with less than zero takes back what was reserved: today, or under way when today began.
    mutating func add(_ units: Int) { sum = min(max(0, sum + min(max(units, -Self.most), Self.most)), Self.most) }
}
