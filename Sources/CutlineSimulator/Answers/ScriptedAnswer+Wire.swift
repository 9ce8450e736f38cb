import CutlineCore

/// An answer as a dialect writes it.
struct WrittenAnswer {
    let answer: ScriptedAnswer
    let request: ChatRequest
    let call: Int
    let time: Timestamp
    let wire: Wire

    /// The whole body of an answer that does not stream.
    var body: [UInt8] {
        var values = values
        values["choice"] = .string(filled(wire.extras.choice, values) + choiceError)
        return wire.answer.template.filled(values)
    }

    /// The blanks of the templates; tokens and cost are those of the whole answer.
    var values: [String: JSONValue] {
        var values = core
        if wire.answer != .completion { values.merge(ofIndoxHub) { $1 } }
        values["root"] = .string(filled(wire.extras.root, values))
        values["usage"] = .string(filled(wire.extras.usage, values))
        values["end"] = .string(filled(wire.extras.end, values) + (request.includesUsage ? filled(wire.extras.endOnRequest, values) : ""))
        return values
    }

    var finish: String {
        switch answer.finish {
        // IndoxHub's first envelope has no other place for it.
        case .stop: wire.answer == .data && answer.refusal != nil ? "refusal" : "stop"
        case .length: "length"
        case .filtered: wire.filteredWord
        case .error: "error"
        }
    }

    private var core: [String: JSONValue] {
        // Flex costs half.
        let divisor: Int64 = answer.tier == "flex" ? 2 : 1
        let prompt = Money(nanodollars: Int64(answer.promptTokens) * 150 / divisor)
        let completion = Money(nanodollars: Int64(answer.completionTokens) * 600 / divisor)
        let total = answer.promptTokens + answer.completionTokens
        return [
            "call": JSONValue(call), "created": .integer(time.milliseconds / 1_000), "model": .string(request.model),
            "text": JSONValue(answer.text), "finish": .string(finish), "request": .string(Self.requestID(call)),
            "tier": JSONValue(answer.tier.map { #","service_tier":"\#($0)""# } ?? ""),
            "refused": JSONValue(answer.refusal.map { #","refusal":"# + JSONValue.string($0).text } ?? ""),
            "prompt_tokens": JSONValue(answer.promptTokens), "completion_tokens": JSONValue(answer.completionTokens),
            "total_tokens": JSONValue(total), "cost": .string((prompt + completion).decimalText),
            "prompt_cost": .string(prompt.decimalText), "completion_cost": .string(completion.decimalText),
        ]
    }

    private var ofIndoxHub: [String: JSONValue] {
        let content = JSONValue.array([answer.refusal.map(Self.refusal) ?? Self.text(answer.text ?? "")])
        let message = JSONValue.object([
            "type": .string("message"), "status": .string("completed"), "role": .string("assistant"), "content": content,
        ])
        let status = answer.finish == .stop ? "completed" : answer.finish == .error ? "failed" : "incomplete"
        let reason = answer.finish == .length ? "max_output_tokens" : "content_filter"
        let end = status == "incomplete" ? #","incomplete_details":{"reason":"\#(reason)"}"# : choiceError
        return [
            "uuid": .string(Self.uuid(call)), "created_at": .string(String(time.iso8601.dropLast())),
            "success": .bool(answer.finish != .error), "data": .string(answer.text ?? ""),
            "error_message": .string(answer.finish == .error ? wire.trouble(.errorInChoice).message.text : ""),
            "output": answer.text == nil && answer.refusal == nil ? .array([]) : .array([message]),
            "response_status": .string(status), "response_end": .string(end),
        ]
    }

    private static func text(_ text: String) -> JSONValue {
        .object(["type": .string("output_text"), "text": .string(text), "annotations": .array([])])
    }

    private static func refusal(_ text: String) -> JSONValue { .object(["type": .string("refusal"), "refusal": .string(text)]) }

    /// Where an answer ended halfway: the error beside it.
    var choiceError: String {
        guard answer.finish == .error else { return "" }
        let trouble = wire.trouble(.errorInChoice)
        return #","error":{"code":\#(trouble.status),"message":\#(JSONValue.string(trouble.message.text).text)}"#
    }

    private func filled(_ template: Template, _ values: [String: JSONValue]) -> String {
        String(decoding: template.filled(values), as: UTF8.self)
    }

    static func requestID(_ call: Int) -> String { "req_sim_\(call)" }

    static func uuid(_ call: Int) -> String {
        let digits = String(call, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}
