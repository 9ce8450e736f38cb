import CutlineCore
import NIOHTTP1

/// How long a provider asks to wait, in whatever form it says so. Waits of zero and less are no hints.
struct RetryHints: Sendable {
    let now: Timestamp
    /// What the answer's own clock says, by which its dates and epochs are meant; ours where it does not say.
    private let clock: Timestamp

    init(now: Timestamp, headers: HTTPHeaders = [:]) {
        self.now = now
        clock = headers.first(name: "date").flatMap { Timestamp(wire: $0) } ?? now
    }

    /// What the answer tells by itself, else the end of the day for a daily quota, and a short wait where only the pace is wrong.
    func wait(for kind: FailureClass, status: Int, headers: HTTPHeaders, report: ErrorReport) -> Duration? {
        let isRefusal = kind == .rateLimited || kind == .quotaExhausted || status == 429
        let wait = told(isRefusal: isRefusal, headers: headers, report: report)
        guard kind == .quotaExhausted else { return wait ?? ownWait(kind, report) }
        // Gateways put a second's wait on every 429; an exhausted quota does not come back in one.
        if let wait, wait >= .seconds(60) { return wait }
        return report.isDaily ? untilMidnight : nil
    }

    /// Longer waits are a day's end, or a mistake.
    private static let usual = Duration.seconds(3_600)
    private static let absurd = Duration.seconds(86_400)

    /// The first of: `retry-after-ms`, `retry-after`, the body's own fields, its sentence, and on a refusal the headers that say when the limit
    /// is free again.
    ///
    /// Where they contradict each other, one of more than an hour yields to a shorter one, since a header that is misread by a unit or a clock
    /// is off by far, and asking too early costs one refusal; one of more than a day yields also to what the limits say. A wait that stands
    /// alone is told as it is.
    func told(isRefusal: Bool, headers: HTTPHeaders, report: ErrorReport) -> Duration? {
        let hints = [header(headers), body(report.root), sentence(report.message)].compactMap(\.self)
        let limits = isRefusal ? reset(headers) ?? reset(quoted(report.root)) : nil
        guard let first = hints.first else { return limits }
        guard first > Self.usual else { return first }
        if let shorter = hints.first(where: { $0 <= Self.usual }) { return shorter }
        return first > Self.absurd ? limits.map { min($0, first) } ?? first : first
    }

    /// What a provider that says no wait is given all the same.
    private func ownWait(_ kind: FailureClass, _ report: ErrorReport) -> Duration? {
        if report.names("openrouterinflightbudget") || report.names("inflightbudgetexhausted") { return .seconds(30) }
        if kind == .overloaded, Phrase("loading model").occurs(in: report.searchedText) { return .seconds(5) }
        return nil
    }

    /// Quotas per day begin anew at 00:00 UTC.
    private var untilMidnight: Duration { .milliseconds(86_400_000 - clock.milliseconds % 86_400_000) }

    private func header(_ headers: HTTPHeaders) -> Duration? {
        ["retry-after-ms", "x-ms-retry-after-ms"].lazy.compactMap { headers.first(name: $0) }
            .compactMap { positive(Double($0.asCaption).map { $0 / 1_000 }) }.first
            ?? ["retry-after", "x-retry-after", "x-ratelimit-reset-after", "ratelimit-reset-after", "x-ratelimit-retry-after"].lazy
            .compactMap { headers.first(name: $0) }.compactMap(moment).first
    }

    private func body(_ root: JSONValue) -> Duration? {
        let error = root["error"]
        for details in [root["details"], error?["details"], error?["metadata"], root["detail"], root, error] {
            guard let details, details.object != nil else { continue }
            if let wait = positive(details["retry_after_ms"]?.wireNumber.map { $0 / 1_000 }) { return wait }
            for name in ["retry_after", "retry_after_seconds", "retryAfter"] {
                if let wait = details[name]?.wireText.flatMap(moment) { return wait }
            }
            for name in ["reset_time", "reset_at", "resets_at"] { if let wait = details[name]?.wireText.flatMap(moment) { return wait } }
        }
        return retryInfo(error?["details"]?.array ?? root["details"]?.array ?? [])
    }

    /// Google's RetryInfo: `"37s"`, or seconds and nanoseconds.
    private func retryInfo(_ details: [JSONValue]) -> Duration? {
        details.prefix(20).lazy.compactMap { $0["retryDelay"] }
            .compactMap { positive($0.string.flatMap { seconds(of: $0) } ?? $0["seconds"]?.wireNumber) }.first
    }

    /// The headers that OpenRouter repeats in its body.
    private func quoted(_ root: JSONValue) -> HTTPHeaders {
        let headers = root["error"]?["metadata"]?["headers"]?.object ?? [:]
        return HTTPHeaders(headers.compactMap { name, value in (value.string ?? value.int.map(String.init)).map { (name, $0) } })
    }

    /// "Please try again in 1.2s.", "retry after 1 minute 30 seconds", "try again at 2026-10-21T07:28:00Z", "请在 30 秒后重试"
    private func sentence(_ message: String) -> Duration? {
        let text = String(message.prefix(4_000)).lowercased()
        for lead in [
            "again in ", "retry after ", "retry in ", "again after ", "please wait ", "wait for ", "resets in ", "reset in ", "请在", "请等待",
        ] {
            var rest = text[...]
            while let range = rest.firstRange(of: lead) {
                rest = rest[range.upperBound...]
                if let wait = positive(WrittenSpan(rest.prefix(60)).seconds) { return wait }
            }
        }
        for lead in ["again at ", "again after ", "retry after ", "resets at ", "reset at "] {
            guard let range = text.firstRange(of: lead) else { continue }
            let words = text[range.upperBound...].prefix(40).split(separator: " ")
            let dates = [6, 2, 1].map { words.prefix($0).joined(separator: " ").trimmed }
            if let wait = dates.lazy.compactMap({ Timestamp(wire: $0).flatMap(until) }).first ?? dates.last.flatMap(epoch) { return wait }
        }
        return nil
    }

    /// When the used-up limits are free again.
    private func reset(_ headers: HTTPHeaders) -> Duration? {
        let waits = LimitHeaders(headers).groups.map { wait(reset: $0.texts["reset"], remaining: $0.texts["remaining"]) }
        let combined = Dictionary(wireFields: headers.first(name: "ratelimit") ?? "")
        return (waits + [wait(reset: combined["reset"], remaining: combined["remaining"])]).compactMap(\.self).max()
    }

    private func wait(reset: String?, remaining: String?) -> Duration? {
        if let left = remaining.flatMap({ Double($0.asCaption) }), left > 0 { return nil }
        return reset.flatMap(moment)
    }

    /// A number is a span, or by its size a time in seconds or milliseconds since 1970; else a duration or a date.
    func moment(_ text: String) -> Duration? {
        if let wait = epoch(text) { return wait }
        guard let number = Double(text.asCaption) else { return positive(seconds(of: text)) ?? Timestamp(wire: text).flatMap(until) }
        return Self.epochs.contains(number) ? nil : positive(number)
    }

    /// From 2001 on, in seconds or in milliseconds: no span is as long.
    private static let epochs = 1e9..<1e15

    private func epoch(_ text: String) -> Duration? {
        guard let number = Double(text.asCaption), Self.epochs.contains(number) else { return nil }
        return until(Timestamp(milliseconds: Int64(number >= 1e11 ? number : number * 1_000)))
    }

    /// By the clock of the answer; what has passed says nothing.
    private func until(_ time: Timestamp) -> Duration? { positive(Double((time - clock).milliseconds) / 1_000) }

    /// Bounded to a month: nothing that is not a mistake asks for more.
    private func positive(_ seconds: Double?) -> Duration? {
        guard let seconds, seconds > 0, seconds.isFinite else { return nil }
        return .milliseconds(Int64((min(seconds, 31 * 86_400) * 1_000).rounded(.up)))
    }

    /// A duration as Go writes it: `1h2m3.5s`, `6m0s`, `12ms`; seconds without a unit.
    private func seconds(of text: String) -> Double? {
        guard text.utf8.count <= 100 else { return nil }
        var total = 0.0
        var rest = text.asCaption[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
            guard let number = Double(digits), let factor = ["h": 3_600, "m": 60, "s": 1, "ms": 0.001, "": 1][String(unit)] else {
                return nil
            }
            total += number * factor
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return total
    }
}

extension ErrorReport {
    /// Whether a limit per day was reached, and not one of nothing.
    fileprivate var isDaily: Bool {
        let text = searchedText
        return ["daily", "per day", "per-day", "perday"].contains { (phrase: Phrase) in phrase.occurs(in: text) }
            && !Phrase("limit: 0,").occurs(in: text)
    }
}

extension [String: String] {
    /// `limit=10, remaining=0, reset=7`
    init(wireFields text: String) {
        let pairs = text.prefix(1_000).split { ",;".contains($0) }.map { $0.split(separator: "=", maxSplits: 1) }.filter { $0.count == 2 }
        self.init(pairs.map { (String($0[0]).asCaption.lowercased(), String($0[1]).asCaption) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A span of time as people write it: `1.2s`, `2 minutes 30 seconds`, `1 hour and 5 min`, `30 秒后`; seconds without a unit.
private struct WrittenSpan {
    private(set) var seconds: Double?

    init(_ text: Substring) {
        var rest = text
        while true {
            rest = rest.drop { " ,~".contains($0) }
            for filler in ["and ", "about ", "approximately ", "another "] where rest.hasPrefix(filler) {
                rest = rest.dropFirst(filler.count)
            }
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits.hasSuffix(".") ? digits.dropLast() : digits) else { return }
            rest = rest.dropFirst(digits.count).drop { $0 == " " }
            let unit = rest.prefix { $0.isLetter }
            guard let factor = Self.factor(unit) else {
                // The beginning of a date is no number of seconds.
                if seconds == nil, unit.isEmpty, number < 1e9, !"-/:".contains(rest.first ?? " ") { seconds = number }
                return
            }
            seconds = (seconds ?? 0) + number * factor
            rest = rest.dropFirst(unit.count)
        }
    }

    private static func factor(_ unit: Substring) -> Double? {
        for (word, factor) in [("毫秒", 0.001), ("秒", 1), ("分", 60), ("小时", 3_600.0)] where unit.hasPrefix(word) { return factor }
        switch unit {
        case "ms", "msec", "millis", "millisecond", "milliseconds": return 0.001
        case "s", "sec", "secs", "second", "seconds": return 1
        case "m", "min", "mins", "minute", "minutes": return 60
        case "h", "hr", "hrs", "hour", "hours": return 3_600
        case "d", "day", "days": return 86_400
        default: return nil
        }
    }
}

extension String {
    /// Without what ends a sentence or a bracket.
    fileprivate var trimmed: String {
        var text = self[...]
        while let last = text.last, ".,;)\"'".contains(last) { text.removeLast() }
        return String(text)
    }
}

extension JSONValue {
    fileprivate var wireText: String? { string ?? double.map { "\($0)" } }
}
