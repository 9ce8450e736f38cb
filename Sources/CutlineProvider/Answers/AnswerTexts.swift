import CutlineCore

/// A text of an answer that is not its content, and where it stood.
struct OtherText: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// What a tool is to be called with.
        case arguments
        /// What a provider calls the model's text in an error.
        case failed
        case refusal
        /// A member that is not known.
        case unknown
        /// It only thinks.
        case thinking
    }

    let kind: Kind
    let text: String
}

extension OtherText {
    /// All texts of a choice or of an answer beside its content, what is nearest to an answer first.
    static func all(in json: JSONValue) -> [OtherText] {
        var found: [OtherText] = []
        collect(json, named: "", as: nil, depth: 0, &found)
        let order: [Kind] = [.arguments, .failed, .refusal, .unknown, .thinking]
        // Of members that are not known only the longest may be more than a word.
        let longest = found.filter { $0.kind == .unknown }.max { $0.text.utf8.count < $1.text.utf8.count }
        let useful = found.filter { $0.kind != .unknown || $0 == longest }
        return order.flatMap { kind in useful.filter { $0.kind == kind } }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static let names: [String: Kind] = [
        "arguments": .arguments, "failed_generation": .failed, "raw_response": .failed, "raw_output": .failed, "model_output": .failed,
        "generated_text": .failed, "refusal": .refusal, "reasoning_content": .thinking, "reasoning": .thinking, "reasoning_text": .thinking,
        "thinking": .thinking, "thought": .thinking, "thoughts": .thinking, "thinking_blocks": .thinking, "reasoning_details": .thinking,
        "summary": .thinking,
    ]

    /// What names things, and what is read elsewhere.
    private static let silent: Set = [
        "id", "call_id", "role", "type", "object", "name", "index", "model", "status", "finish_reason", "native_finish_reason",
        "stop_reason",
        "logprobs", "annotations", "usage", "signature", "encrypted_content", "created", "created_at", "system_fingerprint", "provider",
        "request_id", "uuid", "format", "token_ids", "message_id", "error", "stop_sequence", "service_tier", "x_groq", "citations", "data",
        "url",
    ]

    private static func collect(_ json: JSONValue, named name: String, as kind: Kind?, depth: Int, _ found: inout [OtherText]) {
        guard depth < 12, found.count < 1_000 else { return }
        switch json {
        case .string(let text):
            guard let text = text.asCaption.nonEmpty else { return }
            found.append(OtherText(kind: kind ?? .unknown, text: text))
        case .array(let items): for item in items { collect(item, named: name, as: kind, depth: depth + 1, &found) }
        case .object(let members):
            if kind == .arguments || kind == .failed { return found.append(OtherText(kind: kind ?? .unknown, text: json.text)) }
            let kind = kind ?? self.kind(ofPart: json)
            for (name, member) in members.sorted(by: { $0.key < $1.key }) where !silent.contains(name) {
                let isInput = name == "input" && json["type"]?.string == "tool_use"
                collect(member, named: name, as: isInput ? .arguments : names[name] ?? kind, depth: depth + 1, &found)
            }
        case .null, .bool, .integer, .number: return
        }
    }

    private static func kind(ofPart json: JSONValue) -> Kind? {
        switch json["type"]?.string {
        case "thinking", "reasoning", "redacted_thinking", "thought": .thinking
        case "refusal": .refusal
        case .some, nil: nil
        }
    }
}

extension JSONValue {
    /// What the model wrote, where an error brings it: `failed_generation` and its like at any depth.
    var failedGeneration: String? { OtherText.all(in: self["error"] ?? self).first { $0.kind == .failed }?.text }
}

extension [OtherText] {
    /// Everything that may be worth what was paid for it; thinking alone where there is nothing else.
    var kept: String? {
        let useful = filter { $0.kind != .thinking }
        return (useful.isEmpty ? self : useful).map(\.text).joined(separator: "\n\n").nonEmpty
    }
}
