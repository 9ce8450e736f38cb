import CutlineCore

/// RFC 4180: a header, CRLF behind every row, quotes where a field holds a comma, a quote or a line break.
///
/// * Lists (`images`, `flags`) and `extra` are JSON in one column, for every row alike: `frame["images"].map(json.loads)`.
/// * What is null is an empty field; an empty text is `""`.
/// * A text that begins with `=`, `+`, `-`, `@`, TAB or CR gets an apostrophe in front, or a spreadsheet would run it as a formula
///   (OWASP, "CSV Injection"). That cannot be undone by a reader; JSON lines are always exact. Numbers are left alone.
struct CSVTable: RecordText {
    private(set) var bytes: [UInt8] = []
    private var isRowBegun = false

    private static let columns = [
        "id", "key", "batch", "state", "images", "prompt", "caption", "finish_reason", "flags", "provider", "requested_model", "model",
        "usage_input_tokens", "usage_output_tokens", "usage_total_tokens", "usage_cached_tokens", "usage_cost_usd", "usage_cost_source",
        "attempts", "latency_ms", "error_class", "error_status", "error_message", "created_at", "finished_at", "extra",
    ]

    init() {
        for column in Self.columns { add(column) }
        endRow()
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func add(_ record: Record) {
        let caption = record.caption
        add(number: record.id)
        add(record.key)
        add(record.batch)
        add(record.state.rawValue)
        add(list: record.images)
        add(record.prompt)
        add(caption?.text)
        add(caption?.finishReason?.rawValue)
        add(list: (caption?.flags ?? []).map(\.rawValue))
        add(record.provider)
        add(record.requestedModel)
        add(caption?.resolvedModel)
        add(caption?.usage ?? Usage())
        add(number: record.attempts)
        add(number: record.latency?.milliseconds)
        add(record.problem?.kind.rawValue)
        add(number: record.problem?.status)
        add(record.problem?.message)
        add(record.createdAt.iso8601)
        add(record.finishedAt?.iso8601)
        add(JSONValue.object(record.extra).text)
        endRow()
    }

    private mutating func add(_ usage: Usage) {
        add(number: usage.inputTokens)
        add(number: usage.outputTokens)
        add(number: usage.totalTokens)
        add(number: usage.cachedTokens)
        add(number: usage.cost?.decimalText)
        add(usage.costSource?.rawValue)
    }

    private mutating func add(list: [String]) {
        var text = JSONText()
        text.openArray()
        for item in list { text.value(item) }
        text.closeArray()
        add(String(decoding: text.bytes, as: UTF8.self))
    }

    private mutating func add(number: (some CustomStringConvertible)?) {
        separate()
        if let number { bytes.append(contentsOf: number.description.utf8) }
    }

    /// Looks at bytes, never at characters: `"\r\n"` is one character, and a comma with a combining mark is another one.
    private mutating func add(_ text: String?) {
        separate()
        guard var text else { return }
        text.withUTF8 { utf8 in
            let guarded = utf8.first.map(Self.beginsFormula) ?? false
            let quoted = utf8.isEmpty || utf8.contains(where: Self.needsQuotes)
            if quoted { bytes.append(UInt8(ascii: "\"")) }
            if guarded { bytes.append(UInt8(ascii: "'")) }
            if quoted { addDoublingQuotes(utf8) } else { bytes.append(contentsOf: utf8) }
            if quoted { bytes.append(UInt8(ascii: "\"")) }
        }
    }

    private mutating func addDoublingQuotes(_ utf8: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in utf8.enumerated() where byte == UInt8(ascii: "\"") {
            bytes.append(contentsOf: utf8[start...index])
            start = index
        }
        bytes.append(contentsOf: utf8[start...])
    }

    private mutating func separate() {
        if isRowBegun { bytes.append(UInt8(ascii: ",")) }
        isRowBegun = true
    }

    private mutating func endRow() {
        bytes.append(contentsOf: [0x0D, 0x0A])
        isRowBegun = false
    }

    private static func beginsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D: true
        default: false
        }
    }
}
