extension Timestamp {
    /// Reads `2026-11-20`, `2026-11-20T12:00`, `2026-11-20 12:00:30`, each of the latter also with `Z` or an offset such as `+02:00`. Without
    /// one it is UTC. Nil for anything else and for a day that is not in the calendar.
    package init?(iso8601 text: String) {
        let parts = text.split(separator: text.contains("T") ? "T" : " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let day = parts.first.flatMap({ Self.day(String($0)) }) else { return nil }
        guard parts.count == 2 else {
            self.init(milliseconds: day * 86_400_000)
            return
        }
        guard let second = Self.second(String(parts[1])) else { return nil }
        self.init(milliseconds: (day * 86_400 + second) * 1_000)
    }

    /// Days since 1970.
    private static func day(_ text: String) -> Int64? {
        guard let numbers = numbers(text, "-", digits: [4, 2, 2]) else { return nil }
        return CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])?.daysSince1970
    }

    /// Seconds since midnight in UTC.
    private static func second(_ text: String) -> Int64? {
        var time = text[...]
        var offset: Int64 = 0
        if time.hasSuffix("Z") {
            time = time.dropLast()
        } else if let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            guard let numbers = numbers(String(time[sign...].dropFirst()), ":", digits: [2, 2]) else { return nil }
            offset = (numbers[0] * 3_600 + numbers[1] * 60) * (time[sign] == "-" ? -1 : 1)
            time = time[..<sign]
        }
        guard
            let numbers = numbers(String(time), ":", digits: [2, 2]) ?? numbers(String(time), ":", digits: [2, 2, 2]),
            numbers[0] < 24, numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        return numbers[0] * 3_600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0) - offset
    }

    private static func numbers(_ text: String, _ separator: Character, digits: [Int]) -> [Int64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == digits, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
        return parts.compactMap { Int64($0) }
    }
}
