import CutlineCore
import NIOHTTP1

extension RetryHints {
    /// What the headers of an answer say of the limits: every name that `LimitHeaders` knows, and both forms of the drafts.
    /// Of several limits on one thing, the one that leaves least for its time. Nil where nothing says how much remains and until when.
    func announced(_ headers: HTTPHeaders) -> Announced? {
        let named = LimitHeaders(headers).groups.compactMap { group in
            allowance { group.texts[$0] }.map { (group.kind, $0) }
        }
        let allowances = Dictionary(grouping: named + policies(headers)) { $0.0 }.compactMapValues { tightest($0.map(\.1)) }
        return allowances.isEmpty ? nil : Announced(allowances)
    }

    private typealias Allowance = Announced.Allowance

    /// Where several leave nothing, the one that is free last.
    private func tightest(_ allowances: [Allowance]) -> Allowance? {
        func pace(_ allowance: Allowance) -> Double { Double(allowance.remaining) / max(1, Double(allowance.resetsIn.milliseconds)) }
        return allowances.min { a, b in
            (a.remaining, b.remaining) == (0, 0) ? a.resetsIn > b.resetsIn : pace(a) < pace(b)
        }
    }

    /// `ratelimit: limit=10, remaining=3, reset=7`, or `"minute";r=3;t=7` with the limits in `ratelimit-policy: "minute";q=10;w=60`; a partition
    /// key (`pk`) says for whom, which is us. What a policy counts says its unit (`qu`), else its name.
    private func policies(_ headers: HTTPHeaders) -> [(MeterKind, Allowance)] {
        guard let text = headers.first(name: "ratelimit")?.prefix(1_000) else { return [] }
        let whole = Dictionary(wireFields: String(text))
        if let one = allowance({ whole[$0] }) { return [(.requests, one)] }
        let policies = Dictionary(
            (headers.first(name: "ratelimit-policy") ?? "").prefix(1_000).split(separator: ",").map {
                ($0.policyName, Dictionary(wireFields: String($0)))
            },
            uniquingKeysWith: { first, _ in first })
        return text.split(separator: ",").prefix(20).compactMap { item in
            let fields = Dictionary(wireFields: String(item))
            let policy = policies[item.policyName] ?? [:]
            guard let kind = Self.kind(of: item.policyName, unit: policy["qu"]) else { return nil }
            return allowance { ["limit": policy["q"], "remaining": fields["r"], "reset": fields["t"]][$0] ?? nil }
                .map { (kind, $0) }
        }
    }

    /// Nil for what is neither calls nor tokens: bytes, or calls at once.
    private static func kind(of name: String, unit: String?) -> MeterKind? {
        let unit = unit?.filter { $0 != "\"" } ?? ""
        guard ["", "requests", "tokens"].contains(unit) else { return nil }
        guard unit == "tokens" || name.contains("token") else { return .requests }
        if name.contains("input") || name.contains("prompt") { return .inputTokens }
        return name.contains("output") || name.contains("completion") ? .outputTokens : .tokens
    }

    /// From the texts under `limit`, `remaining` and `reset`. Who tells no reset (Mistral, Fireworks) tells too little: the length of a window
    /// does not say when it ends, and a whole minute's silence would be dear where its refusals say a second.
    private func allowance(_ text: (String) -> String?) -> Allowance? {
        guard let remaining = text("remaining").flatMap(count), let reset = text("reset").flatMap(moment) else { return nil }
        return Allowance(limit: text("limit").flatMap(count), remaining: remaining, resetsIn: reset)
    }

    /// A limit may carry its policy behind a comma: `100, 100;w=60`.
    private func count(_ text: String) -> Int? {
        let number = text.split { ",;".contains($0) }.first.flatMap { Double(String($0).asCaption) }
        return number.flatMap { $0 >= 0 && $0 < 1e15 ? Int($0) : nil }
    }
}

extension Substring {
    /// The first word of a policy, without its quotes.
    fileprivate var policyName: String {
        (split(separator: ";").first.map(String.init) ?? "").asCaption.filter { $0 != "\"" }.lowercased()
    }
}
