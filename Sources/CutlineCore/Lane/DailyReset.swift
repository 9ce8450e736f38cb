// The only file of Core that imports Foundation: time zones and their changes are its tables.
import Foundation

/// When a limit of a day begins anew: at an hour of a time zone (`00:00 America/Los_Angeles`).
package struct DailyReset: Codable, Hashable, Sendable, CustomStringConvertible {
    /// Since midnight, by the zone's clocks.
    private let minute: Int
    /// An identifier, or an offset such as `+05:30`.
    private let zone: String

    /// Why a text is none.
    package struct Problem: Error, Hashable { package let reason: String }

    /// - Parameter text: `HH:MM`, in UTC or in the zone that follows it.
    package init(_ text: String) throws(Problem) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard let minute = parts.first.flatMap(Self.minute) else {
            throw Problem(reason: "expected an hour and a time zone, such as 00:00 America/Los_Angeles, or 00:00 for UTC")
        }
        let zone = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "UTC"
        guard Self.timeZone(zone) != nil else {
            throw Problem(reason: "\(zone) is not a time zone; give one by its name, such as America/Los_Angeles or UTC")
        }
        (self.minute, self.zone) = (minute, zone)
    }

    package init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// As it is given.
    package var description: String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(padded(minute / 60)):\(padded(minute % 60)) \(zone)"
    }

    /// The day that `time` is in: from its reset up to the next one, 23 to 25 hours where clocks change.
    package func day(of time: Timestamp) -> Range<Timestamp> {
        let zone = Self.timeZone(zone) ?? .gmt
        let seconds = time.milliseconds / 1_000
        let today = Int64((Double(seconds + Self.offset(of: zone, at: seconds)) / 86_400).rounded(.down))
        let resets = (today - 2...today + 2).map { Timestamp(milliseconds: reset(onDay: $0, in: zone) * 1_000) }
        let next = resets.firstIndex { $0 > time } ?? resets.count - 1
        return resets[max(0, next - 1)]..<resets[next]
    }

    /// Seconds since 1970. Where clocks are set back over the hour it comes the first time; where they are set forward over it, it comes as if
    /// they had not been.
    private func reset(onDay day: Int64, in zone: TimeZone) -> Int64 {
        let wall = day * 86_400 + Int64(minute) * 60
        let before = wall - Self.offset(of: zone, at: wall - 86_400)
        let after = wall - Self.offset(of: zone, at: wall + 86_400)
        if wall - Self.offset(of: zone, at: before) == before { return before }
        return wall - Self.offset(of: zone, at: after) == after ? after : before
    }

    /// Seconds by which its clocks are ahead of UTC.
    private static func offset(of zone: TimeZone, at seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }

    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60, parts[1].utf8.count == 2
        else { return nil }
        return hour * 60 + minute
    }

    private static func timeZone(_ name: String) -> TimeZone? {
        if name.hasPrefix("+") || name.hasPrefix("-") { return TimeZone(identifier: "GMT\(name)") }
        return TimeZone(identifier: name == "Z" ? "UTC" : name)
    }
}
