import CutlineCore

/// The events of one stream, put together to what the provider would have answered without streaming: OpenAI's chunks, and the events of the
/// Responses form under OpenAI's and IndoxHub's names.
struct StreamedAnswer: Sendable {
    private(set) var text = ""
    /// The stream says that nothing more comes.
    private(set) var hasEnded = false
    private var refusal = ""
    /// Thinking and members that are not known, each under its name.
    private var others: [String: String] = [:]
    /// What tools are to be called with, by the call's index or id.
    private var arguments: [String: String] = [:]
    /// Texts of whole items, for streams that send no pieces.
    private var itemText = ""
    private var finishReason: String?
    private var error: JSONValue?
    /// Members that stand beside the choices, such as id, model and usage; the last one counts.
    private var members: [String: JSONValue] = [:]

    /// All that came, for an answer that was cut.
    var keptText: String { AnswerBody(json).keptText ?? "" }

    /// The model has stopped; what may still come are numbers.
    var hasFinished: Bool { hasEnded || finishReason != nil }

    var isComplete: Bool { hasEnded || finishReason != nil || error != nil }

    mutating func end() { hasEnded = true }

    /// - Parameter event: the name in the `event` line; many streams repeat it as `type`, some send only one of the two.
    mutating func take(_ json: JSONValue, event: String) {
        guard !hasEnded else { return }
        // Google wraps its errors in a list.
        let json = json[0]?["error"] != nil ? json[0] ?? json : json
        let type = json["type"]?.string ?? event
        if type == "error" || json.string != nil && event == "error" { return fail(json["error"] != nil ? json : .object(["error": json])) }
        if type.hasPrefix("response.") { return take(json, responseEvent: type.dropFirst("response.".count)) }
        keepMembers(of: json)
        if let choice = json["choices"]?[0] { take(choice: choice) }
        if ErrorReport(hiddenIn: json) != nil { fail(json) }
    }

    /// As a chat completion.
    var json: JSONValue {
        var result = members
        if let error = error?.object { result.merge(error) { $1 } }
        var message = ["content": JSONValue.string(text.isEmpty ? itemText : text)]
        if !refusal.isEmpty { message["refusal"] = .string(refusal) }
        for (name, text) in others { message[name] = .string(text) }
        if !arguments.isEmpty {
            let calls = arguments.sorted { $0.key < $1.key }.map {
                JSONValue.object(["function": .object(["arguments": .string($0.value)])])
            }
            message["tool_calls"] = .array(calls)
        }
        var choice = ["message": JSONValue.object(message)]
        if let finishReason { choice["finish_reason"] = .string(finishReason) }
        result["choices"] = .array([.object(choice)])
        return .object(result)
    }

    /// An error behind a finished answer does not undo it.
    private mutating func fail(_ json: JSONValue) {
        if let finishReason, FinishReason(wire: finishReason) != .error { return }
        error = error ?? (json["error"] != nil ? json : .object(["error": json]))
    }

    private mutating func keepMembers(of json: JSONValue) {
        for name in ["id", "request_id", "model", "cost", "cost_details", "service_tier"] where json[name] != nil {
            members[name] = json[name]
        }
        let usages = [
            json["usage"], json["usageMetadata"], json["x_groq"]?["usage"], json["choices"]?[0]?["usage"], json["message"]?["usage"],
        ]
        for usage in usages.compactMap(\.self) { members["usage"] = members["usage"]?.withLargerCounts(of: usage) ?? usage }
    }

    private mutating func take(choice: JSONValue) {
        let delta = choice["delta"]
        text += AnswerBody.text(of: delta?["content"]) ?? choice["text"]?.string ?? ""
        // A server that answers whole all the same.
        if text.isEmpty { itemText = AnswerBody.text(of: choice["message"]?["content"]) ?? itemText }
        refusal += delta?["refusal"]?.string ?? choice["message"]?["refusal"]?.string ?? ""
        takeOthers(delta ?? choice["message"] ?? .null)
        finishReason = choice["finish_reason"]?.string?.finishWord ?? finishReason
    }

    private static let known: Set = ["content", "role", "refusal", "name"]

    private mutating func takeOthers(_ delta: JSONValue) {
        for (name, value) in delta.object ?? [:] where !Self.known.contains(name) {
            if name == "tool_calls" {
                for (place, call) in (value.array ?? []).enumerated() {
                    take(arguments: call["function"]?["arguments"], of: call["index"]?.int.map(String.init) ?? String(place))
                }
            } else if name == "function_call" {
                take(arguments: value["arguments"], of: "function")
            } else if let text = value.string {
                others[name, default: ""] += text
            } else {
                // The same thinking often stands under two names.
                let text = OtherText.all(in: .object([name: value])).map(\.text).joined()
                if !text.isEmpty { others[name, default: ""] += text }
            }
        }
    }

    private mutating func take(arguments value: JSONValue?, of call: String) {
        guard let value else { return }
        arguments[call, default: ""] += value.string ?? value.text
    }

    private mutating func take(_ json: JSONValue, responseEvent name: Substring) {
        let response = json["response"] ?? json
        keepMembers(of: response)
        let delta = json["delta"]?.string ?? json["delta"]?["text"]?.string ?? ""
        switch name {
        case "output_text.delta", "content_part.delta": text += delta
        case "refusal.delta": refusal += delta
        case "function_call_arguments.delta":
            take(arguments: json["delta"], of: json["item_id"]?.string ?? json["output_index"]?.int.map(String.init) ?? "")
        case "reasoning_text.delta", "reasoning_summary_text.delta", "reasoning.delta": others["reasoning", default: ""] += delta
        case "output_item.done": if let item = json["item"] { itemText += AnswerBody(.object(["output": .array([item])])).text ?? "" }
        case "completed", "done", "incomplete", "failed", "cancelled": finish(response, name: String(name))
        default: return
        }
    }

    private mutating func finish(_ response: JSONValue, name: String) {
        let body = AnswerBody(response)
        if itemText.isEmpty { itemText = body.text ?? "" }
        refusal = refusal.nonEmpty ?? body.refusal ?? ""
        if arguments.isEmpty {
            for (place, other) in body.otherTexts.filter({ $0.kind == .arguments }).enumerated() { arguments[String(place)] = other.text }
        }
        if name == "failed" || name == "cancelled" || ErrorReport(hiddenIn: response) != nil {
            fail(
                response["error"] != nil
                    ? response : .object(["error": .string(name == "cancelled" ? "the response was cancelled" : "the response failed")]))
        }
        let reason = response["incomplete_details"]?["reason"]?.string ?? response["status"]?.string
        finishReason = reason ?? (name == "done" ? "completed" : name)
        hasEnded = true
    }
}

extension JSONValue {
    /// Counts that grow from chunk to chunk, and the larger of those that contradict each other; of what came from a cache the later.
    fileprivate func withLargerCounts(of later: JSONValue, isCached: Bool = false) -> JSONValue {
        if case .object(var members) = self, let others = later.object {
            for (name, value) in others {
                members[name] = members[name]?.withLargerCounts(of: value, isCached: name.contains("cache")) ?? value
            }
            return .object(members)
        }
        guard let number = wireNumber, number >= 0, number <= Usage.maxTokens else { return later }
        guard let other = later.wireNumber, other >= 0, other <= Usage.maxTokens else { return self }
        return isCached || other > number ? later : self
    }
}
