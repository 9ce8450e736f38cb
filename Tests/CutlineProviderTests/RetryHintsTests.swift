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
            ("ratelimit", "limit=10, remaining=3, reset=7", nil), ("retry-after", "1792567660", 10_000),
            ("retry-after", "1792567660.5", 10_500), ("retry-after", "1792567660000", 10_000), ("retry-after", "1792567640", nil),
            ("retry-after", "1792567640000", nil), ("retry-after", "2678400", 2_678_400_000), ("x-ms-retry-after-ms", "1500", 1_500),
            ("x-ratelimit-reset-after", "1.5", 1_500), ("x-ratelimit-reset-requests-day", "33011.5", 33_011_500),
            ("x-ratelimit-reset", "2026-10-21T07:27:40+9223372036854775807:00", nil),
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
            (#"{"error":"Please wait 8 seconds."}"#, 8_000), (#"{"error":"try again in 1 minute and 30 seconds"}"#, 90_000),
            (#"{"error":"Please retry in about 1.5 hours."}"#, 5_400_000), (#"{"error":"try again in 1h2m3s."}"#, 3_723_000),
            (#"{"error":"retry after 2026-10-21T07:28:00Z."}"#, 30_000), (#"{"error":"try again at 1792567660."}"#, 10_000),
            (#"{"error":"try again at Wed, 21 Oct 2026 07:28:00 GMT"}"#, 30_000), (#"{"error":"请在 30 秒后重试"}"#, 30_000),
            (#"{"error":"try again in 3 attempts"}"#, nil), (#"{"error":{"message":"x","retry_after":1792567660}}"#, 10_000),
            (#"{"error":{"message":"x","details":{"reset_at":1792567660}}}"#, 10_000),
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

    /// A host whose clock is an hour behind ours.
    @Test(
        arguments: [
            ("retry-after", "1792564060"), ("retry-after", "1792564060000"), ("retry-after", "Wed, 21 Oct 2026 06:27:40 GMT"),
            ("retry-after", "2026-10-21T06:27:40Z"), ("x-ratelimit-reset", "1792564060"), ("retry-after", "10"),
        ])
    func aTimeIsReadByTheClockOfTheAnswer(name: String, value: String) {
        #expect(wait([("Date", "Wed, 21 Oct 2026 06:27:30 GMT"), (name, value)]) == .seconds(10))
        let ahead = [("Date", "Wed, 21 Oct 2026 08:27:30 GMT"), (name, value)]
        #expect(wait(ahead) == (value == "10" ? .seconds(10) : nil), "it has passed")
    }

    @Test(
        arguments: [
            ("2678400", "Please try again in 1.2s.", 1_200), ("7200", "Please try again in 1.2s.", 1_200),
            ("2678400", "Please try again in 2 days.", 2_678_400_000), ("2678400", "x", 2_678_400_000), ("45", "try again in 9s", 45_000),
            ("1792567640", "Please try again in 1.2s.", 1_200),
        ] as [(String, String, Int64)])
    func ofContradictoryWaitsAShortOneIsBelieved(header: String, sentence: String, milliseconds: Int64) {
        #expect(wait([("retry-after", header)], #"{"error":{"message":"\#(sentence)"}}"#) == .milliseconds(milliseconds))
    }

    @Test func aWaitOfDaysYieldsToWhatTheLimitSays() {
        let used = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "3s")]
        #expect(wait([("retry-after", "2678400")] + used) == .seconds(3))
        #expect(wait([("retry-after", "50000")] + used) == .seconds(50_000))
    }

    @Test func limitThatIsNotUsedUpIsNoHint() {
        #expect(wait([("x-ratelimit-reset-tokens", "9s"), ("x-ratelimit-remaining-tokens", "500")]) == nil)
        #expect(wait([("x-ratelimit-reset-requests", "9s")], status: 500) == nil)
        #expect(wait([("retry-after", "9")], status: 503) == .seconds(9))
    }

    /// A sentence does not outweigh a told wait; the name of a limit does.
    @Test(arguments: ["Daily spending limit of $4 reached", #"{"error":{"message":"Key limit exceeded (daily limit)"}}"#])
    func dayThatIsOnlySpokenOfEndsAtMidnightUnlessAWaitIsTold(body: String) {
        #expect(wait([], body) == .seconds(86_400 - 7 * 3_600 - 27 * 60 - 30))
        #expect(wait([("retry-after", "30")], body) == .seconds(30))
        #expect(wait([("retry-after", "7200")], body) == .seconds(7_200))
    }

    @Test(arguments: [
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
