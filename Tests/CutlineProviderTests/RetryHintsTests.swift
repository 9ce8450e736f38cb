import CutlineCore
import Testing

@testable import CutlineProvider

@Suite struct RetryHintsTests {
    private func wait(_ headers: [(String, String)] = [], _ body: String = #"{"error":"x"}"#, status: Int = 429) -> Duration? {
        read(body, status: status, headers: headers).failure?.retryAfter
    }

    @Test(
        arguments: [
            ("retry-after", "7", 7_000), ("Retry-After", " 0.5 ", 500), ("retry-after", "0", nil), ("retry-after", "-3", nil),
            ("retry-after", "soon", nil), ("retry-after", "nan", nil), ("retry-after-ms", "250", 250), ("retry-after-ms", "-1", nil),
            ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT", 30_000), ("retry-after", "Wednesday, 21-Oct-26 07:28:00 GMT", 30_000),
            ("retry-after", "Wed Oct 21 07:28:00 2026", 30_000), ("retry-after", "2026-10-21T07:28:00Z", 30_000),
            ("retry-after", "Wed, 21 Oct 2026 07:27:00 GMT", nil), ("ratelimit-reset", "1731", 1_731_000),
            ("x-ratelimit-reset", "9", 9_000),
            ("x-ratelimit-reset", "1792567660", 10_000), ("x-ratelimit-reset", "1792567660000", 10_000),
            ("x-ratelimit-reset", "2026-10-21T07:27:40Z", 10_000), ("x-ratelimit-reset-requests", "6m0s", 360_000),
            ("x-ratelimit-reset-tokens", "1h2m3.5s", 3_723_500), ("x-ratelimit-reset-tokens", "12ms", 12),
            ("retry-after", "1e300", 2_678_400_000), ("retry-after", "1m30s", 90_000),
            ("retry-after", "9999-01-01T00:00:00Z", 2_678_400_000),
            ("anthropic-ratelimit-tokens-reset", "2026-10-21T07:27:40Z", 10_000), ("ratelimit", "limit=10, remaining=0, reset=7", 7_000),
            ("ratelimit", "limit=10, remaining=3, reset=7", nil), ("x-ratelimit-reset", "2026-10-21T07:27:40+9223372036854775807:00", nil),
        ] as [(String, String, Int64?)])
    func headerTellsTheWait(name: String, value: String, milliseconds: Int64?) {
        #expect(wait([(name, value)]) == milliseconds.map { .milliseconds($0) })
    }

    @Test(
        arguments: [
            (#"{"error":"RateLimitError","message":"x","details":{"retry_after":45,"reset_time":"2026-10-21T07:27:40Z"}}"#, 45_000),
            (#"{"error":"RateLimitError","message":"x","details":{"reset_time":"2026-10-21T07:27:40"}}"#, 10_000),
            (#"{"error":"RateLimitError","message":"x","details":{"reset_time":"2026-10-21T09:27:40.5+02:00"}}"#, 10_500),
            (#"[{"error":{"code":429,"message":"x","details":[{"@type":"QuotaFailure"},{"retryDelay":"37s"}]}}]"#, 37_000),
            (#"{"error":{"message":"Limit reached. Please try again in 1.2s. Visit x."}}"#, 1_200),
            (#"{"error":{"message":"Please try again in 6m0s."}}"#, 360_000), (#"{"error":{"message":"Try again in 20ms."}}"#, 20),
            (#"{"error":{"message":"Please retry in 30 seconds"}}"#, 30_000), (#"{"error":{"message":"try again in 2 minutes"}}"#, 120_000),
            (#"{"error":{"message":"x","details":[{"retryDelay":{"seconds":"37","nanos":0}}]}}"#, 37_000),
            (#"{"error":"x","retry_after_ms":250}"#, 250),
            (#"{"error":{"message":"x","retryAfter":"1.5s"}}"#, 1_500), (#"{"detail":{"message":"x","retry_after":9}}"#, 9_000),
            (#"{"error":{"message":"x","metadata":{"reset_at":"2026-10-21T07:27:40Z"}}}"#, 10_000),
            (#"{"error":"Please wait 8 seconds."}"#, 8_000),
            (#"{"error":{"message":"x","metadata":{"headers":{"X-RateLimit-Reset":1792567660000}}}}"#, 10_000),
            (#"{"error":{"message":"Please try again later."}}"#, nil), (#"{"error":{"message":"try again in 0s"}}"#, nil),
        ] as [(String, Int64?)])
    func bodyTellsTheWait(body: String, milliseconds: Int64?) {
        #expect(wait([], body) == milliseconds.map { .milliseconds($0) })
    }

    @Test func finerHeaderWinsAndHeadersWinOverTheBody() {
        #expect(wait([("retry-after", "2"), ("retry-after-ms", "1500")]) == .milliseconds(1_500))
        #expect(wait([("retry-after", "2")], #"{"error":"x","details":{"retry_after":45}}"#) == .seconds(2))
    }

    @Test func limitThatIsNotUsedUpIsNoHint() {
        #expect(wait([("x-ratelimit-reset-tokens", "9s"), ("x-ratelimit-remaining-tokens", "500")]) == nil)
        #expect(wait([("x-ratelimit-reset-requests", "9s")], status: 500) == nil)
        #expect(wait([("retry-after", "9")], status: 503) == .seconds(9))
    }

    @Test(arguments: [
        "Daily spending limit of $4 reached", #"{"error":{"message":"Key limit exceeded (daily limit)"}}"#,
        #"{"error":{"message":"Rate limit exceeded: free-models-per-day"}}"#,
        #"[{"error":{"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"RequestsPerDay"}]}]}}]"#,
    ])
    func dailyQuotaEndsAtMidnight(body: String) {
        #expect(wait([], body) == .seconds(86_400 - 7 * 3_600 - 27 * 60 - 30))
        #expect(wait([("retry-after", "30")], body) == .seconds(86_400 - 7 * 3_600 - 27 * 60 - 30))
        #expect(wait([("retry-after", "3600")], body) == .seconds(3_600))
    }

    @Test func shortWaitDoesNotRefillAnExhaustedQuota() {
        let body = #"{"error":{"message":"x","code":"insufficient_quota"}}"#
        #expect(wait([("retry-after", "1")], body) == nil)
        #expect(wait([("retry-after", "3600")], body) == .seconds(3_600))
    }
}
