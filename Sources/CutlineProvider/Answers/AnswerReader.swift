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

    var isSuccess: Bool { (200..<300).contains(status) }
}

/// Understands every answer shape in docs/providers.md: OpenAI's chat completion, the `output` list of the Responses form,
/// IndoxHub's `data` envelope, event streams, and errors in whatever errors, also those that come with status 200.
package struct AnswerReader: Sendable {
    /// For waits that are told as a date.
    let now: Timestamp
    /// Whether the provider had to fetch a picture itself.
    let sentAddresses: Bool
    let sentParameters: Set<String>
    let quirks: Quirks
    let schema: JSONSchema?
    /// At which it was asked.
    let tier: ServiceTier
    /// Taken out of every message: some providers repeat the key they refuse.
    private let key: String?

    /// - Parameters:
    ///   - sentParameters: the members of the sent body besides `model` and `messages`, under their names on the wire; `detail` where a picture
    ///     carried it. Only what was sent can be left out or renamed.
    ///   - quirks: how that body differed already, so that no remedy leads back.
    ///   - schema: what the caption must fit.
    package init(
        now: Timestamp, sentAddresses: Bool, key: String?, sentParameters: Set<String> = [], quirks: Quirks = Quirks(),
        schema: JSONSchema? = nil, tier: ServiceTier = .standard
    ) {
        self.now = now
        self.sentAddresses = sentAddresses
        self.sentParameters = sentParameters
        self.quirks = quirks
        self.schema = schema
        self.tier = tier
        self.key = key
    }

    /// Never `.notSent`; `.unknown` where a gateway gave up waiting for the model, or an event stream ended before its answer did.
    package func outcome(of answer: Answer) -> Outcome {
        switch AnswerContent(answer) {
        case .json(let json): return outcome(json, answer)
        case .stream(let stream): return outcome(of: stream, status: answer.status, headers: answer.headers)
        case .html(let text) where answer.isSuccess && !text.isOfAnApplication:
            return unusable(.malformedAnswer, "the provider answered with a web page: \(ErrorReport(html: text).message)", answer)
        case .html(let text): return failure(answer, ErrorReport(html: text))
        case .empty where answer.isSuccess: return unusable(.emptyAnswer, "the provider answered with an empty body", answer)
        case .empty: return failure(answer, ErrorReport(text: ""))
        case .text(let text) where answer.isSuccess && text.isAGreeting:
            return failure(answer, ErrorReport(endpoint: "the address answered with \"\(text.asCaption)\", which is nothing of an API"))
        case .text(let text) where answer.isSuccess:
            return unusable(.malformedAnswer, "the answer is not JSON: \(text)", answer, text: text)
        case .text(let text): return failure(answer, ErrorReport(text: text))
        }
    }

    /// What an event stream came to that has ended or was cut.
    package func outcome(of stream: EventStreamReader, status: Int, headers: HTTPHeaders) -> Outcome {
        var answer = Answer(status: status, headers: headers, body: [])
        if stream.isTooLong { return unusable(.malformedAnswer, "the answer is larger than 64 MB", answer) }
        switch stream.content {
        case .json(let json): return outcome(json, answer)
        case .page(let bytes):
            answer.body = bytes
            return outcome(of: answer)
        case nil:
            guard answer.isSuccess else { return failure(answer, ErrorReport(text: stream.text)) }
            let text = stream.text.asCaption
            return .unknown(
                Failure(
                    .connectionLost, "the event stream ended before the answer was complete", status: status, billed: .unknown,
                    requestID: requestID(answer, .null), answer: text.isEmpty ? nil : text))
        }
    }

    /// An answer that could not be unpacked. An encoding that nobody here reads would come with every call: the first one stops the lane.
    func outcome(of head: Answer, unpackable error: UnpackingError) -> Outcome {
        guard head.isSuccess else { return failure(head, ErrorReport(text: "HTTP \(head.status); \(error)")) }
        var failure = Failure(
            .malformedAnswer, clean("\(error)"), status: head.status, billed: .unknown, requestID: requestID(head, .null))
        if case .unknownEncoding = error { failure.stopsLane = true }
        return .failure(failure)
    }

    /// Whether a refusal means that the path is none of the provider's API, so that another path may be: a redirect, a web page instead of
    /// an API's answer, or an unknown route.
    package static func saysWrongPath(_ answer: Answer) -> Bool {
        guard (300..<400).contains(answer.status) || [403, 404, 405, 419].contains(answer.status) else { return false }
        let reader = AnswerReader(now: Timestamp(milliseconds: 0), sentAddresses: false, key: nil)
        guard case .failure(let failure) = reader.outcome(of: answer) else { return false }
        return failure.kind == .wrongEndpoint
    }

    private func outcome(_ json: JSONValue, _ answer: Answer) -> Outcome {
        // Google wraps its errors in a list.
        let json = json[0]?["error"] != nil ? json[0] ?? json : json
        guard answer.isSuccess else { return failure(answer, ErrorReport(json: json)) }
        if let report = ErrorReport(hiddenIn: json) { return failure(answer, report, body: AnswerBody(json)) }
        if json.isAGreeting {
            return failure(answer, ErrorReport(endpoint: "the address answered with \(json.text), which is no completion"))
        }
        return read(AnswerBody(json), of: answer)
    }
}

// MARK: - Captions

extension AnswerReader {
    private func read(_ body: AnswerBody, of answer: Answer) -> Outcome {
        let usage = Usage(wire: body.whole, headers: answer.headers)
        let requestID = requestID(answer, body.root)
        let text = (body.text ?? "").asCaption
        let reason = body.finishReason(hasText: !text.isEmpty)
        func fail(_ kind: FailureClass, _ message: String, answer rejected: String? = nil, isBilled: Bool = false) -> Outcome {
            .failure(
                Failure(
                    kind, clean(message), status: answer.status, billed: isBilled || usage.isKnown ? .yes : .unknown, requestID: requestID,
                    usage: usage.isKnown ? usage : nil, answer: rejected ?? body.keptText, finishReason: reason))
        }
        // Gemini's own form.
        if text.isEmpty, let reason = body.whole["promptFeedback"]?["blockReason"]?.string {
            return fail(.contentFiltered, "the provider's content filter blocked the request: \(reason)")
        }
        guard body.isKnownShape else {
            let json = body.root.text
            return fail(.malformedAnswer, "the answer has no text in any known place: \(json)", answer: excerpt(json))
        }
        if let refusal = body.refusal { return fail(.refused, refusal, answer: text.isEmpty ? refusal : text) }
        let written = WrittenText(text, arguments: body.otherTexts.filter { $0.kind == .arguments }.map(\.text), isCut: reason == .length)
        switch reason {
        case .contentFilter: return fail(.contentFiltered, "the provider's content filter stopped the answer")
        case .error: return fail(.serverError, "the model stopped with an error")
        case .stop, .length, .tool, nil: break
        }
        func caption(_ text: String, raw: String) -> Outcome {
            let model = body.root["model"]?.string.map { clean($0) }
            return .caption(
                Caption(
                    text: text, raw: raw == text ? nil : raw, finishReason: reason, resolvedModel: model, usage: usage, requestID: requestID
                ))
        }
        guard let schema else {
            return written.caption.isEmpty ? fail(.emptyAnswer, emptiness(body, text, reason)) : caption(written.caption, raw: text)
        }
        let values = JSONExcerpt.values(in: written.caption)
        if let (value, raw) = written.fitting(schema, among: values) { return caption(value, raw: raw) }
        guard !written.caption.isEmpty else { return fail(.emptyAnswer, emptiness(body, text, reason)) }
        return fail(.schemaMismatch, objection(to: written, values.last?.value, schema), answer: text, isBilled: true)
    }

    /// Why nothing in a caption fits.
    ///
    /// - Parameter value: the last one in it; nil: there is none.
    private func objection(to written: WrittenText, _ value: JSONValue?, _ schema: JSONSchema) -> String {
        let cut = written.isCut ? "; it was cut at the token limit, allow more max_tokens" : ""
        if let value { return "the answer does not fit the schema: \(schema.objection(to: value) ?? "it holds no value that does")\(cut)" }
        do throws(JSONSyntaxError) {
            _ = try JSONValue(parsing: written.caption.utf8)
            return "the answer does not fit the schema\(cut)"
        } catch {
            return "the answer is not the JSON that the schema asks for: \(error)\(cut)"
        }
    }

    /// Why an answer is no caption, and where what was paid for went.
    private func emptiness(_ body: AnswerBody, _ text: String, _ reason: FinishReason?) -> String {
        if reason == .length { return "the token limit was reached before any text; allow more max_tokens" }
        if !text.isEmpty { return "the model only thought and returned no text" }
        switch body.otherTexts.first?.kind {
        case .thinking: return "the model only thought and returned no text"
        case .arguments: return "the model called a tool and returned no text"
        case .failed, .unknown, .refusal: return "the model returned no text in a known place; what stands elsewhere is kept"
        case nil: return "the model returned no text"
        }
    }

    /// A 200 that cannot be read: whether it was billed is not known.
    private func unusable(_ kind: FailureClass, _ message: String, _ answer: Answer, text: String? = nil) -> Outcome {
        .failure(
            Failure(
                kind, clean(message), status: answer.status, billed: .unknown, requestID: requestID(answer, .null),
                answer: text.map { excerpt($0) }))
    }

    /// Enough to find in it by hand what was paid for.
    private func excerpt(_ text: String) -> String {
        String(decoding: text.utf8.prefix(64 * 1_024), as: UTF8.self).replacingSecret(key)
    }
}

// MARK: - Failures

extension AnswerReader {
    private func failure(_ answer: Answer, _ report: ErrorReport, body: AnswerBody? = nil) -> Outcome {
        let status = report.status ?? answer.status
        let hints = RetryHints(now: now, headers: answer.headers)
        let told = hints.told(isRefusal: status == 429, headers: answer.headers, report: report)
        var kind = FailureClassifier(sentAddresses: sentAddresses).kind(of: report, status: status, wait: told)
        // What the model wrote and nobody could use was to fit the schema, where there is one.
        if kind == .malformedAnswer, schema != nil { kind = .schemaMismatch }
        let kept = body?.keptText ?? report.generation
        // Flex is served from what others leave: that nothing is left is how it goes slow, and nobody's failure.
        if kind == .overloaded, tier == .flex, !answer.isSuccess, kept == nil { kind = .rateLimited }
        // A refusal before the model costs nothing, whatever stands beside it.
        let isFree = !answer.isSuccess && kind.isRefusedBeforeTheModel
        let usage = isFree ? Usage() : Usage(wire: report.root, headers: [:])
        var failure = Failure(
            kind, message(report, answer), status: answer.status, billed: billed(kind, status, usage, hasText: kept != nil || kind.isDud),
            retryAfter: hints.wait(for: kind, status: status, headers: answer.headers, report: report),
            requestID: requestID(answer, report.root), usage: usage.isKnown ? usage : nil, answer: kept.map { $0.replacingSecret(key) },
            isWorthRepeating: isWorthRepeating(kind, answer))
        if kind == .rateLimited { failure.excess = Excess(in: report) }
        if kind == .unsupportedParameter, failure.billed == .no {
            failure.remedy = Remedy(for: report, sent: sentParameters, quirks: quirks)
        }
        // Behind a gateway that gave up waiting, the model may have gone on.
        guard [504, 524].contains(status), kind == .timeout else { return .failure(failure) }
        failure.billed = .unknown
        return .unknown(failure)
    }

    private func billed(_ kind: FailureClass, _ status: Int, _ usage: Usage, hasText: Bool) -> Billed {
        if usage.isKnown { return .yes }
        // Whoever waited in vain for the model does not know what the model did.
        if hasText || [408, 499].contains(status) { return .unknown }
        return (300..<500).contains(status) || kind.isRefusedBeforeTheModel ? .no : .unknown
    }

    /// Only about failures whose class leaves it open: a rejected key stays rejected.
    private func isWorthRepeating(_ kind: FailureClass, _ answer: Answer) -> Bool? {
        guard [.invalidRequest, .timeout, .serverError, .rateLimited, .overloaded].contains(kind) else { return nil }
        switch answer.headers.first(name: "x-should-retry")?.lowercased() {
        case "true": return true
        case "false": return false
        default: return nil
        }
    }

    private func message(_ report: ErrorReport, _ answer: Answer) -> String {
        if (300..<400).contains(answer.status) {
            return clean("the address redirects to \(answer.headers.first(name: "location") ?? "another one"), which is not followed")
        }
        return clean(report.message).nonEmpty ?? "the provider answered HTTP \(answer.status) without a message"
    }

    private func clean(_ text: String) -> String { text.asMessage(without: key) }

    private func requestID(_ answer: Answer, _ root: JSONValue) -> String? {
        let names = ["x-request-id", "request-id", "x-oneapi-request-id", "apim-request-id", "x-generation-id", "x-litellm-call-id"]
        let inBody = [root["request_id"], root["error"]?["request_id"], root["error"]?["metadata"]?["request_id"]]
        let ids =
            inBody.map { $0?.string } + names.map { answer.headers.first(name: $0) } + [
                root["id"]?.string, ErrorReport.requestID(in: root),
            ]
        return ids.lazy.compactMap { $0 }.map { String(clean($0).prefix(200)) }.first { !$0.isEmpty }
    }
}

extension FailureClass {
    /// The model answered, and what it wrote cannot be used.
    fileprivate var isDud: Bool { self == .schemaMismatch || self == .malformedAnswer }

    /// The model was never asked, whatever status the gateway gives it.
    fileprivate var isRefusedBeforeTheModel: Bool {
        switch scope {
        case .lane, .pace: true
        case .job: [.noVision, .imageRejected, .tooLarge, .contextTooLong, .unsupportedParameter].contains(self)
        case .transient, .ours: false
        }
    }
}
