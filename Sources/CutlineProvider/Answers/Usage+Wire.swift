import CutlineCore
import NIOHTTP1

extension Usage {
    /// Beyond these a number is a mistake and counts as unknown; sums over ninety million calls still fit into 64 bits.
    static let maxTokens = 1e9
    static let maxCost = Money(nanodollars: 100_000_000_000)

    /// Reads tokens and cost under all the keys and in all the places that providers use. Numbers are readings: where they contradict each other the
    /// larger counts (of what came from a cache the smaller, which is the dearer); what is missing, negative, absurd or plainly unfilled is unknown
    /// and leaves the others as they are. Output is what is told, and at least what the total leaves beside the input: thinking is billed and
    /// stands with some providers in the total alone.
    init(wire root: JSONValue, headers: HTTPHeaders) {
        let places = UsagePlaces(root)
        let readings = places.usages.map { TokenReading($0) }
        let inputs = readings.flatMap(\.inputs)
        let total = readings.compactMap(\.total).max()
        self.init(
            inputTokens: inputs.max(), outputTokens: Self.output(readings.compactMap(\.output), total: total, leastInput: inputs.min()),
            cachedTokens: readings.flatMap(\.cached).min())
        // Nothing used is a place that was not filled.
        if (inputTokens ?? 0) + (outputTokens ?? 0) == 0 { (inputTokens, outputTokens, cachedTokens) = (nil, nil, nil) }
        if let total, total > totalTokens ?? 0 { tokensAtMost = total }
        cost = places.cost(headers)
        costSource = cost.map { _ in .reported }
        servedTier = places.servedTier
    }

    /// Whether the provider said anything that was used.
    var isKnown: Bool { inputTokens != nil || outputTokens != nil || tokensAtMost != nil || (cost ?? .zero) > .zero }

    private static func output(_ told: [Int], total: Int?, leastInput: Int?) -> Int? {
        // A total that is less than its part is impossible.
        guard let total, let leastInput, total > leastInput else { return told.max() }
        return max(told.max() ?? 0, total - leastInput)
    }
}

/// What one object says of tokens.
private struct TokenReading {
    /// All that was read, whether or not it was stored in or came from a cache; each place that says so.
    var inputs: [Int]
    /// With thinking.
    var output: Int?
    var total: Int?
    /// Each place that says how much came from a cache.
    var cached: [Int]

    init(_ usage: JSONValue) {
        let prompts = usage.counts(["prompt_tokens"], ["tokens_prompt"], ["promptTokens"], ["inputTokens"], ["prompt_eval_count"])
        // Anthropic counts what was stored and what was found apart, Google what tools brought.
        let anthropic = usage.sum(of: ["input_tokens"], and: ["cache_creation_input_tokens"], ["cache_read_input_tokens"])
        let google = usage.sum(of: ["promptTokenCount"], and: ["toolUsePromptTokenCount"])
        inputs = (prompts + [anthropic, google].compactMap(\.self)).filter { $0 > 0 && Double($0) <= Usage.maxTokens }
        output = Self.output(usage)
        total = usage.largest(["total_tokens"], ["tokens_total"], ["totalTokens"], ["totalTokenCount"]).flatMap { $0 > 0 ? $0 : nil }
        cached = usage.counts(
            ["prompt_tokens_details", "cached_tokens"], ["input_tokens_details", "cached_tokens"], ["cache_read_tokens"],
            ["prompt_cache_hit_tokens"], ["cache_read_input_tokens"], ["cachedContentTokenCount"], ["cached_tokens"])
    }

    private static func output(_ usage: JSONValue) -> Int? {
        let told = usage.largest(
            ["completion_tokens"], ["output_tokens"], ["tokens_completion"], ["completionTokens"], ["outputTokens"], ["eval_count"])
        let thought = usage.largest(
            ["completion_tokens_details", "reasoning_tokens"], ["output_tokens_details", "reasoning_tokens"], ["reasoning_tokens"])
        let google = usage.sum(of: ["candidatesTokenCount"], and: ["thoughtsTokenCount"]) ?? usage.largest(["thoughtsTokenCount"])
        // Thinking is usually a part; what is more than the whole stands apart.
        let own = told.map { told in thought.map { $0 > told ? told + $0 : told } ?? told } ?? thought.flatMap { $0 > 0 ? $0 : nil }
        return [own, google].compactMap(\.self).filter { Double($0) <= Usage.maxTokens }.max()
    }
}

/// Where in an answer, or in an error, usage and cost may stand.
private struct UsagePlaces {
    private let roots: [JSONValue]
    /// Each once.
    let usages: [JSONValue]

    init(_ json: JSONValue) {
        roots = [json, json["data"], json["response"], json["message"], json["error"], json["error"]?["metadata"]]
            .compactMap(\.self).filter { $0.object != nil }
        let found = roots.flatMap { root in
            [
                root["usage"], root["usageMetadata"], root["usage_metadata"], root["x_groq"]?["usage"], root["choices"]?[0]?["usage"],
                root["eval_count"] == nil ? nil : root,
            ]
        }
        usages = found.compactMap(\.self).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// A word, of whichever tiers the provider has.
    var servedTier: String? {
        roots.lazy.compactMap { $0["service_tier"]?.string?.asCaption.nonEmpty }.first.map { String($0.prefix(64)) }
    }

    /// The largest that is told: with a key of one's own at the upstream, a gateway charges nothing and reports the rest apart.
    func cost(_ headers: HTTPHeaders) -> Money? {
        let numbers =
            roots.flatMap {
                [
                    $0["cost"]?.wireNumber, $0["cost_details"]?["upstream_inference_cost"]?.wireNumber,
                    $0["cost_details"]?["byok_cost"]?.wireNumber,
                ]
            }
            + usages.flatMap { usage in
                [
                    usage["cost"]?.wireNumber, usage["cost_breakdown"]?.sum(totalKey: "total_cost"), usage["total_cost"]?.wireNumber,
                    usage["cost_details"]?["upstream_inference_cost"]?.wireNumber, Self.withOwnKey(usage),
                ]
            } + [headers.first(name: "x-litellm-response-cost").flatMap { JSONValue.string($0).wireNumber }]
        return numbers.compactMap { $0.flatMap { Money(dollars: $0) } }.filter { $0 < Usage.maxCost }.max()
    }

    /// The gateway's fee and the upstream's bill, which the user pays both.
    private static func withOwnKey(_ usage: JSONValue) -> Double? {
        guard usage["is_byok"] == .bool(true), let fee = usage["cost"]?.wireNumber,
            let bill = usage["cost_details"]?["upstream_inference_cost"]?.wireNumber, fee >= 0, bill >= 0
        else { return nil }
        return fee + bill
    }
}

extension JSONValue {
    /// A number, also where it stands in quotes.
    var wireNumber: Double? {
        guard let text = string?.asCaption else { return double }
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text)
    }

    /// The member `totalKey`, else all numbers together; nil where one of them is negative.
    fileprivate func sum(totalKey: String) -> Double? {
        if let total = self[totalKey]?.wireNumber { return total }
        let numbers = object?.values.compactMap(\.wireNumber) ?? []
        return numbers.isEmpty || numbers.contains { $0 < 0 } ? nil : numbers.reduce(0, +)
    }

    /// The possible numbers at these places, rounded up.
    fileprivate func counts(_ paths: [[String]]) -> [Int] {
        paths.compactMap { path in
            guard let number = path.reduce(Optional(self), { $0?[$1] })?.wireNumber, number >= 0, number <= Usage.maxTokens else {
                return nil
            }
            return Int(number.rounded(.up))
        }
    }

    fileprivate func counts(_ paths: [String]...) -> [Int] { counts(paths) }
    fileprivate func largest(_ paths: [String]...) -> Int? { counts(paths).max() }

    /// The first with the others on top; nil without the first.
    fileprivate func sum(of first: [String], and more: [String]...) -> Int? {
        counts([first]).first.map { counts(more).reduce($0, +) }
    }
}
