import CutlineCore
import NIOHTTP1

/// How long a provider asks to wait, in whatever form it says so. Waits of zero and less are no hints.
struct RetryHints: Sendable {
    let now: Timestamp

    /// The first of: `retry-after-ms`, `retry-after`, the body's own fields, its sentence, and on a refusal the headers that say when
    /// the limit is free again; else the end of the day for a daily quota, and a short wait where only the pace is wrong.
    func wait(for kind: FailureClass, status: Int, headers: HTTPHeaders, report: ErrorReport) -> Duration? {
        let isRefusal = kind == .rateLimited || kind == .quotaExhausted || status == 429
        let wait =
            header(headers) ?? body(report.root) ?? sentence(report.message)
            ?? (isRefusal ? reset(headers) ?? reset(quoted(report.root)) : nil)
        guard kind == .quotaExhausted else { return wait ?? ownWait(kind, report) }
        // Gateways put a second's wait on every 429; an exhausted quota does not come back in one.
        if let wait, wait >= .seconds(60) { return wait }
        return report.isDaily ? untilMidnight : nil
    }

    /// What a provider that says no wait is given all the same.
    private func ownWait(_ kind: FailureClass, _ report: ErrorReport) -> Duration? {
        if !report.words.isDisjoint(with: ["openrouter_in_flight_budget", "in_flight_budget_exhausted"]) { return .seconds(30) }
        if kind == .overloaded, Phrase("loading model").occurs(in: report.searchedText) { return .seconds(5) }
        return nil
    }

    /// Quotas per day begin anew at 00:00 UTC.
    private var untilMidnight: Duration { .milliseconds(86_400_000 - now.milliseconds % 86_400_000) }

    private func header(_ headers: HTTPHeaders) -> Duration? {
        positive(headers.first(name: "retry-after-ms").flatMap { Double($0.asCaption) }.map { $0 / 1_000 })
            ?? headers.first(name: "retry-after").flatMap(after)
    }

    /// Seconds, a duration or a date.
    private func after(_ text: String) -> Duration? {
        if let seconds = Double(text.asCaption) { return positive(seconds) }
        return positive(seconds(of: text)) ?? Timestamp(wire: text).flatMap(until)
    }

    private func body(_ root: JSONValue) -> Duration? {
        let error = root["error"]
        for details in [root["details"], error?["details"], error?["metadata"], root["detail"], root, error] {
            guard let details, details.object != nil else { continue }
            if let wait = positive(details["retry_after_ms"]?.wireNumber.map { $0 / 1_000 }) { return wait }
            for name in ["retry_after", "retry_after_seconds", "retryAfter"] {
                if let wait = positive(details[name]?.wireNumber) ?? details[name]?.string.flatMap(after) { return wait }
            }
            for name in ["reset_time", "reset_at"] { if let wait = details[name]?.string.flatMap(resetWait) { return wait } }
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

    /// "Please try again in 1.2s."
    private func sentence(_ message: String) -> Duration? {
        let text = message.prefix(4_000).lowercased()
        for lead in ["again in ", "retry after ", "retry in ", "again after ", "please wait ", "wait for "] {
            guard let range = text.firstRange(of: lead) else { continue }
            let rest = text[range.upperBound...].prefix(40)
            let number = rest.prefix { $0.isASCII && ($0.isNumber || ".hms".contains($0)) }
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
        var pairs = ["ratelimit-", "x-ratelimit-"].map { ($0 + "reset", $0 + "remaining") }
        pairs += ["requests", "tokens"].map { ("x-ratelimit-reset-" + $0, "x-ratelimit-remaining-" + $0) }
        pairs += ["requests", "tokens", "input-tokens", "output-tokens"].map { name in
            ("anthropic-ratelimit-\(name)-reset", "anthropic-ratelimit-\(name)-remaining")
        }
        let waits = pairs.compactMap { reset, remaining in
            wait(reset: headers.first(name: reset), remaining: headers.first(name: remaining))
        }
        let combined = Dictionary(wireFields: headers.first(name: "ratelimit") ?? "")
        return (waits + [wait(reset: combined["reset"], remaining: combined["remaining"])].compactMap(\.self)).max()
    }

    private func wait(reset: String?, remaining: String?) -> Duration? {
        if let left = remaining.flatMap({ Double($0.asCaption) }), left > 0 { return nil }
        return reset.flatMap(resetWait)
    }

    /// A number is a wait, or a time in seconds or milliseconds, by its size; else a duration or a date.
    func resetWait(_ text: String) -> Duration? {
        guard let number = Double(text.asCaption) else { return positive(seconds(of: text)) ?? Timestamp(wire: text).flatMap(until) }
        guard number > 1e9 else { return positive(number) }
        guard number < 1e15 else { return nil }
        return until(Timestamp(milliseconds: Int64(number > 1e12 ? number : number * 1_000)))
    }

    private func until(_ time: Timestamp) -> Duration? { positive(Double((time - now).milliseconds) / 1_000) }

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
