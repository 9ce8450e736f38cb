import CutlineCore
import CutlineQueue

/// Limits in words.
enum LimitText {
    /// `15 requests a minute`, `1,500 requests a day`, `450 requests in 30 min`.
    static func window(_ kind: MeterKind, _ limit: RateLimit) -> String { "\(Words.count(limit.count, noun(kind))) \(span(limit))" }

    /// All that is told, as in a table; nil where nothing is.
    static func list(_ limits: Limits) -> String? {
        var parts = MeterKind.allCases.flatMap { kind in limits[kind].map { "\(window(kind, $0))\(hour($0))" } }
        if let calls = limits.concurrency { parts.append("\(Words.count(calls, "call")) at once") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// `requests`, `input tokens`.
    static func name(_ kind: MeterKind) -> String { "\(noun(kind))s" }

    /// From here on a window holds calls back, and not the pace at which it is used.
    private static let longestPace = Duration.seconds(60)

    /// `1,500 requests a day are used up; goes on at 00:00 America/Los_Angeles (in 5 h 12 min)`; nil where calls only follow each other at the
    /// limit's pace.
    static func usedUp(_ kind: MeterKind, _ limit: RateLimit, until time: Timestamp, at now: Timestamp) -> String? {
        guard time - now > longestPace else { return nil }
        let wait = Words.duration(time - now)
        let end = limit.resets.map { "at \($0) (in \(wait))" } ?? "in \(wait)"
        return "\(window(kind, limit)) \(limit.count == 1 ? "is" : "are") used up; goes on \(end)"
    }

    private static func noun(_ kind: MeterKind) -> String {
        switch kind {
        case .requests: "request"
        case .tokens: "token"
        case .inputTokens: "input token"
        case .outputTokens: "output token"
        }
    }

    private static func span(_ limit: RateLimit) -> String {
        switch limit.window {
        case 1: return "a second"
        case 60: return "a minute"
        case 3_600: return "an hour"
        case RateLimit.day: return "a day"
        default: break
        }
        let minutes = limit.window / 60
        let isWhole = minutes == minutes.rounded() && minutes < 1_000
        return "in " + (isWhole ? "\(Int(minutes)) min" : Words.duration(.milliseconds(Int64(limit.window * 1_000))))
    }

    private static func hour(_ limit: RateLimit) -> String { limit.resets.map { " from \($0)" } ?? "" }

    /// The flags that tell windows of which there are flags; nil where there is one without.
    static func flags(_ limits: Limits) -> String? {
        let all = MeterKind.allCases.flatMap { kind in limits[kind].map { flag(kind, $0) } }
        let flags = all.compactMap(\.self)
        return flags.count == all.count ? flags.joined(separator: " ") : nil
    }

    private static func flag(_ kind: MeterKind, _ limit: RateLimit) -> String? {
        let name = "--\(kind.rawValue.replacing("_", with: "-"))"
        if limit.window == 60 { return "\(name)-per-minute \(limit.count)" }
        switch kind {
        case .requests, .tokens: return limit.window == RateLimit.day && limit.resets == nil ? "\(name)-per-day \(limit.count)" : nil
        case .inputTokens, .outputTokens: return nil
        }
    }
}

extension LaneStatus {
    /// A told limit that is used up, or an announced one that nothing is left of, and until when; nil where none is.
    func usedUpLimit(at now: Timestamp) -> (wait: MeterWait, text: String)? {
        let least = CallUnits(inputTokens: 1, outputTokens: 1)
        guard let wait = lane.meters(at: now).wait(for: least, calls: lane.inFlight + 1, at: now) else { return nil }
        guard let window = wait.window else {
            let rest = wait.until - now
            guard rest >= .seconds(5) else { return nil }
            return (wait, "at the limit on \(LimitText.name(wait.kind)) that the provider announces; goes on in \(Words.duration(rest))")
        }
        return LimitText.usedUp(wait.kind, window, until: wait.until, at: now).map { (wait, $0) }
    }
}
