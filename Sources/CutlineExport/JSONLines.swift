import CutlineCore

/// One JSON object a line with the keys of docs/output.md, all of them always there, so that column types hold.
struct JSONLines: RecordText {
    private var text = JSONText()

    var bytes: [UInt8] { text.bytes }

    mutating func removeAll() { text.removeAll() }

    mutating func add(_ record: Record) {
        text.startOver()
        text.openObject()
        text.members(of: record)
        text.closeObject()
        text.raw("\n")
    }
}

extension JSONText {
    /// The members of a record's object, in their order; the object itself is the caller's, who may add to it.
    package mutating func members(of record: Record) {
        addIdentity(record)
        addCaption(record.caption, record)
        addUsage(record.caption?.usage ?? Usage())
        addHistory(record)
        key("extra")
        value(.object(record.extra))
    }

    private mutating func addIdentity(_ record: Record) {
        key("id")
        value(record.id)
        key("key")
        value(record.key)
        key("batch")
        value(record.batch)
        key("state")
        value(record.state.rawValue)
        key("images")
        openArray()
        for image in record.images { value(image) }
        closeArray()
        key("prompt")
        value(record.prompt)
    }

    private mutating func addCaption(_ caption: Caption?, _ record: Record) {
        key("caption")
        value(caption?.text)
        key("finish_reason")
        value(caption?.finishReason?.rawValue)
        key("flags")
        openArray()
        for flag in caption?.flags ?? [] { value(flag.rawValue) }
        closeArray()
        key("provider")
        value(record.provider)
        key("requested_model")
        value(record.requestedModel)
        key("model")
        value(caption?.resolvedModel)
    }

    private mutating func addUsage(_ usage: Usage) {
        key("usage")
        openObject()
        key("input_tokens")
        value(usage.inputTokens)
        key("output_tokens")
        value(usage.outputTokens)
        key("total_tokens")
        value(usage.totalTokens)
        key("cached_tokens")
        value(usage.cachedTokens)
        key("cost_usd")
        value(usage.cost)
        key("cost_source")
        value(usage.costSource?.rawValue)
        closeObject()
    }

    private mutating func addHistory(_ record: Record) {
        key("attempts")
        value(record.attempts)
        key("latency_ms")
        value(record.latency?.milliseconds)
        key("error")
        if let problem = record.problem { addProblem(problem) } else { null() }
        key("created_at")
        value(record.createdAt.iso8601)
        key("finished_at")
        value(record.finishedAt?.iso8601)
    }

    private mutating func addProblem(_ problem: Record.Problem) {
        openObject()
        key("class")
        value(problem.kind.rawValue)
        key("status")
        value(problem.status)
        key("message")
        value(problem.message)
        closeObject()
    }
}
