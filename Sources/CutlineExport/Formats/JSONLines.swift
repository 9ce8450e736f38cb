import CutlineCore

/// What is said about the lines.
package struct JSONLinesStyle: Hashable, Sendable {
    /// In this order; nil: all of them.
    package var fields: [RecordField]?

    package init(fields: [RecordField]? = nil) { self.fields = fields }
}

/// One JSON object a line with the keys of docs/output.md, all of them always there, so that column types hold.
struct JSONLines: RecordText {
    private var text = JSONText()
    private let fields: [RecordField]
    private let join: JoinedColumns?

    init(_ style: JSONLinesStyle, _ join: JoinedColumns?) {
        fields = style.fields ?? RecordField.allCases
        self.join = join
    }

    var bytes: [UInt8] { text.bytes }

    mutating func removeAll() { text.removeAll() }

    mutating func add(_ record: Record, _ report: inout ExportReport) {
        text.startOver()
        text.openObject()
        if let join {
            for field in join.fields { text.member(field, of: record, join) }
        } else {
            for field in fields { text.member(field, of: record) }
        }
        text.closeObject()
        text.raw("\n")
    }
}

/// The keys of a record's object, in their order.
package enum RecordField: String, CaseIterable, Hashable, Sendable {
    case id, key, batch, state, images, prompt, caption
    case finishReason = "finish_reason"
    case flags, provider
    case requestedModel = "requested_model"
    case model, usage, attempts
    case latency = "latency_ms"
    case error
    case createdAt = "created_at"
    case finishedAt = "finished_at"
    case extra
    case reusedFrom = "reused_from"
    case missingSince = "missing_since"
    case servedTier = "service_tier"
}

extension JSONText {
    /// The members of a record's object, in their order; the object itself is the caller's, who may add to it.
    package mutating func members(of record: Record) {
        for field in RecordField.allCases { member(field, of: record) }
    }

    fileprivate mutating func member(_ field: JoinedField, of record: Record, _ join: JoinedColumns) {
        switch field {
        case .id: member(RecordField.id, of: record)
        case .key: member(RecordField.key, of: record)
        case .images: member(RecordField.images, of: record)
        case .captions: captions(of: record, join)
        case .extra: member(RecordField.extra, of: record)
        }
    }

    fileprivate mutating func member(_ field: RecordField, of record: Record) {
        key(field.rawValue)
        switch field {
        case .id: value(record.id)
        case .key: value(record.key)
        case .batch: value(record.batch)
        case .state: value(record.state.rawValue)
        case .images: value(record.pictureNames)
        case .prompt: value(record.prompt)
        case .caption: value(record.caption?.text)
        case .finishReason: value(record.caption?.finishReason?.rawValue)
        case .flags: value((record.caption?.flags ?? []).map(\.rawValue))
        case .provider: value(record.provider)
        case .requestedModel: value(record.requestedModel)
        case .model: value(record.caption?.resolvedModel)
        case .usage: usage(record.caption?.usage ?? Usage())
        case .attempts: value(record.attempts)
        case .latency: value(record.latency?.milliseconds)
        case .error: value(record.problem)
        case .createdAt: value(record.createdAt.iso8601)
        case .finishedAt: value(record.finishedAt?.iso8601)
        case .extra: value(.object(record.extra))
        case .reusedFrom: value(record.reusedFrom)
        case .missingSince: value(record.missingSince?.iso8601)
        case .servedTier: value(record.caption?.usage.servedTier)
        }
    }

    private mutating func usage(_ usage: Usage) {
        openObject()
        member("input_tokens", usage.inputTokens)
        member("output_tokens", usage.outputTokens)
        member("total_tokens", usage.totalTokens)
        member("cached_tokens", usage.cachedTokens)
        member("cost_usd", usage.cost)
        member("cost_source", usage.costSource?.rawValue)
        closeObject()
    }

    package mutating func member(_ name: String, _ problem: Record.Problem?) {
        key(name)
        value(problem)
    }

    private mutating func value(_ problem: Record.Problem?) {
        guard let problem else { return null() }
        openObject()
        member("class", problem.kind.rawValue)
        member("status", problem.status)
        member("message", problem.message)
        closeObject()
    }
}
