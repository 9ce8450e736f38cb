import CutlineCore

/// The output lines of OpenAI's batch API, for programs that read those: an answer as a chat completion under `custom_id`, or an error.
struct OpenAIBatchOutput: RecordText {
    private var text = JSONText()
    /// By their bytes: two keys may look the same to a person.
    private var keys: Set<[UInt8]> = []

    var bytes: [UInt8] { text.bytes }
    mutating func removeAll() { text.removeAll() }

    mutating func add(_ record: Record, _ report: inout ExportReport) throws {
        guard record.caption != nil || record.problem != nil else { throw Omission.noAnswer }
        text.startOver()
        text.openObject()
        text.member("id", "batch_req_\(record.id)")
        text.member("custom_id", customID(of: record, &report))
        text.key("response")
        if let caption = record.caption { addResponse(record, caption) } else { text.null() }
        text.key("error")
        if record.caption == nil, let problem = record.problem { addError(problem) } else { text.null() }
        text.closeObject()
        text.raw("\n")
    }

    /// The key, which is unique in its batch.
    private mutating func customID(of record: Record, _ report: inout ExportReport) -> String {
        if keys.insert(Array(record.key.utf8)).inserted { return record.key }
        report.remark(.keyRepeated, record)
        let name = "\(record.batch)/\(record.key)"
        return keys.insert(Array(name.utf8)).inserted ? name : "\(name) (\(record.id))"
    }

    private mutating func addResponse(_ record: Record, _ caption: Caption) {
        text.openObject()
        text.member("status_code", 200)
        text.member("request_id", caption.requestID ?? "")
        text.openObject("body")
        text.member("id", "chatcmpl-\(record.id)")
        text.member("object", "chat.completion")
        text.member("created", (record.finishedAt ?? record.createdAt).milliseconds / 1_000)
        text.member("model", record.answeringModel)
        addChoice(caption)
        addUsage(caption.usage)
        text.closeObject()
        text.closeObject()
    }

    private mutating func addChoice(_ caption: Caption) {
        text.openArray("choices")
        text.openObject()
        text.member("index", 0)
        text.openObject("message")
        text.member("role", "assistant")
        text.member("content", caption.text)
        text.closeObject()
        text.member("finish_reason", Self.word(caption.finishReason))
        text.closeObject()
        text.closeArray()
    }

    /// Left out where the provider did not say: the form has no unknown numbers.
    private mutating func addUsage(_ usage: Usage) {
        guard let input = usage.inputTokens, let output = usage.outputTokens, let total = usage.totalTokens else { return }
        text.openObject("usage")
        text.member("prompt_tokens", input)
        text.member("completion_tokens", output)
        text.member("total_tokens", total)
        text.closeObject()
    }

    private mutating func addError(_ problem: Record.Problem) {
        text.openObject()
        text.member("code", problem.kind.rawValue)
        text.member("message", problem.message)
        text.closeObject()
    }

    /// The form knows no other words.
    private static func word(_ reason: FinishReason?) -> String {
        switch reason {
        case .length: "length"
        case .contentFilter: "content_filter"
        case .tool: "tool_calls"
        case .stop, .error, nil: "stop"
        }
    }
}
