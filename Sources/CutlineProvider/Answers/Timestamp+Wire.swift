import CutlineCore

extension Timestamp {
    /// A date of HTTP (RFC 9110, §5.6.7, the two old forms included) or of ISO 8601; without a zone it is UTC.
    init?(wire text: String) {
        let text = text.asCaption
        guard text.utf8.count <= 100, let milliseconds = Self.iso(text) ?? Self.http(text) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// `2025-05-19T10:35:00.5+02:00`
    private static func iso(_ text: String) -> Int64? {
        let halves = text.split(maxSplits: 1) { "Tt ".contains($0) }
        let date = halves.first?.split(separator: "-").compactMap { Int($0) } ?? []
        guard halves.count == 2, date.count == 3, date[0] > 31 else { return nil }
        let clock = halves[1].prefix { $0.isNumber || ":.".contains($0) }
        guard let time = Self.clock(clock) else { return nil }
        let zone = halves[1].dropFirst(clock.count)
        let offset = zone.dropFirst().split(separator: ":").compactMap { Int64($0) }
        guard offset.allSatisfy({ (0..<60).contains($0) }) else { return nil }
        let shift = (zone.hasPrefix("-") ? -1 : 1) * ((offset.first ?? 0) * 60 + (offset.count > 1 ? offset[1] : 0))
        return day(date[0], date[1], date[2]).map { $0 * 86_400_000 + time - shift * 60_000 }
    }

    /// `Wed, 21 Oct 2026 07:28:00 GMT`, `Wednesday, 21-Oct-26 07:28:00 GMT`, `Wed Oct 21 07:28:00 2026`
    private static func http(_ text: String) -> Int64? {
        let words = text.split { " ,-".contains($0) }
        let numbers = words.compactMap { Int($0) }
        guard let time = words.lazy.compactMap({ clock($0) }).first, numbers.count == 2,
            let month = words.lazy.compactMap({ months.firstIndex(of: $0.prefix(3).lowercased()) }).first
        else { return nil }
        let year = (0..<100).contains(numbers[1]) ? numbers[1] + 2_000 : numbers[1]
        return day(year, month + 1, numbers[0]).map { $0 * 86_400_000 + time }
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// `10:35:00.5` in milliseconds.
    private static func clock(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":").compactMap { Double($0) }
        guard parts.count == 3, parts[0] < 24, parts[1] < 60, parts[2] < 61, parts.allSatisfy({ $0 >= 0 }) else { return nil }
        return Int64((parts[0] * 3_600 + parts[1] * 60 + parts[2]) * 1_000)
    }

    /// Days since 1970; nil for those before, which no provider means.
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
        guard year >= 1_970, let year = Int64(exactly: year) else { return nil }
        return CivilDate(year: year, month: Int64(month), day: Int64(day))?.daysSince1970
    }
}
