import CutlineCore

/// An answer as server-sent events, each one piece.
struct EventStream {
    let written: WrittenAnswer
    private var wire: Wire { written.wire }

    /// - Parameter fault: `noDone`, `streamLingers`, `streamLingersUsage`, `errorInStream` or `duplicateKeys`; others do not show here.
    func pieces(_ fault: Fault.Name? = nil) -> [[UInt8]] {
        var events = wire.stream.isEvents ? namedEvents : chunks(withUsage: fault != .streamLingers)
        if fault == .duplicateKeys, let first = events.first {
            events[0] = "{" + wire.answer.doubledMembers + first.dropFirst()
        }
        if fault == .errorInStream { events = events.prefix(events.count / 2) + [error] }
        var pieces = events.map { "data: \($0)\n\n" }
        if let comment = wire.stream.comment { pieces.insert("\(comment)\n\n", at: 0) }
        let isOpen = fault == .streamLingers || fault == .streamLingersUsage
        if fault != .noDone, fault != .errorInStream, !isOpen { pieces.append("data: [DONE]\n\n") }
        return pieces.map { Array($0.utf8) }
    }

    /// What OpenRouter and others send when the model stops halfway; IndoxHub sends a string.
    private var error: String {
        let trouble = wire.trouble(.errorInStream)
        let message = JSONValue.string(trouble.message.text).text
        if wire.stream.isEvents { return #"{"error":"Status \#(trouble.status) from the model behind the provider"}"# }
        return
            #"{"error":{"code":\#(trouble.status),"message":\#(message)},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#
    }

    // MARK: OpenAI's chunks

    private func chunks(withUsage: Bool) -> [String] {
        var events: [String] = []
        if wire.stream.beginsWithoutChoices { events.append(filled(.usageChunk, ["usages": .string(""), "end": .string("")])) }
        events.append(chunk(["role": .string("assistant"), "content": .string("")]))
        for (count, piece) in textPieces.enumerated() { events.append(chunk(["content": .string(piece)], tokens: count + 1)) }
        if let refusal = written.answer.refusal { events.append(chunk(["refusal": .string(refusal)])) }
        events.append(chunk([:], finish: written.finish))
        if withUsage, written.request.includesStreamUsage || written.request.includesUsage {
            events.append(filled(.usageChunk, ["usages": .string(usage(written.answer.completionTokens))]))
        }
        return events
    }

    private func chunk(_ delta: [String: JSONValue], tokens: Int = 0, finish: String? = nil) -> String {
        let tokens = finish == nil ? tokens : written.answer.completionTokens
        let usages = wire.stream.hasUsageOnEveryChunk ? usage(tokens) : ""
        let choice = finish == nil ? "" : written.choiceError
        return filled(
            .chunk, ["delta": .object(delta), "finish": JSONValue(finish), "choice": .string(choice), "usages": .string(usages)])
    }

    private func usage(_ tokens: Int) -> String {
        let total = written.answer.promptTokens + tokens
        return filled(.usageMember, ["completion_tokens": JSONValue(tokens), "total_tokens": JSONValue(total)])
    }

    // MARK: IndoxHub's events

    private var namedEvents: [String] {
        let response = String(decoding: AnswerForm.response.template.filled(written.values), as: UTF8.self)
        let item = #""output_index":0,"item":{"type":"message","role":"assistant"}"#
        let deltas = textPieces.map {
            #"{"type":"response.content_part.delta","output_index":0,"content_index":0,"delta":\#(JSONValue.string($0).text)}"#
        }
        return [
            #"{"type":"response.created","response":{"id":"\#(WrittenAnswer.uuid(written.call))","status":"in_progress"}}"#,
            #"{"type":"response.output_item.added",\#(item)}"#,
            #"{"type":"response.content_part.added","output_index":0,"content_index":0}"#,
        ] + deltas + [
            #"{"type":"response.output_item.done",\#(item)}"#, #"{"type":"response.done","response":\#(response)}"#,
        ]
    }

    /// The text in pieces of one word each, with the space before it.
    private var textPieces: [String] {
        guard let text = written.answer.text, !text.isEmpty else { return [] }
        var pieces = [""]
        for character in text {
            if character == " ", pieces != [""] { pieces.append("") }
            pieces[pieces.count - 1].append(character)
        }
        return pieces
    }

    private func filled(_ template: Template, _ values: [String: JSONValue]) -> String {
        String(decoding: template.filled(written.values.merging(values) { $1 }), as: UTF8.self)
    }
}
