import CutlineCore

/// Reads server-sent events as they arrive, in pieces of any size, and puts the answer together.
///
/// It takes what providers send: comments, `\r`, `\n` and `\r\n`, several data lines, a missing space, blank line or `[DONE]`, a byte-order mark,
/// and a body that is no stream at all (an error as plain JSON, a web page).
package struct EventStreamReader: Sendable {
    static let maxBytes = 64 << 20
    private static let endMark = Array("[DONE]".utf8)

    /// It holds more than an answer may have; the rest is not kept.
    package private(set) var isTooLong = false
    private var size = 0
    /// The line that has not ended yet.
    private var line: [UInt8] = []
    private var isFirstLine = true
    private var isBehindReturn = false
    /// The data lines of the event that has not ended yet.
    private var data: [[UInt8]] = []
    private var name = ""
    private var answer = StreamedAnswer()
    /// The body, where it is no event stream.
    private var plain: [UInt8]?

    package init() {}

    package mutating func append(_ bytes: some Collection<UInt8>) {
        guard !isTooLong, size + bytes.count <= Self.maxBytes else {
            isTooLong = true
            return
        }
        size += bytes.count
        for byte in bytes { append(byte) }
    }

    /// Nothing more will come: the caller need not wait for the end of the connection.
    package var hasEnded: Bool { answer.hasEnded }

    /// The model has stopped; what may still come are numbers and the end mark.
    package var hasFinished: Bool { answer.hasFinished }

    /// Whether the answer is whole, or an error came instead: the end of the stream, a reason why the model stopped, or an error was seen.
    /// From then on it does not matter how the connection ends.
    package var isComplete: Bool { content != nil }

    /// The text so far.
    var text: String { plain.map { String(decoding: $0.prefix(64 * 1_024), as: UTF8.self) } ?? finished.keptText }

    /// What a whole stream, or a body that is none, comes to.
    enum Content: Hashable, Sendable {
        /// The answer in the form of a chat completion, or a plain body as it came.
        case json(JSONValue)
        /// The bytes of a web page.
        case page([UInt8])
    }

    /// Nil where the answer is incomplete.
    var content: Content? {
        guard let plain else {
            let answer = finished
            return answer.isComplete ? .json(answer.json) : nil
        }
        if plain.first == UInt8(ascii: "<") { return .page(plain) }
        // Half a JSON value is what is asked about here.
        return (try? JSONValue(tolerating: plain)).map { .json($0) }
    }

    /// As if the stream ended here.
    private var finished: StreamedAnswer {
        var copy = self
        copy.endLine()
        copy.dispatch()
        return copy.answer
    }

}

extension EventStreamReader {
    private mutating func append(_ byte: UInt8) {
        if plain != nil {
            plain?.append(byte)
            return
        }
        switch byte {
        case 0x0D:
            endLine()
            isBehindReturn = true
            return
        case 0x0A where isBehindReturn: break
        case 0x0A: endLine()
        default:
            line.append(byte)
            if isFirstLine { lookForPlainBody(byte) }
        }
        isBehindReturn = false
    }

    private mutating func lookForPlainBody(_ byte: UInt8) {
        guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "<") else { return }
        guard line.dropLast().allSatisfy({ [0x20, 0x09, 0xEF, 0xBB, 0xBF].contains($0) }) else { return }
        plain = [byte]
        line = []
    }

    private mutating func endLine() {
        if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        // What comes first may be blank.
        if !line.isEmpty { isFirstLine = false }
        defer { line.removeAll(keepingCapacity: true) }
        guard let first = line.first else { return dispatch() }
        guard first != UInt8(ascii: ":") else { return }
        if first == UInt8(ascii: "{") {
            // An error without its `data:`.
            dispatch()
            data = [line]
            return dispatch()
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        switch line[..<colon] {
        case let field where field.elementsEqual("data".utf8):
            data.append(Array(value))
            // Some servers keep the connection open behind it.
            if value.starts(with: Self.endMark) { dispatch() }
        case let field where field.elementsEqual("event".utf8): name = String(decoding: value.prefix(200), as: UTF8.self)
        default: return
        }
    }

    private mutating func dispatch() {
        defer {
            data = []
            name = ""
        }
        guard !data.isEmpty else { return }
        // One value over several lines, else one a line where the blank lines are missing.
        if data.count > 1, let whole = try? JSONValue(parsing: data.joined(separator: [0x0A])) { return answer.take(whole, event: name) }
        for payload in data { take(payload) }
    }

    private mutating func take(_ payload: [UInt8]) {
        if payload.starts(with: Self.endMark) { return answer.end() }
        do {
            answer.take(try JSONValue(tolerating: payload), event: name)
        } catch {
            // Pings and cut events say nothing; a text that is announced as an error does.
            if name == "error" { answer.take(.string(String(decoding: payload.prefix(32_768), as: UTF8.self)), event: name) }
        }
    }
}
