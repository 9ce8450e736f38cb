import CutlineCore
import NIOHTTP1
import Testing

@testable import CutlineProvider

/// What outweighs what, clue by clue: the table of docs/providers.md.
@Suite struct EvidenceTests {
    /// One refusal whose clues may be swapped one by one.
    struct Clues: Sendable, CustomStringConvertible {
        var status = 429
        var code: String?
        var type: String?
        var wait: String?
        var sentence = "x"

        var description: String { "\(status) code \(code ?? "-") type \(type ?? "-") wait \(wait ?? "-"): \(sentence)" }

        func kind(addresses: Bool = false) -> FailureClass? {
            let error = JSONValue.object([
                "message": .string(sentence), "code": code.map(JSONValue.string) ?? .null, "type": type.map(JSONValue.string) ?? .null,
            ])
            let answer = Answer(
                status: status, headers: HTTPHeaders(wait.map { [("retry-after", $0)] } ?? []),
                body: Array(JSONValue.object(["error": error]).text.utf8))
            return AnswerReader(now: .fixture, sentAddresses: addresses, key: nil).outcome(of: answer).failure?.kind
        }
    }

    /// Two readings of each kind of clue: that of the pace and that of money.
    private static let codes: [(kind: FailureClass, word: String)] = [
        (.rateLimited, "rate_limit_exceeded"), (.quotaExhausted, "insufficient_quota"),
    ]
    private static let sentences = [
        (FailureClass.rateLimited, "Rate limit reached"), (.quotaExhausted, "Your balance is insufficient: open the billing page"),
    ]
    private static let vague: [String?] = [nil, "invalid_request_error", "error", "bad_request", "429", "new_api_error"]

    @Test(arguments: codes, codes)
    func aCodeOutweighsEverything(code: (kind: FailureClass, word: String), type: (kind: FailureClass, word: String)) {
        for wait in [nil, "1.2", "600", "86400"] {
            for sentence in Self.sentences.map(\.1) {
                for status in [400, 402, 403, 413, 429, 503] {
                    let clues = Clues(status: status, code: code.word, type: type.word, wait: wait, sentence: sentence)
                    #expect(clues.kind() == code.kind, "\(clues)")
                }
            }
        }
    }

    @Test(arguments: codes, vague)
    func aTypeOutweighsWaitAndSentence(type: (kind: FailureClass, word: String), code: String?) {
        for wait in [nil, "1.2", "600", "86400"] {
            for sentence in Self.sentences.map(\.1) {
                let clues = Clues(code: code, type: type.word, wait: wait, sentence: sentence)
                #expect(clues.kind() == type.kind, "\(clues)")
            }
        }
    }

    @Test(arguments: vague, ["0.5", "1.2", "60", "600", "3000"])
    func aToldWaitOfSecondsOrMinutesOutweighsTheSentence(code: String?, wait: String) {
        for sentence in Self.sentences.map(\.1) + ["You exceeded your current quota, please check your plan and billing details."] {
            #expect(Clues(code: code, wait: wait, sentence: sentence).kind() == .rateLimited)
            let told = Clues(code: code, sentence: sentence + ". Please try again in \(wait)s.")
            #expect(told.kind() == .rateLimited, "\(told)")
        }
    }

    @Test(arguments: vague, [nil, "86400"])
    func withoutAWaitThatIsPaceTheSentenceDecides(code: String?, wait: String?) {
        for (kind, sentence) in Self.sentences { #expect(Clues(code: code, wait: wait, sentence: sentence).kind() == kind) }
    }

    @Test(arguments: [
        (402, FailureClass.quotaExhausted), (429, .rateLimited), (401, .unauthorized), (413, .tooLarge), (400, .invalidRequest),
    ])
    func aStatusIsTheLastWord(status: Int, kind: FailureClass) {
        for code in Self.vague where code != "429" { #expect(Clues(status: status, code: code).kind() == kind) }
    }

    @Test func aWaitSaysNothingBesideAStatusOfAnotherThing() {
        #expect(Clues(status: 402, wait: "2", sentence: "Insufficient credits").kind() == .quotaExhausted)
        #expect(Clues(status: 401, wait: "2").kind() == .unauthorized)
        #expect(Clues(status: 503, wait: "2", sentence: "This model needs the Business-plan").kind() == .forbidden)
    }

    @Test(arguments: [
        "Upgrade at https://console.groq.com/settings/billing", "See console.example.com/billing/top up", "(www.example.com/billing)",
        "Need more? [Upgrade](https://example.com/billing)", "更多信息：https://example.com/billing。",
    ])
    func aLinksWordsAreNotTheProviders(sentence: String) {
        #expect(Clues(sentence: "Limit reached. \(sentence)").kind() == .rateLimited)
        #expect(Clues(sentence: "Limit reached. Open the billing page").kind() == .quotaExhausted)
    }

    @Test(arguments: [
        ("insufficient_quota", "InsufficientQuota"), ("insufficient_quota", "insufficient-quota"),
        ("data_inspection_failed", "InternalError.Algo.DataInspectionFailed"), ("invalid_api_key", "InvalidApiKey"),
        ("rate_limit_exceeded", "RATE_LIMIT_EXCEEDED"),
    ])
    func aNameIsTheSameInEverySpelling(known: String, spelling: String) {
        let kind = Clues(status: 400, code: known).kind()
        #expect(kind != .invalidRequest && Clues(status: 400, code: spelling).kind() == kind)
    }

    /// A family says where the trouble lies; the sentence says which it is.
    @Test(arguments: [
        (400, "invalid_image", "Image size exceeds the limit.", FailureClass.tooLarge), (400, "invalid_image", "x", .imageRejected),
        (403, "permission_denied", "Content violates usage guidelines.", .contentFiltered), (403, "permission_denied", "x", .forbidden),
        (429, "throttling_error", "You exceeded your current quota", .quotaExhausted), (500, "throttling_error", "x", .rateLimited),
    ])
    func aFamilyIsRefinedByTheSentence(status: Int, code: String, sentence: String, kind: FailureClass) {
        #expect(Clues(status: status, code: code, sentence: sentence).kind() == kind)
    }

    private static func google(_ quotas: [String], delay: String?, _ sentence: String = "You exceeded your current quota") -> String {
        let violations = quotas.map { #"{"quotaId":"\#($0)"}"# }.joined(separator: ",")
        let retry = delay.map { #",{"retryDelay":"\#($0)"}"# } ?? ""
        return
            #"[{"error":{"code":429,"message":"\#(sentence)","status":"RESOURCE_EXHAUSTED","details":[{"violations":[\#(violations)]}\#(retry)]}}]"#
    }

    @Test(
        arguments: [
            (["GenerateRequestsPerMinutePerProjectPerModel"], nil, .rateLimited),
            (["GenerateRequestsPerMinutePerProject"], "37s", .rateLimited),
            (["GenerateRequestsPerDayPerProjectPerModel-FreeTier"], "37s", .quotaExhausted),
            (["InputTokensPerMinute", "RequestsPerDay"], "37s", .quotaExhausted), ([], "37s", .rateLimited), ([], nil, .rateLimited),
        ] as [([String], String?, FailureClass)])
    func theNameOfALimitOutweighsTheDelay(quotas: [String], delay: String?, kind: FailureClass) {
        #expect(read(Self.google(quotas, delay: delay), status: 429).failure?.kind == kind)
    }

    @Test func aLimitOfNothingIsNoPace() {
        let body = Self.google([], delay: "37s", "Quota exceeded for metric: free_tier_requests, limit: 0, model: x. Please retry in 37s.")
        #expect(read(body, status: 429).failure?.kind == .quotaExhausted)
    }

    /// Its own account at the upstream is the gateway's affair, a key that the user brought is the user's.
    @Test(arguments: [(#""is_byok":false,"#, FailureClass.rateLimited), ("", .rateLimited), (#""is_byok":true,"#, .quotaExhausted)])
    func anUpstreamsMoneyIsTheGateways(owner: String, kind: FailureClass) {
        let raw = #"{\"error\":{\"message\":\"You exceeded your current quota\",\"code\":\"insufficient_quota\"}}"#
        let body =
            #"{"error":{"message":"Provider returned error","code":429,"metadata":{\#(owner)"provider_name":"X","raw":"\#(raw)"}}}"#
        #expect(read(body, status: 429).failure?.kind == kind)
    }
}
