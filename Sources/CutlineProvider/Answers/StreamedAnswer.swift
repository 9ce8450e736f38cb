import CutlineCore

/// The events of one stream, put together to what the provider would have answered without streaming: OpenAI's chunks, and the events of the
/// Responses form under OpenAI's and IndoxHub's names.
struct StreamedAnswer: Sendable {
    private(set) var text = ""
    /// The stream says that nothing more comes.
    private(set) var hasEnded = false
    private var refusal = ""
    /// Texts of whole items, for streams that send no pieces.
    private var itemText = ""
    private var finishReason: String?
    private var error: JSONValue?
    /// Members that stand beside the choices, such as id, model and usage; the last one counts.
    private var members: [String: JSONValue] = [:]

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
        for name in ["id", "request_id", "model", "cost", "cost_details"] where json[name] != nil { members[name] = json[name] }
        for name in ["usage", "usageMetadata", "x_groq"] {
            guard let usage = json[name], members[name] == nil || Usage(wire: .object([name: usage]), headers: [:]).isKnown else {
                continue
            }
            members[name] = usage
        }
    }

    private mutating func take(choice: JSONValue) {
        let delta = choice["delta"]
        text += AnswerBody.text(of: delta?["content"]) ?? choice["text"]?.string ?? ""
        // A server that answers whole all the same.
        if text.isEmpty { itemText = AnswerBody.text(of: choice["message"]?["content"]) ?? itemText }
        refusal += delta?["refusal"]?.string ?? choice["message"]?["refusal"]?.string ?? ""
        finishReason = choice["finish_reason"]?.string?.finishWord ?? finishReason
    }

    private mutating func take(_ json: JSONValue, responseEvent name: Substring) {
        let response = json["response"] ?? json
        keepMembers(of: response)
        let delta = json["delta"]?.string ?? json["delta"]?["text"]?.string ?? ""
        switch name {
        case "output_text.delta", "content_part.delta": text += delta
        case "refusal.delta": refusal += delta
        case "output_item.done": if let item = json["item"] { itemText += AnswerBody(.object(["output": .array([item])])).text ?? "" }
        case "completed", "done", "incomplete", "failed", "cancelled": finish(response, name: String(name))
        default: return
        }
    }

    private mutating func finish(_ response: JSONValue, name: String) {
        let body = AnswerBody(response)
        if itemText.isEmpty { itemText = body.text ?? "" }
        refusal = refusal.nonEmpty ?? body.refusal ?? ""
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
