import CutlineCore
import NIOHTTP1

/// How long a provider asks to wait, in whatever form it says so. Waits of zero and less are no hints.
struct RetryHints: Sendable {
    let now: Timestamp

    /// The first of: `retry-after-ms`, `retry-after`, the body's own fields, its sentence, and on a refusal the headers that say when
    /// the limit is free again.
    func wait(for kind: FailureClass, status: Int, headers: HTTPHeaders, report: ErrorReport) -> Duration? {
        let wait = header(headers) ?? body(report.root) ?? sentence(report.message) ?? (status == 429 ? reset(headers) : nil)
        // Gateways put a second's wait on every 429; an exhausted quota does not come back in one.
        if kind == .quotaExhausted, let wait, wait < .seconds(60) { return nil }
        return wait
    }

    private func header(_ headers: HTTPHeaders) -> Duration? {
        positive(headers.first(name: "retry-after-ms").flatMap { Double($0.trimmed) }.map { $0 / 1_000 })
            ?? headers.first(name: "retry-after").flatMap(after)
    }

    /// Seconds or a date.
    private func after(_ text: String) -> Duration? {
        if let seconds = Double(text.trimmed) { return positive(seconds) }
        return Timestamp(wire: text).flatMap(until)
    }

    private func body(_ root: JSONValue) -> Duration? {
        let error = root["error"]
        for details in [root["details"], error?["details"], error?["metadata"], root, error] {
            if let wait = positive(details?["retry_after"]?.wireNumber) { return wait }
            if let wait = details?["reset_time"]?.string.flatMap({ Timestamp(wire: $0) }).flatMap(until) { return wait }
        }
        // Google's RetryInfo.
        return error?["details"]?.array?.lazy.compactMap { $0["retryDelay"]?.string }.compactMap { positive(seconds(of: $0)) }.first
    }

    /// "Please try again in 1.2s."
    private func sentence(_ message: String) -> Duration? {
        let text = message.lowercased()
        for lead in ["try again in ", "retry after ", "retry in "] {
            guard let range = text.firstRange(of: lead) else { continue }
            let rest = text[range.upperBound...].prefix(40)
            let number = rest.prefix { $0.isNumber || ".hms".contains($0) }
            let unit = rest.dropFirst(number.count).drop { $0 == " " }
            let word = ["ms", "milli", "s", "min", "hour"].first { unit.hasPrefix($0) }
            let written =
                number.last?.isNumber == true ? "\(number)\(["milli": "ms", "min": "m", "hour": "h"][word] ?? word ?? "s")" : "\(number)"
            let trimmed = written.hasSuffix(".") ? String(written.dropLast()) : written
            if let wait = positive(seconds(of: trimmed)) { return wait }
        }
        return nil
    }

    /// When the used-up limits are free again. A number is a wait, or a time in seconds or milliseconds, by its size.
    private func reset(_ headers: HTTPHeaders) -> Duration? {
        let names = ["ratelimit-", "x-ratelimit-"].map { ($0 + "reset", $0 + "remaining") }
        let used = ["requests", "tokens"].map { ("x-ratelimit-reset-" + $0, "x-ratelimit-remaining-" + $0) }
        let waits = (names + used).compactMap { reset, remaining -> Duration? in
            if let left = headers.first(name: remaining).flatMap({ Double($0.trimmed) }), left > 0 { return nil }
            return headers.first(name: reset).flatMap { resetWait($0.trimmed) }
        }
        return waits.max()
    }

    private func resetWait(_ text: String) -> Duration? {
        guard let number = Double(text) else { return positive(seconds(of: text)) ?? Timestamp(wire: text).flatMap(until) }
        guard number > 1e9 else { return positive(number) }
        guard number < 1e15 else { return nil }
        return until(Timestamp(milliseconds: Int64(number > 1e12 ? number : number * 1_000)))
    }

    private func until(_ time: Timestamp) -> Duration? { time > now ? time - now : nil }

    /// Bounded to a month: nothing that is not a mistake asks for more.
    private func positive(_ seconds: Double?) -> Duration? {
        guard let seconds, seconds > 0, seconds.isFinite else { return nil }
        return .milliseconds(Int64((min(seconds, 31 * 86_400) * 1_000).rounded(.up)))
    }

    /// A duration as Go writes it: `1h2m3.5s`, `6m0s`, `12ms`; seconds without a unit.
    private func seconds(of text: String) -> Double? {
        var total = 0.0
        var rest = text.trimmed[...]
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

extension Timestamp {
    /// A date of HTTP (RFC 9110, §5.6.7, the two old forms included) or of ISO 8601; without a zone it is UTC.
    init?(wire text: String) {
        guard let milliseconds = Self.iso(text.trimmed) ?? Self.http(text.trimmed) else { return nil }
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
        let year = numbers[1] < 100 ? numbers[1] + 2_000 : numbers[1]
        return day(year, month + 1, numbers[0]).map { $0 * 86_400_000 + time }
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// `10:35:00.5` in milliseconds.
    private static func clock(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":").compactMap { Double($0) }
        guard parts.count == 3, parts[0] < 24, parts[1] < 60, parts[2] < 61, parts.allSatisfy({ $0 >= 0 }) else { return nil }
        return Int64((parts[0] * 3_600 + parts[1] * 60 + parts[2]) * 1_000)
    }

    /// Days since 1970 in the Gregorian calendar; the year is taken to begin in March, so that the leap day comes last.
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
        guard (1_970..<10_000).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return Int64(y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468)
    }
}

extension String {
    fileprivate var trimmed: String { asCaption }
}
