/// A point in time: milliseconds since 1970 in UTC. It is stored, so it is a wall-clock time and may jump.
package struct Timestamp: Codable, Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }
    package static func + (a: Timestamp, b: Duration) -> Timestamp { Timestamp(milliseconds: a.milliseconds + b.milliseconds) }
    package static func - (a: Timestamp, b: Timestamp) -> Duration { .milliseconds(a.milliseconds - b.milliseconds) }

    /// `2026-11-20T12:00:00Z`, whole seconds, rounded down.
    package var iso8601: String {
        let (days, second) = milliseconds.floored(by: 1_000).quotient.floored(by: 86_400)
        let date = CivilDate(daysSince1970: days)
        guard (0...9_999).contains(date.year) else {
            let day = "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))"
            return day + "T\(padded(second / 3_600)):\(padded(second / 60 % 60)):\(padded(second % 60))Z"
        }
        var text = Array("0000-00-00T00:00:00Z".utf8)
        func write(_ number: Int64, at place: Int) {
            text[place] += UInt8(number / 10)
            text[place + 1] += UInt8(number % 10)
        }
        write(date.year / 100, at: 0)
        write(date.year % 100, at: 2)
        write(date.month, at: 5)
        write(date.day, at: 8)
        write(second / 3_600, at: 11)
        write(second / 60 % 60, at: 14)
        write(second % 60, at: 17)
        return String(decoding: text, as: UTF8.self)
    }
}

private func padded(_ number: Int64, _ digits: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    package var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension Int64 {
    /// Division towards minus infinity; the remainder is never negative.
    func floored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
