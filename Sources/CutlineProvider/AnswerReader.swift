import CutlineCore
import NIOHTTP1

/// A complete HTTP answer.
package struct Answer: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Understands every answer shape in docs/providers.md: OpenAI's chat completion, the `output` list of the Responses form,
/// IndoxHub's `data` envelope, and errors in whatever clothes, also those that come with status 200.
package struct AnswerReader: Sendable {
    /// For waits that are told as a date.
    package let now: Timestamp
    /// Whether the provider had to fetch a picture itself.
    package let sentAddresses: Bool
    /// Taken out of every message: some providers repeat the key they refuse.
    private let key: String?

    package init(now: Timestamp, sentAddresses: Bool, key: String?) {
        self.now = now
        self.sentAddresses = sentAddresses
        self.key = key
    }

    /// Never `.notSent`; `.unknown` where a gateway gave up waiting for the model.
    package func outcome(of answer: Answer) -> Outcome {
        switch body(of: answer) {
        case .json(let json):
            let json = json[0]?["error"] != nil ? json[0] ?? json : json
            guard (200..<300).contains(answer.status) else { return failure(answer, ErrorReport(json: json)) }
            if let report = ErrorReport(hiddenIn: json) { return failure(answer, report, json: json) }
            return read(AnswerBody(json), of: answer)
        case .html(let text) where (200..<300).contains(answer.status) && !text.lowercased().contains("csrf"):
            return unusable(.malformedAnswer, "the provider answered with a web page: \(ErrorReport(html: text).message)", answer)
        case .html(let text): return failure(answer, ErrorReport(html: text))
        case .empty where (200..<300).contains(answer.status):
            return unusable(.emptyAnswer, "the provider answered with an empty body", answer)
        case .text(let text) where (200..<300).contains(answer.status):
            return unusable(.malformedAnswer, "the answer is not JSON: \(text)", answer)
        case .text(let text): return failure(answer, ErrorReport(text: text))
        case .empty: return failure(answer, ErrorReport(text: ""))
        }
    }

    private enum Body { case json(JSONValue), html(String), text(String), empty }

    private func body(of answer: Answer) -> Body {
        let bytes = answer.body.starts(with: [0xEF, 0xBB, 0xBF]) ? answer.body.dropFirst(3) : answer.body[...]
        let content = bytes.drop { [0x20, 0x0A, 0x0D, 0x09].contains($0) }
        guard let first = content.first else { return .empty }
        if first == UInt8(ascii: "<") { return .html(String(decoding: content, as: UTF8.self)) }
        do {
            return .json(try JSONValue(parsing: content))
        } catch {
            // Enough to recognise what came instead.
            let text = String(decoding: content.prefix(64 * 1_024), as: UTF8.self)
            return answer.headers.first(name: "content-type")?.contains("html") == true ? .html(text) : .text(text)
        }
    }

    private func read(_ body: AnswerBody, of answer: Answer) -> Outcome {
        let usage = Usage(wire: body.root, headers: answer.headers)
        let requestID = requestID(answer, body.root)
        func fail(_ kind: FailureClass, _ message: String) -> Outcome {
            .failure(
                Failure(
                    kind, clean(message), status: answer.status, billed: usage.isKnown ? .yes : .unknown, requestID: requestID,
                    usage: usage.isKnown ? usage : nil))
        }
        guard body.isKnownShape else { return fail(.malformedAnswer, "the answer has no text in any known place") }
        if let refusal = body.refusal { return fail(.refused, refusal) }
        let text = (body.text ?? "").asCaption
        switch body.finishReason(hasText: !text.isEmpty) {
        case .contentFilter: return fail(.contentFiltered, "the provider's content filter stopped the answer")
        case .error: return fail(.serverError, "the model stopped with an error")
        case .length where text.isEmpty: return fail(.emptyAnswer, "the token limit was reached before any text; allow more max_tokens")
        case _ where text.isEmpty: return fail(.emptyAnswer, "the model returned no text")
        case let reason:
            return .caption(
                Caption(text: text, finishReason: reason, resolvedModel: body.root["model"]?.string, usage: usage, requestID: requestID))
        }
    }

    /// A 200 that cannot be read: whether it was billed is not known.
    private func unusable(_ kind: FailureClass, _ message: String, _ answer: Answer) -> Outcome {
        .failure(
            Failure(kind, clean(message), status: answer.status, billed: .unknown, requestID: requestID(answer, .null)))
    }

    private func failure(_ answer: Answer, _ report: ErrorReport, json: JSONValue = .null) -> Outcome {
        let status = report.status ?? answer.status
        let kind = FailureClassifier(sentAddresses: sentAddresses).kind(of: report, status: status)
        let usage = Usage(wire: json, headers: [:])
        var failure = Failure(
            kind, message(report, answer), status: answer.status, billed: billed(status, usage),
            retryAfter: RetryHints(now: now).wait(for: kind, status: status, headers: answer.headers, report: report),
            requestID: requestID(answer, report.root), usage: usage.isKnown ? usage : nil)
        guard [504, 524].contains(status) else { return .failure(failure) }
        failure.billed = .unknown
        return .unknown(failure)
    }

    private func billed(_ status: Int, _ usage: Usage) -> Billed {
        if usage.isKnown { return .yes }
        return (300..<500).contains(status) ? .no : .unknown
    }

    private func message(_ report: ErrorReport, _ answer: Answer) -> String {
        if (300..<400).contains(answer.status) {
            return clean("the address redirects to \(answer.headers.first(name: "location") ?? "another one"), which is not followed")
        }
        let message = clean(report.message)
        return message.isEmpty ? "the provider answered HTTP \(answer.status) without a message" : message
    }

    private func clean(_ text: String) -> String { text.asMessage(without: key) }

    private func requestID(_ answer: Answer, _ root: JSONValue) -> String? {
        let headers = ["x-request-id", "request-id", "x-oneapi-request-id"]
        let id =
            root["request_id"]?.string ?? root["error"]?["request_id"]?.string
            ?? headers.lazy.compactMap { answer.headers.first(name: $0) }.first ?? root["id"]?.string
        return id.map { clean($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The places where an answer may keep its text and why it ended.
private struct AnswerBody {
    /// The object with text and usage, out of its envelope.
    let root: JSONValue
    private let choice: JSONValue?

    init(_ json: JSONValue) {
        let isWrapped = json["choices"] == nil && json["output"] == nil && json["data"]?.object != nil
        var root = isWrapped ? json["data"] ?? json : json
        if isWrapped, case .object(var members) = root {
            for name in ["usage", "cost", "model", "request_id"] where root[name] == nil { members[name] = json[name] }
            root = .object(members)
        }
        self.root = root
        choice = root["choices"]?[0]
    }

    var isKnownShape: Bool {
        choice != nil || root["output"]?.array != nil || root["data"]?.string != nil || root["content"] != nil || root["text"] != nil
    }

    var text: String? {
        if let choice { return Self.text(choice["message"]?["content"]) ?? choice["text"]?.string }
        if let output = root["output"]?.array {
            return output.filter { ["message", nil].contains($0["type"]?.string) }.compactMap { Self.text($0["content"]) }.joined()
        }
        return root["data"]?.string ?? Self.text(root["content"]) ?? root["text"]?.string
    }

    var refusal: String? {
        let parts = (root["output"]?.array ?? []).flatMap { $0["content"]?.array ?? [] }
        let texts = [choice?["message"]?["refusal"]?.string] + parts.map { $0["refusal"]?.string }
        return texts.compactMap(\.self).first { !$0.isEmpty }
    }

    func finishReason(hasText: Bool) -> FinishReason? {
        let words = [
            choice?["finish_reason"], root["finish_reason"], root["incomplete_details"]?["reason"], root["stop_reason"],
            root["status"],
        ]
        guard let word = words.lazy.compactMap({ $0?.string }).first(where: { !$0.isEmpty }) else { return hasText ? .stop : nil }
        return FinishReason(wire: word)
    }

    /// A text, or a list of parts of which only those of text count: thinking is not an answer.
    private static func text(_ content: JSONValue?) -> String? {
        guard let content else { return nil }
        if let text = content.string { return text }
        let parts = content.array ?? [content]
        return parts.compactMap { part in
            if let text = part.string { return text }
            guard ["text", "output_text", nil].contains(part["type"]?.string) else { return nil }
            return part["text"]?.string ?? part["text"]?["value"]?.string
        }.joined()
    }
}

extension FinishReason {
    /// The normalised word for a provider's own; nil for a word that is not known. A word behind a colon is the finer one.
    init?(wire text: String) {
        let words = text.split(separator: ":").reversed().map { word in
            String(word.drop { $0 == " " }).lowercased()
        }
        guard let reason = words.lazy.compactMap({ Self.wireWords[$0] }).first else { return nil }
        self = reason
    }

    private static let wireWords: [String: FinishReason] = {
        let table: [FinishReason: [String]] = [
            .stop: ["stop", "end_turn", "eos", "eos_token", "stop_sequence", "completed", "finish_reason_stop"],
            .length: ["length", "max_tokens", "model_length", "max_output_tokens", "incomplete", "finish_reason_max_tokens"],
            .contentFilter: [
                "content_filter", "safety", "recitation", "blocklist", "prohibited_content", "spii", "image_safety",
                "image_prohibited_content", "image_recitation", "language", "refusal", "sensitive",
            ],
            .tool: ["tool_calls", "function_call", "tool_use", "malformed_function_call"],
            .error: [
                "error", "abort", "repetition", "insufficient_system_resource", "failed", "cancelled", "other",
                "finish_reason_unspecified",
            ],
        ]
        return Dictionary(uniqueKeysWithValues: table.flatMap { reason, words in words.map { ($0, reason) } })
    }()
}

extension String {
    /// Outer white space trimmed, NUL dropped, nothing else changed.
    var asCaption: String {
        let scalars = unicodeScalars.filter { $0 != "\0" }
        let head = scalars.drop { $0.properties.isWhitespace }
        guard let last = head.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(String.UnicodeScalarView(head[...last]))
    }

    /// One line of at most 500 characters that is safe to show, without `secret`.
    func asMessage(without secret: String?) -> String {
        var text = self
        if let secret, secret.utf8.count >= 4 { text = text.replacing(secret, with: "[key]") }
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(20_000) {
            let isPrintable = !scalar.properties.isWhitespace && !Self.hidden.contains(scalar.properties.generalCategory)
            if isPrintable { line.append(scalar) } else if line.last != " ", !line.isEmpty { line.append(" ") }
        }
        let message = String(line)
        let trimmed = message.hasSuffix(" ") ? String(message.dropLast()) : message
        return trimmed.count <= 500 ? trimmed : String(trimmed.prefix(499)) + "…"
    }

    /// Control characters, and the format characters that turn the direction of a line.
    private static let hidden: Set<Unicode.GeneralCategory> = [.control, .format, .surrogate, .lineSeparator, .paragraphSeparator]
}
