import CutlineCore
import Testing

@testable import CutlineProvider

/// One call above what a window holds at all.
@Suite struct ExcessTests {
    private func excess(_ sentence: String, status: Int = 429) -> Excess? {
        read(FailureClassifierTests.error(sentence, code: "rate_limit_exceeded"), status: status).failure?.excess
    }

    @Test(arguments: [
        "Request too large for model `x` in organization `org` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again.",
        "Request too large for gpt-4o on tokens per min (TPM): Limit 6,000, Requested 12,328. Visit https://platform.openai.com/limits/99.",
        "Limit: 6000, Used: 0, Requested: 12328", "limit=6000 used=10 requested=12328", "Rate limit of 6 000 tokens; requested 12 328",
        "Limit 6.000, Requested 12.328.", "Limit 6_000, Requested 12_328", "requested: 12328 tokens, limit: 6000 tokens per minute",
        "Your request needs 12,328 tokens, the limit is 6,000 per minute", "Limit: 6000 / min. Requested: 12328",
    ])
    func bothNumbersAreRead(sentence: String) {
        #expect(excess(sentence) == Excess(limit: 6_000, requested: 12_328))
        #expect(excess(sentence, status: 413) == Excess(limit: 6_000, requested: 12_328))
    }

    @Test(arguments: [
        "Rate limit reached on tokens per min (TPM): Limit 10000, Used 8554, Requested 3082. Please try again in 9.816s.",
        "Limit 6000, Requested 6000", "Limit 6000", "Requested 12328", "Limit many, Requested 12328", "Limit 6000, Used 9000", "x",
        "Limit -1, Requested 12328", "Limit 6000, Requested 12328000000000000",
    ])
    func whatFitsIntoAnEmptyWindowIsPace(sentence: String) {
        #expect(excess(sentence) == nil)
    }

    @Test func membersAreReadToo() {
        let body = #"{"error":{"code":"rate_limit_exceeded","message":"x","details":{"limit":6000,"requested":"12328"}}}"#
        #expect(read(body, status: 429).failure?.excess == Excess(limit: 6_000, requested: 12_328))
    }

    /// Without a code the sentence tells a limit of tokens from the size of a body.
    @Test(arguments: [
        ("Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 12328", FailureClass.rateLimited, true),
        ("Request too large for model `x` on tokens per minute (TPM)", .rateLimited, false), ("Request Entity Too Large", .tooLarge, false),
        ("Request body too large: limit 4194304, requested 9000000 bytes", .tooLarge, false),
    ])
    func aBodysBytesAreNoPace(sentence: String, kind: FailureClass, hasExcess: Bool) {
        let failure = read(FailureClassifierTests.error(sentence), status: 413).failure
        #expect(failure?.kind == kind && (failure?.excess != nil) == hasExcess)
    }
}
