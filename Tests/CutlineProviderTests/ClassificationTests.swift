import CutlineCore
import NIOCore
import NIOHTTP1
import Testing

@testable import CutlineProvider

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The table of docs/providers.md, row by row: what a provider says, and what becomes of the job.
@Suite struct ClassificationTests {
    struct Row: Sendable, CustomStringConvertible {
        let description: String
        var answer: Answer
        let kind: FailureClass
        let billed: Billed
        let retryAfter: Duration?
        /// After the first failure, without jitter.
        let decision: Decision

        init(
            _ name: String, _ status: Int, _ body: String, _ kind: FailureClass, _ billed: Billed, _ decision: Decision,
            after retryAfter: Duration? = nil, headers: [(String, String)] = []
        ) {
            description = name
            answer = Answer(status: status, headers: HTTPHeaders(headers), body: Array(body.utf8))
            self.kind = kind
            self.billed = billed
            self.retryAfter = retryAfter
            self.decision = decision
        }
    }

    private static let again = Decision.retry(after: .seconds(1))

    static func error(_ message: String, code: String = "") -> String { FailureClassifierTests.error(message, code: code) }

    static let endpoints: [Row] = [
        Row("9 redirect", 302, "", .wrongEndpoint, .no, .release, headers: [("location", "/v2")]),
        Row("10 web page instead of an API", 404, "<html>Not here</html>", .wrongEndpoint, .no, .release),
        Row("10 CSRF page", 403, "<html>CSRF verification failed</html>", .wrongEndpoint, .no, .release),
        Row("18 firewall", 403, "<title>Just a moment...</title>", .forbidden, .no, .release),
        Row("21 unknown route", 404, #"{"detail":"Not Found"}"#, .wrongEndpoint, .no, .release),
        Row("34 not implemented", 501, "", .wrongEndpoint, .no, .release),
        Row("34 version of HTTP", 505, "", .wrongEndpoint, .no, .release),
    ]

    static let money: [Row] = [
        Row("11 quota behind a 429", 429, error("x", code: "insufficient_quota"), .quotaExhausted, .no, .release),
        Row("11 quota behind a 403", 403, error("用户额度不足"), .quotaExhausted, .no, .release),
        Row("11 daily quota", 429, "Daily spending limit of $4 reached", .quotaExhausted, .no, .release, after: .seconds(59_550)),
        Row(
            "12 budget of running calls", 402, #"{"error":{"message":"x","metadata":{"limit_source":"openrouter_in_flight_budget"}}}"#,
            .rateLimited, .no, .release, after: .seconds(30)),
        Row("13 payment required", 402, "", .quotaExhausted, .no, .release),
    ]

    static let access: [Row] = [
        Row("14 key rejected", 401, "", .unauthorized, .no, .release),
        Row("14 key rejected behind a 400", 400, error("x", code: "invalid_api_key"), .unauthorized, .no, .release),
        Row("15 banned", 403, "You are banned from using this service.", .forbidden, .no, .release),
        Row("15 not verified", 403, "Identity verification required", .forbidden, .no, .release),
        Row("16 blocked program", 403, #"{"error":"AI coding agents aren't allowed to be used with x"}"#, .forbidden, .no, .release),
        Row("17 content filter", 400, error("x", code: "content_policy_violation"), .contentFiltered, .no, .fail),
        Row("17 refused", 200, #"{"choices":[{"message":{"refusal":"No."}}]}"#, .refused, .unknown, .fail),
        Row("19 no access", 403, error("x"), .forbidden, .no, .release),
        Row("20 unknown model", 404, error("The model x does not exist"), .modelNotFound, .no, .release),
        Row("20 no channel for the model", 503, error("x", code: "model_not_found"), .modelNotFound, .no, .release),
    ]

    static let pictures: [Row] = [
        Row("22 no vision, even at 500", 500, error("image input is not supported"), .noVision, .no, .fail),
        Row("23 picture not fetched", 400, error("Timeout while downloading https://x"), .imageUnreachable, .no, again),
        Row("24 bad picture", 400, error("x", code: "unsupported_image_format"), .imageRejected, .no, .fail),
        Row("25 too large", 413, "", .tooLarge, .no, .fail),
        Row("26 too small", 400, error("x", code: "image_too_small"), .imageRejected, .no, .fail),
        Row("27 too long", 400, error("x", code: "context_length_exceeded"), .contextTooLong, .no, .fail),
        Row("28 unsupported parameter", 400, error("Unsupported parameter: 'seed'"), .unsupportedParameter, .no, .fail),
        Row("29 other bad request", 422, error("x"), .invalidRequest, .no, .fail),
        Row("29 other bad request, to be repeated", 400, error("x"), .invalidRequest, .no, again, headers: [("x-should-retry", "true")]),
    ]

    static let pace: [Row] = [
        Row("30 timeout", 408, "", .timeout, .unknown, again), Row("30 too early", 425, "", .timeout, .no, again),
        Row("30 closed", 499, "", .timeout, .unknown, again), Row("31 conflict", 409, "", .serverError, .no, again),
        Row("31 locked", 423, "", .serverError, .no, again), Row("31 dependency", 424, "", .serverError, .no, again),
        Row("32 rate limit", 429, "", .rateLimited, .no, .release), Row("32 capacity", 498, "", .rateLimited, .no, .release),
        Row("32 rate limit with a wait", 429, "", .rateLimited, .no, .release, after: .seconds(9), headers: [("retry-after", "9")]),
        Row("32 rate limit that does not pass", 429, "", .rateLimited, .no, .fail, headers: [("x-should-retry", "false")]),
        Row("33 server error", 500, error("x", code: "do_request_failed"), .serverError, .unknown, again),
        Row("33 server error, not to be repeated", 500, "", .serverError, .unknown, .fail, headers: [("x-should-retry", "false")]),
        Row("35 bad gateway", 502, "", .serverError, .unknown, again),
        Row("36 loading", 503, error("Loading model"), .overloaded, .unknown, .release, after: .seconds(5)),
        Row("37 overloaded", 529, "", .overloaded, .unknown, again),
        Row("37 overloaded with a wait", 503, "", .overloaded, .unknown, .release, after: .seconds(20), headers: [("retry-after", "20")]),
        Row("38 no connection behind the CDN", 522, "<html>522</html>", .serverError, .unknown, again),
        Row("38 CDN reports 530", 530, "error code: 1033", .serverError, .unknown, again),
    ]

    static let answers: [Row] = [
        Row("39 empty body", 200, "  ", .emptyAnswer, .unknown, .askAgain(.otherwise)),
        Row("40 web page", 200, "<html></html>", .malformedAnswer, .unknown, .askAgain(.otherwise)),
        Row("40 half an answer", 200, #"{"choices":["#, .malformedAnswer, .unknown, .askAgain(.otherwise)),
        Row("41 error inside a 200", 200, #"{"error":{"message":"x","code":429}}"#, .rateLimited, .no, .release),
        Row(
            "42 no text", 200, #"{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}"#, .emptyAnswer, .unknown,
            .askAgain(.otherwise)),
        Row(
            "43 limit before any text", 200, #"{"choices":[{"message":{},"finish_reason":"length"}]}"#, .emptyAnswer, .unknown,
            .askAgain(.longer)),
        Row(
            "45 stopped with an error", 200, #"{"choices":[{"message":{"content":"A"},"finish_reason":"error"}]}"#, .serverError, .unknown,
            again),
        Row("47 other client error", 418, "", .invalidRequest, .no, .fail),
        Row("48 other server error", 599, "", .serverError, .unknown, again),
    ]

    @Test(arguments: endpoints + money + access + pictures + pace + answers)
    func rowHasItsClassAndDecision(_ row: Row) throws {
        let failure = try #require(Vector.all[0].reader.outcome(of: row.answer).failure)
        #expect(failure.kind == row.kind)
        #expect(failure.billed == row.billed)
        #expect(failure.retryAfter == row.retryAfter)
        #expect(RetryPolicy().decision(after: failure, tally: JobTally(failures: 1), jitter: 0) == row.decision)
    }

    /// Rows 35 and 38: the model may have gone on behind the gateway.
    @Test(arguments: [504, 524])
    func timeoutOfAGatewayIsUnknown(status: Int) throws {
        let failure = try #require(Vector.all[0].reader.outcome(of: Answer(status: status, body: [])).unknown)
        #expect((failure.kind, failure.billed) == (.timeout, .unknown))
    }

    /// Row 44.
    @Test func cutAnswerIsACaption() {
        #expect(read(#"{"choices":[{"message":{"content":"A"},"finish_reason":"length"}]}"#).caption?.finishReason == .length)
    }

    /// Row 46.
    @Test func answerThatDoesNotFitIsKeptAndPaid() throws {
        let reader = AnswerReader(
            now: .fixture, sentAddresses: false, key: nil, schema: try JSONSchema(json: JSONCursor(.object(["type": .string("object")]))))
        let body = Array(#"{"choices":[{"message":{"content":"[1]"}}]}"#.utf8)
        let failure = try #require(reader.outcome(of: Answer(status: 200, body: body)).failure)
        #expect((failure.kind, failure.billed, failure.answer) == (.schemaMismatch, .yes, "[1]"))
        #expect(RetryPolicy().decision(after: failure, tally: JobTally(failures: 1), jitter: 0) == .askAgain(.otherwise))
    }

    /// As swift-nio-ssl names its errors.
    private struct UntrustedSSLCertificate: Error {}

    /// Rows 4 to 7. A host that is not found and an address that cannot be called need a client (ProviderClientTests); the others are ours.
    @Test(
        arguments: [
            ("4 refused", IOError(errnoCode: ECONNREFUSED, reason: ""), false, .unreachable, .release),
            ("5 reset", IOError(errnoCode: ECONNRESET, reason: ""), true, .connectionLost, again),
            ("5 broken pipe", IOError(errnoCode: EPIPE, reason: ""), true, .connectionLost, again),
            ("5 closed", ChannelError.ioOnClosedChannel, true, .connectionLost, again),
            ("6 connecting took too long", ChannelError.connectTimeout(.seconds(10)), false, .unreachable, .release),
            ("7 TLS", UntrustedSSLCertificate(), false, .tls, .release),
        ] as [(String, any Error & Sendable, Bool, FailureClass, Decision)])
    func connectionFailureHasItsClassAndDecision(
        row: String, error: any Error & Sendable, isConnected: Bool, kind: FailureClass, decision: Decision
    ) {
        #expect(TransportFailure(error, host: "h", isConnected: isConnected).cause == .failure(kind))
        #expect(RetryPolicy().decision(after: Failure(kind, "m"), tally: JobTally(failures: 1), jitter: 0) == decision)
    }

    @Test(arguments: [
        (301, "", true), (308, "", true), (403, "<html>Forbidden</html>", true), (404, "<html></html>", true), (405, "<html></html>", true),
        (404, #"{"detail":"Not Found"}"#, true), (404, #"{"detail":"Model 'x' not found"}"#, false),
        (403, "<title>Just a moment...</title>", false),
        (403, #"{"error":"no"}"#, false), (400, "<html></html>", false), (200, "<html>CSRF</html>", false), (501, "", false),
        (500, "<html></html>", false),
    ])
    func wrongPathIsRecognised(status: Int, body: String, isWrong: Bool) {
        #expect(AnswerReader.saysWrongPath(Answer(status: status, body: Array(body.utf8))) == isWrong)
    }
}
