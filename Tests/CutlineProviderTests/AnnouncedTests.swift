import CutlineCore
import NIOHTTP1
import Testing

@testable import CutlineProvider

/// What the headers of an answer say of the limits, in each dialect.
struct AnnouncedTests {
    typealias Allowance = Announced.Allowance

    private func announced(_ headers: [(String, String)]) -> Announced? {
        RetryHints(now: .fixture).announced(HTTPHeaders(headers))
    }

    private func trio(_ pattern: String, _ limit: String, _ remaining: String, _ reset: String) -> [(String, String)] {
        zip(["limit", "remaining", "reset"], [limit, remaining, reset]).map { word, value in
            (pattern.split(separator: "%", omittingEmptySubsequences: false).joined(separator: word), value)
        }
    }

    @Test(
        arguments: [
            ("x-ratelimit-%-requests", "500", "499", "120ms", Allowance(limit: 500, remaining: 499, resetsIn: .milliseconds(120))),
            ("x-ratelimit-%-requests", "14400", "0", "6m0s", Allowance(limit: 14_400, remaining: 0, resetsIn: .seconds(360))),
            ("x-ratelimit-%-requests", "30", "29", "2.5s", Allowance(limit: 30, remaining: 29, resetsIn: .milliseconds(2_500))),
            ("RateLimit-%", "450", "17", "21", Allowance(limit: 450, remaining: 17, resetsIn: .seconds(21))),
            ("X-RateLimit-%", "20", "0", "1792567660000", Allowance(limit: 20, remaining: 0, resetsIn: .seconds(10))),
            ("X-RateLimit-%", "20", "3", "1792567660", Allowance(limit: 20, remaining: 3, resetsIn: .seconds(10))),
            (
                "anthropic-ratelimit-requests-%", "50", "49", "2026-10-21T07:27:40Z",
                Allowance(limit: 50, remaining: 49, resetsIn: .seconds(10))
            ),
            ("ratelimit-%", "100, 100;w=60", "40", "30", Allowance(limit: 100, remaining: 40, resetsIn: .seconds(30))),
        ] as [(String, String, String, String, Allowance)])
    func requestsThatRemainAreRead(pattern: String, limit: String, remaining: String, reset: String, expected: Allowance) {
        #expect(announced(trio(pattern, limit, remaining, reset)) == Announced([.requests: expected]))
    }

    @Test(
        arguments: [
            ("x-ratelimit-%-tokens", .tokens), ("anthropic-ratelimit-tokens-%", .tokens),
            ("anthropic-ratelimit-input-tokens-%", .inputTokens),
            ("anthropic-ratelimit-output-tokens-%", .outputTokens), ("x-ratelimit-%-tokens-prompt", .inputTokens),
            ("x-ratelimit-%-tokens-generated", .outputTokens), ("x-ratelimit-%-tokens-minute", .tokens),
            ("x-ratelimitbysize-%-minute", .tokens),
            ("ratelimitbysize-%", .tokens), ("x-tokenlimit-%", .tokens), ("x-ratelimit-%-requests-day", .requests),
            ("x-ratelimit-%-req-minute", .requests), ("X-RateLimit-%-minute", .requests), ("x-rate-limit-%", .requests),
        ] as [(String, MeterKind)])
    func whatIsCountedIsToldByTheName(pattern: String, kind: MeterKind) {
        let expected = Allowance(limit: 80_000, remaining: 1_000, resetsIn: .seconds(10))
        #expect(announced(trio(pattern, "80000", "1000", "2026-10-21T07:27:40Z")) == Announced([kind: expected]))
    }

    @Test(arguments: [
        "x-ratelimit-%-images", "x-ratelimit-%-project-tokens", "x-amz-limit-%", "x-ratelimit-%-audio-seconds", "limit-%",
        "a-b-ratelimit-%",
    ])
    func whatIsCountedOtherwiseIsLeftAlone(pattern: String) {
        #expect(announced(trio(pattern, "80000", "1000", "10")) == nil)
    }

    /// When a window ends, its length does not say: a call that was told to come again in a second must not wait for a minute.
    @Test(arguments: ["x-ratelimit-%-req-minute", "x-ratelimit-%-tokens-prompt", "x-ratelimitbysize-%-minute", "x-ratelimit-%-tokens"])
    func whatTellsNoResetHoldsNothingBack(pattern: String) {
        #expect(announced(trio(pattern, "60", "0", "").filter { !$0.0.contains("reset") }) == nil)
    }

    /// Groq: calls by the day, tokens by the minute. Together: one reset for both.
    @Test func everyLimitOfAnAnswerIsRead() {
        let groq = trio("x-ratelimit-%-requests", "14400", "14370", "2m59.56s") + trio("x-ratelimit-%-tokens", "18000", "17997", "7.66s")
        #expect(
            announced(groq)
                == Announced([
                    .requests: Allowance(limit: 14_400, remaining: 14_370, resetsIn: .milliseconds(179_560)),
                    .tokens: Allowance(limit: 18_000, remaining: 17_997, resetsIn: .milliseconds(7_660)),
                ]))
        let together = trio("x-ratelimit-%", "60", "59", "1") + [("x-tokenlimit-limit", "1000"), ("x-tokenlimit-remaining", "0")]
        #expect(announced(together)?[.tokens] == Allowance(limit: 1_000, remaining: 0, resetsIn: .seconds(1)))
    }

    @Test func ofUsedUpLimitsTheOneThatIsFreeLastCounts() {
        let cerebras =
            trio("x-ratelimit-%-requests-day", "14400", "0", "33011.382867") + trio("x-ratelimit-%-requests-minute", "30", "0", "11.38")
        #expect(announced(cerebras)?[.requests]?.resetsIn == .milliseconds(33_011_383))
        #expect(announced(cerebras.reversed())?[.requests]?.resetsIn == .milliseconds(33_011_383))
    }

    @Test func aResetIsReadByTheClockOfTheAnswer() {
        let headers = HTTPHeaders(trio("x-ratelimit-%", "20", "0", "1792564060") + [("Date", "Wed, 21 Oct 2026 06:27:30 GMT")])
        #expect(RetryHints(now: .fixture, headers: headers).announced(headers)?[.requests]?.resetsIn == .seconds(10))
    }

    @Test func ofSeveralLimitsTheOneThatLeavesLeastCounts() {
        let headers =
            trio("anthropic-ratelimit-input-tokens-%", "40000", "39000", "30s")
            + trio("anthropic-ratelimit-output-tokens-%", "8000", "100", "30s") + trio("x-ratelimit-%-requests", "60", "59", "1s")
        let others = trio("x-ratelimit-%-requests-day", "1500", "3", "3600s")
        let input = Allowance(limit: 40_000, remaining: 39_000, resetsIn: .seconds(30))
        let output = Allowance(limit: 8_000, remaining: 100, resetsIn: .seconds(30))
        let requests = Allowance(limit: 1_500, remaining: 3, resetsIn: .seconds(3_600))
        #expect(announced(headers + others) == Announced([.requests: requests, .inputTokens: input, .outputTokens: output]))
    }

    @Test func bothDraftsCombinedFormsAreRead() {
        #expect(
            announced([("ratelimit", "limit=10, remaining=3, reset=7")])
                == Announced([.requests: Allowance(limit: 10, remaining: 3, resetsIn: .seconds(7))]))
        let policy = [("RateLimit-Policy", #""burst";q=10;w=1, "minute";q=100;w=60, "tokens";q=9000;w=60"#)]
        #expect(
            announced(policy + [("RateLimit", #""minute";r=3;t=30, "burst";r=9;t=1, "tokens";r=70;t=30"#)])
                == Announced([
                    .requests: Allowance(limit: 100, remaining: 3, resetsIn: .seconds(30)),
                    .tokens: Allowance(limit: 9_000, remaining: 70, resetsIn: .seconds(30)),
                ]))
    }

    /// The draft's partitions and units.
    @Test func aPolicySaysWhatItCounts() {
        let policy = [
            (
                "RateLimit-Policy",
                #""rpm";q=60;w=60;pk=:dXNlcg==:, "in";q=9000;w=60;qu="tokens", "input-tokens";q=5;w=60, "size";q=9;w=60;qu="content-bytes""#
            )
        ]
        let told = announced(
            policy + [("RateLimit", #""rpm";r=3;pk=:dXNlcg==:;t=30, "in";r=70;t=30, "input-tokens";r=1;t=9, "size";r=0;t=9"#)])
        #expect(told?[.requests] == Allowance(limit: 60, remaining: 3, resetsIn: .seconds(30)))
        #expect(told?[.tokens] == Allowance(limit: 9_000, remaining: 70, resetsIn: .seconds(30)))
        #expect(told?[.inputTokens] == Allowance(limit: 5, remaining: 1, resetsIn: .seconds(9)))
    }

    @Test(
        arguments: [
            ("many", "soon"), ("-1", "9s"), ("5", "0s"), ("5", "-3"), ("nan", "9s"), ("1e300", "9s"), ("5", "never"), ("", ""),
            ("5", "2026-10-21T07:27:20Z"),
        ])
    func whatCannotBeReadSaysNothing(remaining: String, reset: String) {
        for pattern in ["x-ratelimit-%-requests", "ratelimit-%", "anthropic-ratelimit-tokens-%"] {
            #expect(announced(trio(pattern, "10", remaining, reset)) == nil)
        }
        #expect(announced([("ratelimit", "r=\(remaining);t=\(reset)"), ("ratelimit-policy", ";;,=,\"")]) == nil)
        #expect(announced([]) == nil)
    }
}
