import CutlineCore
import NIOHTTP1

extension Usage {
    /// Beyond these a number is a mistake and counts as unknown; sums over ninety million calls still fit into 64 bits.
    static let maxTokens = 1e9
    static let maxCost = Money(nanodollars: 100_000_000_000)

    /// Reads tokens and cost under all the keys providers use; what is missing, negative, absurd or plainly unfilled stays nil.
    init(wire root: JSONValue, headers: HTTPHeaders) {
        let usage = root["usage"] ?? root["usageMetadata"] ?? root["x_groq"]?["usage"] ?? .null
        self.init(
            inputTokens: usage.tokens(["prompt_tokens"], ["input_tokens"], ["tokens_prompt"], ["promptTokenCount"]),
            outputTokens: usage.tokens(["completion_tokens"], ["output_tokens"], ["tokens_completion"], ["candidatesTokenCount"]),
            cachedTokens: usage.tokens(
                ["prompt_tokens_details", "cached_tokens"], ["input_tokens_details", "cached_tokens"], ["cache_read_tokens"],
                ["prompt_cache_hit_tokens"], ["cache_read_input_tokens"], ["cachedContentTokenCount"]))
        // No request is empty.
        if inputTokens == 0 { inputTokens = nil }
        if (inputTokens ?? 0) + (outputTokens ?? 0) == 0 { (inputTokens, outputTokens, cachedTokens) = (nil, nil, nil) }
        cost = Self.cost(root, usage, headers)
        costSource = cost.map { _ in .reported }
    }

    /// Whether the provider said anything that was used.
    var isKnown: Bool { inputTokens != nil || outputTokens != nil || (cost ?? .zero) > .zero }

    /// A 0 gives way to a later place: with a key of one's own at the upstream, the gateway charges nothing and reports the rest apart.
    private static func cost(_ root: JSONValue, _ usage: JSONValue, _ headers: HTTPHeaders) -> Money? {
        let numbers = [
            root["cost"]?.wireNumber, usage["cost"]?.wireNumber, usage["cost_breakdown"]?.sum(totalKey: "total_cost"),
            usage["cost_details"]?["upstream_inference_cost"]?.wireNumber, root["cost_details"]?["upstream_inference_cost"]?.wireNumber,
            root["cost_details"]?["byok_cost"]?.wireNumber,
            headers.first(name: "x-litellm-response-cost").flatMap { JSONValue.string($0).wireNumber },
        ]
        let costs = numbers.compactMap { $0.flatMap { Money(dollars: $0) } }.filter { $0 < maxCost }
        return costs.first { $0 > .zero } ?? costs.first
    }
}

extension JSONValue {
    /// A number, also where it stands in quotes.
    var wireNumber: Double? {
        guard let text = string?.asCaption else { return double }
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text)
    }

    /// The member `totalKey`, else all numbers together.
    fileprivate func sum(totalKey: String) -> Double? {
        if let total = self[totalKey]?.wireNumber { return total }
        let numbers = object?.values.compactMap(\.wireNumber) ?? []
        return numbers.isEmpty ? nil : numbers.reduce(0, +)
    }

    /// The first number above 0, else the first: some gateways fill only one of two pairs of keys.
    fileprivate func tokens(_ paths: [String]...) -> Int? {
        let counts = paths.compactMap { path -> Int? in
            guard let number = path.reduce(Optional(self), { $0?[$1] })?.wireNumber, number >= 0, number <= Usage.maxTokens else {
                return nil
            }
            return Int(number.rounded())
        }
        return counts.first { $0 > 0 } ?? counts.first
    }
}
