import CutlineCore
import Testing

@testable import CutlineProvider

@Suite struct RemedyTests {
    private func remedy(_ message: String, param: String? = nil, sent: Set<String>, quirks: Quirks = Quirks()) -> Remedy? {
        var report = ErrorReport(text: message)
        report.parameter = param
        return Remedy(for: report, sent: sent, quirks: quirks)
    }

    private static let common: Set<String> = ["max_tokens", "temperature", "usage", "detail", "stop", "response_format", "stream", "seed"]

    @Test(
        arguments: [
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                .rename("max_tokens", to: "max_completion_tokens")
            ),
            ("Use max_completion_tokens instead of max_tokens", .rename("max_tokens", to: "max_completion_tokens")),
            ("`max_tokens` is not supported", .drop("max_tokens")), ("temperature is not supported by this model", .drop("temperature")),
            ("Stop sequences: the parameter stop is not supported", .drop("stop")),
            ("usage: Extra inputs are not permitted", .drop("usage")),
            ("body.usage.include: Extra inputs are not permitted", .drop("usage")),
            ("Unrecognized request argument supplied: seed", .drop("seed")),
            ("body.messages.0.content.1.image_url.detail: Extra inputs are not permitted", .drop("detail")),
            ("does not support parameters: ['top_k', 'seed']", .drop("seed")),
            ("stream参数不支持", .drop("stream")), ("response_format is not supported", nil),
            ("messages[0].role does not support 'system'", nil),
            ("unknown parameter", nil), ("", nil),
        ] as [(String, Remedy?)])
    func memberIsFoundInTheSentence(message: String, expected: Remedy?) {
        #expect(remedy(message, sent: Self.common) == expected)
    }

    @Test func namedParameterWinsAndOnlyWhatWasSentCounts() {
        #expect(remedy("temperature and seed", param: "seed", sent: Self.common) == .drop("seed"))
        #expect(remedy("x", param: "messages[1].content[0].image_url.detail", sent: Self.common) == .drop("detail"))
        #expect(remedy("temperature", param: "temperature", sent: ["seed"]) == nil)
        #expect(remedy("model", param: "model", sent: ["model", "messages"]) == nil)
    }

    @Test func olderServersTakeTheOlderName() {
        #expect(
            remedy("unknown: max_completion_tokens", sent: ["max_completion_tokens"]) == .rename("max_completion_tokens", to: "max_tokens"))
    }

    @Test func nothingIsRenamedBack() {
        var quirks = Quirks()
        _ = quirks.learn(.rename("max_tokens", to: "max_completion_tokens"))
        #expect(remedy("unknown: max_completion_tokens", sent: ["max_completion_tokens"], quirks: quirks) == nil)
    }

    @Test func onlyARefusalThatCostNothingHasARemedy() {
        let body = Array(#"{"error":{"message":"Unsupported parameter: 'seed'"},"usage":{"prompt_tokens":5}}"#.utf8)
        let reader = AnswerReader(now: .fixture, sentAddresses: false, key: nil, sentParameters: ["seed"])
        #expect(reader.outcome(of: Answer(status: 400, body: body)).failure?.remedy == .drop("seed"))
        let billed = reader.outcome(of: Answer(status: 200, body: body)).failure
        #expect((billed?.kind, billed?.billed, billed?.remedy) == (.unsupportedParameter, .yes, nil))
    }
}
