import CutlineCore
import NIOHTTP1

extension RetryHints {
    /// What the headers of an answer say of the limits: OpenAI's and Anthropic's names, the plain ones, and both forms of the drafts.
    /// Of several limits on one thing, the one that ends first. Nil where nothing says how much remains and until when.
    func announced(_ headers: HTTPHeaders) -> Announced? {
        let listed = policies(headers)
        let requests =
            plain(headers) + named(headers, ["requests"]) + listed.filter { !$0.isTokens }.map(\.allowance)
        let tokens = named(headers, ["tokens", "input-tokens", "output-tokens"]) + listed.filter(\.isTokens).map(\.allowance)
        let allowances = [MeterKind.requests: tightest(requests), .tokens: tightest(tokens)].compactMapValues(\.self)
        return allowances.isEmpty ? nil : Announced(allowances)
    }

    private typealias Allowance = Announced.Allowance

    private func tightest(_ allowances: [Allowance]) -> Allowance? {
        allowances.min { a, b in
            Double(a.remaining) / max(1, Double(a.resetsIn.milliseconds)) < Double(b.remaining) / max(1, Double(b.resetsIn.milliseconds))
        }
    }

    private func plain(_ headers: HTTPHeaders) -> [Allowance] {
        ["x-ratelimit-", "ratelimit-"].compactMap { prefix in
            allowance { headers.first(name: prefix + $0) }
        }
    }

    private func named(_ headers: HTTPHeaders, _ kinds: [String]) -> [Allowance] {
        kinds.flatMap { kind in
            [
                allowance { headers.first(name: "x-ratelimit-\($0)-\(kind)") },
                allowance { headers.first(name: "anthropic-ratelimit-\(kind)-\($0)") },
            ].compactMap(\.self)
        }
    }

    /// `ratelimit: limit=10, remaining=3, reset=7`, or `"minute";r=3;t=7` with the limits in `ratelimit-policy: "minute";q=10;w=60`.
    private func policies(_ headers: HTTPHeaders) -> [(allowance: Allowance, isTokens: Bool)] {
        guard let text = headers.first(name: "ratelimit")?.prefix(1_000) else { return [] }
        let whole = Dictionary(wireFields: String(text))
        if let one = allowance({ whole[$0] }) { return [(one, false)] }
        let limits = Dictionary(
            (headers.first(name: "ratelimit-policy") ?? "").prefix(1_000).split(separator: ",").map { ($0.policyName, String($0)) },
            uniquingKeysWith: { first, _ in first })
        return text.split(separator: ",").prefix(20).compactMap { item in
            let fields = Dictionary(wireFields: String(item))
            let limit = limits[item.policyName].flatMap { Dictionary(wireFields: $0)["q"] }
            return allowance { ["limit": limit, "remaining": fields["r"], "reset": fields["t"]][$0] ?? nil }
                .map { ($0, item.policyName.contains("token")) }
        }
    }

    /// From the texts under `limit`, `remaining` and `reset`.
    private func allowance(_ text: (String) -> String?) -> Allowance? {
        guard let remaining = text("remaining").flatMap(count), let reset = text("reset").flatMap(resetWait) else { return nil }
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
