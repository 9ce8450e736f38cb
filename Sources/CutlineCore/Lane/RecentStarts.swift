/// How many calls were started in each quarter of the last four seconds.
struct RecentStarts: Codable, Hashable, Sendable {
    private static let width: Int64 = 250
    private var counts = [Int](repeating: 0, count: 16)
    /// The number of the newest quarter.
    private var newest: Int64 = 0

    mutating func add(_ count: Int, at time: Timestamp) {
        let quarter = time.milliseconds / Self.width
        if quarter > newest { shift(by: quarter - newest) }
        let age = Int(clamping: newest - quarter)
        guard counts.indices.contains(age) else { return }
        counts[age] = max(0, counts[age] + count)
    }

    private mutating func shift(by quarters: Int64) {
        let empty = [Int](repeating: 0, count: Int(min(quarters, Int64(counts.count))))
        counts = empty + counts.dropLast(empty.count)
        newest += quarters
    }

    /// What was started in the quarter of `time` and in the four before, but not more than a second's worth of it.
    func count(inSecondBefore time: Timestamp) -> Int {
        let age = Int(clamping: newest - time.milliseconds / Self.width)
        return (age...(age + 3)).reduce(0) { $0 + (counts.indices.contains($1) ? counts[$1] : 0) }
    }

    /// What was started in the quarter of `time` and since.
    func count(since time: Timestamp) -> Int {
        let age = Int(clamping: newest - time.milliseconds / Self.width)
        return counts.prefix(max(0, age + 1)).reduce(0, +)
    }
}
