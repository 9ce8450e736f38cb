import CutlineCore
import NIOHTTP1

extension Usage {
    /// Reads tokens and cost under all the keys providers use; what is missing, negative or plainly unfilled stays nil.
    init(wire root: JSONValue, headers: HTTPHeaders) {
        let usage = root["usage"] ?? root["usageMetadata"] ?? .null
        self.init(
            inputTokens: usage.tokens(["prompt_tokens"], ["input_tokens"], ["tokens_prompt"], ["promptTokenCount"]),
            outputTokens: usage.tokens(["completion_tokens"], ["output_tokens"], ["tokens_completion"], ["candidatesTokenCount"]),
            cachedTokens: usage.tokens(
                ["prompt_tokens_details", "cached_tokens"], ["input_tokens_details", "cached_tokens"], ["cache_read_tokens"],
                ["prompt_cache_hit_tokens"], ["cache_read_input_tokens"]))
        if (inputTokens ?? 0) + (outputTokens ?? 0) == 0 { (inputTokens, outputTokens, cachedTokens) = (nil, nil, nil) }
        cost = Self.cost(root, usage, headers)
        costSource = cost.map { _ in .reported }
    }

    /// Whether the provider said anything that was used.
    var isKnown: Bool { inputTokens != nil || outputTokens != nil || (cost ?? .zero) > .zero }

    /// A 0 gives way to a later place: with a key of one's own at the upstream, the gateway charges nothing and reports the rest apart.
    private static func cost(_ root: JSONValue, _ usage: JSONValue, _ headers: HTTPHeaders) -> Money? {
        let numbers = [
            root["cost"], usage["cost"], usage["cost_breakdown"]?["total_cost"],
            usage["cost_details"]?["upstream_inference_cost"],
            headers.first(name: "x-litellm-response-cost").map { JSONValue.string($0) },
        ]
        let costs = numbers.compactMap { $0?.wireNumber.flatMap { Money(dollars: $0) } }
        return costs.first { $0 > .zero } ?? costs.first
    }
}

extension JSONValue {
    /// A number, also where it stands in quotes.
    var wireNumber: Double? { double ?? string.flatMap { Double($0) } }

    fileprivate func tokens(_ paths: [String]...) -> Int? {
        for path in paths {
            let value = path.reduce(Optional(self)) { $0?[$1] }
            if let number = value?.wireNumber, number >= 0, let count = Int(exactly: number.rounded()) { return count }
        }
        return nil
    }
}
