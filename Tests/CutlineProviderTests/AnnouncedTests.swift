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

    @Test(arguments: ["x-ratelimit-%-tokens", "anthropic-ratelimit-tokens-%", "anthropic-ratelimit-input-tokens-%"])
    func tokensThatRemainAreRead(pattern: String) {
        let expected = Allowance(limit: 80_000, remaining: 1_000, resetsIn: .seconds(10))
        #expect(announced(trio(pattern, "80000", "1000", "2026-10-21T07:27:40Z")) == Announced([.tokens: expected]))
    }

    @Test func ofSeveralLimitsTheOneThatEndsFirstCounts() {
        let headers =
            trio("anthropic-ratelimit-input-tokens-%", "40000", "39000", "30s")
            + trio("anthropic-ratelimit-output-tokens-%", "8000", "100", "30s") + trio("x-ratelimit-%-requests", "60", "59", "1s")
        let tokens = Allowance(limit: 8_000, remaining: 100, resetsIn: .seconds(30))
        let requests = Allowance(limit: 60, remaining: 59, resetsIn: .seconds(1))
        #expect(announced(headers) == Announced([.requests: requests, .tokens: tokens]))
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
