import CutlineCore

/// The places where an answer may keep its text and why it ended.
struct AnswerBody {
    /// The object with text and usage, out of its envelope.
    let root: JSONValue
    /// As it came: usage may stand on both sides of the envelope.
    let whole: JSONValue
    private let choice: JSONValue?

    init(_ json: JSONValue) {
        whole = json
        let isWrapped = json["choices"] == nil && json["output"] == nil && json["data"]?.object != nil
        var root = isWrapped ? json["data"] ?? json : json
        if isWrapped, case .object(var members) = root {
            for name in ["usage", "cost", "cost_details", "model", "request_id"] where root[name] == nil { members[name] = json[name] }
            root = .object(members)
        }
        self.root = root
        choice = root["choices"]?[0]
    }

    var isKnownShape: Bool {
        choice != nil || root["output"]?.array != nil || root["content"] != nil || root["text"] != nil
            || root["data"].map { $0.string != nil } ?? (root.object?["data"] != nil)
    }

    var text: String? {
        if let choice { return Self.text(of: choice["message"]?["content"]) ?? choice["text"]?.string }
        if let output = root["output"]?.array {
            return output.filter { ["message", nil].contains($0["type"]?.string) }.compactMap { Self.text(of: $0["content"]) }.joined()
        }
        return root["data"]?.string ?? Self.text(of: root["content"]) ?? root["text"]?.string
    }

    /// What stands beside the text: calls of tools, thinking, members that are not known.
    var otherTexts: [OtherText] {
        if let choice { return OtherText.all(in: choice) }
        return OtherText.all(in: root["output"] ?? root["content"] ?? .null)
    }

    /// The text, or else what stands beside it.
    var keptText: String? { text?.asCaption.nonEmpty ?? otherTexts.kept }

    var refusal: String? {
        let parts = [choice?["message"]?["content"]] + (root["output"]?.array ?? []).map { $0["content"] }
        let texts = [choice?["message"]?["refusal"]?.string] + parts.flatMap { $0?.array ?? [] }.map { $0["refusal"]?.string }
        return texts.compactMap(\.self).first { !$0.asCaption.isEmpty }
    }

    func finishReason(hasText: Bool) -> FinishReason? {
        let words = [choice?["finish_reason"], root["finish_reason"], root["incomplete_details"]?["reason"], root["stop_reason"]]
        if let word = words.lazy.compactMap({ $0?.string?.finishWord }).first { return FinishReason(wire: word) }
        return root["status"]?.string.flatMap { FinishReason(wire: $0) } ?? (hasText ? .stop : nil)
    }

    /// A text, or a list of parts of which only those of text count: thinking is not an answer.
    static func text(of content: JSONValue?) -> String? {
        guard let content else { return nil }
        if let text = content.string { return text }
        if let members = content.object, ["type", "text", "value", "content"].allSatisfy({ members[$0] == nil }), !members.isEmpty {
            // Asked for JSON, some servers put it there unquoted.
            return content.text
        }
        return (content.array ?? [content]).compactMap(text(ofPart:)).joined()
    }

    private static func text(ofPart part: JSONValue) -> String? {
        if let text = part.string { return text }
        guard ["text", "output_text", nil].contains(part["type"]?.string) else { return nil }
        return part["text"]?.string ?? part["text"]?["value"]?.string ?? part["value"]?.string ?? part["content"]?.string
    }
}

extension String {
    /// A finish reason that is one: some servers write null in quotes while the model is still at work.
    var finishWord: String? { isEmpty || self == "null" ? nil : self }
}

extension FinishReason {
    /// The normalised word for a provider's own; nil for a word that is not known. A word behind a colon is the finer one.
    init?(wire text: String) {
        let words = text.prefix(200).split(separator: ":").reversed().map { $0.filter { $0 != " " }.lowercased() }
        guard let reason = words.lazy.compactMap({ Self.wireWords[$0] }).first else { return nil }
        self = reason
    }

    private static let wireWords: [String: FinishReason] = {
        let table: [FinishReason: [String]] = [
            .stop: ["stop", "end_turn", "eos", "eos_token", "stop_sequence", "completed", "finish_reason_stop"],
            .length: ["length", "max_tokens", "model_length", "max_output_tokens", "incomplete", "finish_reason_max_tokens"],
            .contentFilter: [
                "content_filter", "safety", "recitation", "blocklist", "prohibited_content", "spii", "image_safety",
                "image_prohibited_content", "image_recitation", "language", "refusal", "sensitive",
            ],
            .tool: ["tool_calls", "function_call", "tool_use", "malformed_function_call"],
            .error: [
                "error", "abort", "repetition", "insufficient_system_resource", "failed", "cancelled", "other",
                "finish_reason_unspecified",
            ],
        ]
        return Dictionary(uniqueKeysWithValues: table.flatMap { reason, words in words.map { ($0, reason) } })
    }()
}
