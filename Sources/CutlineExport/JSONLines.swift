import CutlineCore

/// One JSON object a line with the keys of docs/output.md, all of them always there, so that column types hold.
struct JSONLines: RecordText {
    private var text = JSONText()

    var bytes: [UInt8] { text.bytes }

    mutating func removeAll() { text.removeAll() }

    mutating func add(_ record: Record) {
        text.startOver()
        text.openObject()
        addIdentity(record)
        addCaption(record.caption, record)
        addUsage(record.caption?.usage ?? Usage())
        addHistory(record)
        text.key("extra")
        text.value(.object(record.extra))
        text.closeObject()
        text.raw("\n")
    }

    private mutating func addIdentity(_ record: Record) {
        text.key("id")
        text.value(record.id)
        text.key("key")
        text.value(record.key)
        text.key("batch")
        text.value(record.batch)
        text.key("state")
        text.value(record.state.rawValue)
        text.key("images")
        text.openArray()
        for image in record.images { text.value(image) }
        text.closeArray()
        text.key("prompt")
        text.value(record.prompt)
    }

    private mutating func addCaption(_ caption: Caption?, _ record: Record) {
        text.key("caption")
        text.value(caption?.text)
        text.key("finish_reason")
        text.value(caption?.finishReason?.rawValue)
        text.key("flags")
        text.openArray()
        for flag in caption?.flags ?? [] { text.value(flag.rawValue) }
        text.closeArray()
        text.key("provider")
        text.value(record.provider)
        text.key("requested_model")
        text.value(record.requestedModel)
        text.key("model")
        text.value(caption?.resolvedModel)
    }

    private mutating func addUsage(_ usage: Usage) {
        text.key("usage")
        text.openObject()
        text.key("input_tokens")
        text.value(usage.inputTokens)
        text.key("output_tokens")
        text.value(usage.outputTokens)
        text.key("total_tokens")
        text.value(usage.totalTokens)
        text.key("cached_tokens")
        text.value(usage.cachedTokens)
        text.key("cost_usd")
        text.value(usage.cost)
        text.key("cost_source")
        text.value(usage.costSource?.rawValue)
        text.closeObject()
    }

    private mutating func addHistory(_ record: Record) {
        text.key("attempts")
        text.value(record.attempts)
        text.key("latency_ms")
        text.value(record.latency?.milliseconds)
        text.key("error")
        if let problem = record.problem { addProblem(problem) } else { text.null() }
        text.key("created_at")
        text.value(record.createdAt.iso8601)
        text.key("finished_at")
        text.value(record.finishedAt?.iso8601)
    }

    private mutating func addProblem(_ problem: Record.Problem) {
        text.openObject()
        text.key("class")
        text.value(problem.kind.rawValue)
        text.key("status")
        text.value(problem.status)
        text.key("message")
        text.value(problem.message)
        text.closeObject()
    }
}
