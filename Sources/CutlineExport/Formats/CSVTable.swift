import CutlineCore

/// What is said about the table.
package struct CSVStyle: Hashable, Sendable {
    /// In this order; nil: all of them.
    package var columns: [CSVColumn]?
    /// Exact texts: no guard against formulas.
    package var isRaw: Bool
    /// For Excel on Windows, which otherwise reads UTF-8 as the system's code page.
    package var hasByteOrderMark: Bool

    package init(columns: [CSVColumn]? = nil, isRaw: Bool = false, hasByteOrderMark: Bool = false) {
        self.columns = columns
        self.isRaw = isRaw
        self.hasByteOrderMark = hasByteOrderMark
    }
}

package enum CSVColumn: String, CaseIterable, Hashable, Sendable {
    case id, key, batch, state, images, prompt, caption
    case finishReason = "finish_reason"
    case flags, provider
    case requestedModel = "requested_model"
    case model
    case inputTokens = "usage_input_tokens"
    case outputTokens = "usage_output_tokens"
    case totalTokens = "usage_total_tokens"
    case cachedTokens = "usage_cached_tokens"
    case cost = "usage_cost_usd"
    case costSource = "usage_cost_source"
    case attempts
    case latency = "latency_ms"
    case errorClass = "error_class"
    case errorStatus = "error_status"
    case errorMessage = "error_message"
    case createdAt = "created_at"
    case finishedAt = "finished_at"
    case extra
    case reusedFrom = "reused_from"
    case missingSince = "missing_since"
    case servedTier = "service_tier"
}

/// RFC 4180: a header, CRLF behind every row, quotes where a field holds a comma, a quote or a line break.
///
/// * Lists (`images`, `flags`) and `extra` are JSON in one column, for every row alike: `frame["images"].map(json.loads)`.
/// * What is null is an empty field; an empty text is `""`.
/// * A text that begins with `=`, `+`, `-`, `@`, TAB, CR or NUL gets an apostrophe in front, or a spreadsheet would run it as a formula
///   (OWASP, "CSV Injection"; ASVS 5, 1.2.10). That cannot be undone by a reader; `isRaw` leaves it out. Numbers are left alone.
struct CSVTable: RecordText {
    private(set) var bytes: [UInt8] = []
    private var isRowBegun = false
    private let columns: [CSVColumn]
    private let join: JoinedColumns?
    private let isRaw: Bool

    init(_ style: CSVStyle, _ join: JoinedColumns?) {
        columns = style.columns ?? CSVColumn.allCases
        self.join = join
        isRaw = style.isRaw
        if style.hasByteOrderMark { bytes = [0xEF, 0xBB, 0xBF] }
        for name in join?.header ?? columns.map(\.rawValue) { add(name) }
        endRow()
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func add(_ record: Record, _ report: inout ExportReport) {
        if let join {
            for field in join.fields { add(field, of: record, join) }
        } else {
            for column in columns { add(column, of: record) }
        }
        endRow()
    }

    private mutating func add(_ field: JoinedField, of record: Record, _ join: JoinedColumns) {
        switch field {
        case .id: add(CSVColumn.id, of: record)
        case .key: add(CSVColumn.key, of: record)
        case .images: add(CSVColumn.images, of: record)
        case .captions: for caption in join.captions(of: record) { add(caption) }
        case .extra: add(CSVColumn.extra, of: record)
        }
    }

    private mutating func add(_ column: CSVColumn, of record: Record) {
        let caption = record.caption
        switch column {
        case .id: add(number: record.id)
        case .key: add(record.key)
        case .batch: add(record.batch)
        case .state: add(record.state.rawValue)
        case .images: add(list: record.pictureNames)
        case .prompt: add(record.prompt)
        case .caption: add(caption?.text)
        case .finishReason: add(caption?.finishReason?.rawValue)
        case .flags: add(list: (caption?.flags ?? []).map(\.rawValue))
        case .provider: add(record.provider)
        case .requestedModel: add(record.requestedModel)
        case .model: add(caption?.resolvedModel)
        case .inputTokens: add(number: caption?.usage.inputTokens)
        case .outputTokens: add(number: caption?.usage.outputTokens)
        case .totalTokens: add(number: caption?.usage.totalTokens)
        case .cachedTokens: add(number: caption?.usage.cachedTokens)
        case .cost: add(number: caption?.usage.cost?.decimalText)
        case .costSource: add(caption?.usage.costSource?.rawValue)
        case .attempts: add(number: record.attempts)
        case .latency: add(number: record.latency?.milliseconds)
        case .errorClass: add(record.problem?.kind.rawValue)
        case .errorStatus: add(number: record.problem?.status)
        case .errorMessage: add(record.problem?.message)
        case .createdAt: add(record.createdAt.iso8601)
        case .finishedAt: add(record.finishedAt?.iso8601)
        case .extra: add(JSONValue.object(record.extra).text)
        case .reusedFrom: add(record.reusedFrom)
        case .missingSince: add(record.missingSince?.iso8601)
        case .servedTier: add(caption?.usage.servedTier)
        }
    }

    private mutating func add(list: [String]) {
        var text = JSONText()
        text.value(list)
        add(text.text)
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
            let guarded = !isRaw && utf8.first.map(Self.beginsFormula) ?? false
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
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x00, 0x09, 0x0D: true
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

extension JoinedColumns {
    /// A batch's column may bear any name.
    fileprivate var header: [String] {
        let names = names(beside: JoinedField.allCases.filter { $0 != .captions }.map(\.rawValue))
        return fields.flatMap { $0 == .captions ? names : [$0.rawValue] }
    }
}
