import CutlineCore

extension ModelEntry {
    /// Reads a model in any form that providers use (docs/providers.md); nil where it has no name or is none that can be asked.
    ///
    /// - Parameter provider: the list it stands in belongs to this provider, whose name goes before the model's.
    init?(wire json: JSONValue, provider: String?) {
        guard let id = Self.id(json, provider: provider), !Self.isForShow(json) else { return nil }
        self.init(id: id)
        name = ["display_name", "displayName", "name"].lazy.compactMap { json[$0]?.string }.first { !$0.isEmpty && $0 != id }
        vision = Self.vision(json)
        contextLength = json.tokens(
            at: "context_length", "context_window", "max_context_length", "max_model_len", "inputTokenLimit", "top_provider.context_length",
            "model_info.max_input_tokens", "meta.n_ctx_train", "max_input_tokens")
        maxOutputTokens = json.tokens(
            at: "max_output_tokens", "max_completion_tokens", "outputTokenLimit", "top_provider.max_completion_tokens",
            "model_info.max_output_tokens")
        readPrices(json)
    }

    private static func id(_ json: JSONValue, provider: String?) -> String? {
        if let id = json.string { return id.isEmpty ? nil : id }
        let keys = provider == nil ? ["id", "model_name", "key", "model", "name"] : ["modelName", "id", "name"]
        guard var id = keys.lazy.compactMap({ json[$0]?.string }).first(where: { !$0.isEmpty }) else { return nil }
        // Google's list has resource names; a request takes what stands behind.
        if id.hasPrefix("models/") { id.removeFirst("models/".count) }
        guard let provider, !id.hasPrefix("\(provider)/") else { return id }
        return "\(provider)/\(id)"
    }

    /// Listed to be looked at, or of another trade than chatting.
    private static func isForShow(_ json: JSONValue) -> Bool {
        if json["is_display_only"]?.bool == true { return true }
        return json["category_type"]?.string.map { $0.lowercased() != "llm" } ?? false
    }

    private static func vision(_ json: JSONValue) -> Bool? {
        if let inputs = json.words(under: "input_modalities") {
            let outputs = json.words(under: "output_modalities") ?? ["text"]
            return inputs.contains("image") && outputs.contains("text")
        }
        let flags = [
            json["capabilities"]?["vision"], json["model_info"]?["supports_vision"], json["supports_image_input"], json["supports_vision"],
        ]
        if let flag = flags.lazy.compactMap({ $0?.bool }).first { return flag }
        if let abilities = json["capabilities"]?.lowercaseWords, !abilities.isEmpty {
            return !abilities.isDisjoint(with: ["vision", "multimodal", "image"])
        }
        if let ways = json["supported_endpoint_types"]?.lowercaseWords, !ways.isEmpty, ways.isDisjoint(with: chatWays) { return false }
        return vision(ofType: json["type"]?.string?.lowercased() ?? json["model_info"]?["mode"]?.string?.lowercased())
    }

    private static let chatWays: Set<String> = ["openai", "anthropic", "gemini", "openai-response", "openai-responses"]

    private static func vision(ofType type: String?) -> Bool? {
        switch type {
        case "vlm"?: true
        // LM Studio tells both kinds apart; elsewhere the types are trades.
        case "llm"?, "embedding"?, "embeddings"?, "image"?, "image_generation"?, "audio"?, "rerank"?, "moderation"?, "transcribe"?: false
        default: nil
        }
    }

    private mutating func readPrices(_ json: JSONValue) {
        let pricing = json["pricing"] ?? .null
        image = pricing["image"]?.dollars()
        request = pricing["request"]?.dollars()
        let perToken: [(input: JSONValue?, output: JSONValue?, cached: JSONValue?)] = [
            (pricing["prompt"], pricing["completion"], pricing["input_cache_read"]),
            (
                json["model_info"]?["input_cost_per_token"], json["model_info"]?["output_cost_per_token"],
                json["model_info"]?["cache_read_input_token_cost"]
            ),
        ]
        for price in perToken where price.input != nil || price.output != nil {
            inputPerMillion = price.input?.dollars(times: 1_000_000)
            outputPerMillion = price.output?.dollars(times: 1_000_000)
            cachedInputPerMillion = price.cached?.dollars(times: 1_000_000)
            return
        }
        inputPerMillion = json["min_prompt_price"]?.dollars() ?? pricing["input"]?.dollars()
        outputPerMillion = json["min_completion_price"]?.dollars() ?? pricing["output"]?.dollars()
        // Together writes zeros where a model is not sold by the token.
        if pricing["hourly"] != nil, inputPerMillion == .zero, outputPerMillion == .zero {
            (inputPerMillion, outputPerMillion) = (nil, nil)
        }
    }
}

extension JSONValue {
    /// An amount of dollars, also where it stands in quotes. A negative one means that it varies, and is none.
    fileprivate func dollars(times factor: Double = 1) -> Money? { wireNumber.flatMap { Money(dollars: $0 * factor) } }

    /// The first of these places (`a.b`) that has a count above 0.
    fileprivate func tokens(at places: String...) -> Int? {
        for place in places {
            let value = place.split(separator: ".").reduce(Optional(self)) { $0?[String($1)] }
            if let number = value?.wireNumber, let count = Int(exactly: number), count > 0 { return count }
        }
        return nil
    }

    /// The texts of a list, or the names that are true in an object.
    fileprivate var lowercaseWords: Set<String>? {
        switch self {
        case .array(let items): Set(items.compactMap { $0.string?.lowercased() })
        case .object(let members): Set(members.filter { $0.value == .bool(true) }.keys.map { $0.lowercased() })
        case .null, .bool, .integer, .number, .string: nil
        }
    }

    /// The list called `name`, wherever it stands in this object: some providers keep it under `architecture`, others under `specs`. A
    /// place further up comes first.
    fileprivate func words(under name: String) -> Set<String>? {
        var layer = [self]
        for _ in 0..<4 {
            for value in layer {
                if let words = value[name]?.lowercaseWords, !words.isEmpty { return words }
            }
            layer = layer.flatMap { value in (value.object ?? [:]).sorted { $0.key < $1.key }.map(\.value) }
        }
        return nil
    }
}
