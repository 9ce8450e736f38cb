import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Words {
    /// The time of day on this machine's clock, `14:02`; with the date where it is not that of `now`: `2026-11-25 14:02`.
    static func clock(_ time: Timestamp, near now: Timestamp, withSeconds: Bool = false, in zone: TimeZone = .current) -> String {
        let (then, today) = (parts(of: time, in: zone), parts(of: now, in: zone))
        let clock = ([then.hour, then.minute] + (withSeconds ? [then.second] : [])).map(padded).joined(separator: ":")
        let isToday = (then.year, then.month, then.day) == (today.year, today.month, today.day)
        return isToday ? clock : "\(then.year ?? 0)-\(padded(then.month))-\(padded(then.day)) \(clock)"
    }

    private static func parts(of time: Timestamp, in zone: TimeZone) -> DateComponents {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000)
        return calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    }

    private static func padded(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
}
