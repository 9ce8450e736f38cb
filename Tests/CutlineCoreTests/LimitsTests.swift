import Testing

@testable import CutlineCore

/// Limits as files give them and as they are shown.
struct LimitsTests {
    private func limits(_ text: String) throws -> Limits {
        try Limits(json: JSONCursor(try JSONValue(parsing: text.utf8), path: "limits"))
    }

    private static let pacific = "00:00 America/Los_Angeles"

    @Test(arguments: [
        (#"{}"#, Limits()),
        (#"{"requests": {"count": 450, "seconds": 1800}}"#, Limits(requests: RateLimit(count: 450, window: 1_800))),
        (
            #"{"requests": [{"count": 15, "seconds": 60}, {"count": 1500, "per": "day"}], "concurrency": 2}"#,
            Limits(concurrency: 2, windows: [.requests: [.perMinute(15), .perDay(1_500)]])
        ),
        (
            #"{"requests_per_second": 1, "requests_per_day": 9, "tokens_per_hour": 5}"#,
            Limits(
                concurrency: nil,
                windows: [.requests: [RateLimit(count: 1, window: 1), .perDay(9)], .tokens: [RateLimit(count: 5, window: 3_600)]])
        ),
        (
            #"{"input_tokens_per_minute": 1, "output": {"count": 2, "per": "minute"}}"#,
            Limits(concurrency: nil, windows: [.inputTokens: [.perMinute(1)], .outputTokens: [.perMinute(2)]])
        ),
        (
            #"{"input": [{"count": 3, "per": "second"}], "output_tokens_per_day": 4}"#,
            Limits(concurrency: nil, windows: [.inputTokens: [RateLimit(count: 3, window: 1)], .outputTokens: [.perDay(4)]])
        ),
    ])
    func theyAreRead(text: String, expected: Limits) throws {
        #expect(try limits(text) == expected)
        #expect(try Limits(json: JSONCursor(.object(expected.members))) == expected)
    }

    @Test func aDayMaySayWhenItBeginsAnew() throws {
        let read = try limits(#"{"tokens": {"count": 9, "per": "day", "resets": "00:00 America/Los_Angeles"}}"#)
        #expect(read[.tokens] == [RateLimit(count: 9, resets: try DailyReset(Self.pacific))])
        #expect(
            JSONValue.object(read.members).text
                == #"{"tokens":{"count":9,"per":"day","resets":"00:00 America/Los_Angeles"}}"#)
    }

    @Test(arguments: [
        (#"{"requests": [{"count": 1, "seconds": 60}, {"count": 0, "per": "day"}]}"#, "limits.requests[1].count: must be above 0"),
        (#"{"requests": []}"#, "limits.requests: names no window"),
        (#"{"tokens": {"count": 1, "per": "week"}}"#, "limits.tokens.per: expected second, minute, hour, day"),
        (#"{"tokens": {"count": 1, "per": "day", "seconds": 5}}"#, "limits.tokens.per: give either this or seconds, not both"),
        (
            #"{"tokens": {"count": 1, "per": "hour", "resets": "00:00"}}"#,
            #"limits.tokens.resets: only a limit of a day is reset at an hour: give it with "per": "day""#
        ),
        (
            #"{"requests": {"count": 1, "per": "day", "resets": "00:00 Mars/Olympus"}}"#,
            "limits.requests.resets: Mars/Olympus is not a time zone; give one by its name, such as America/Los_Angeles or UTC"
        ),
        (
            #"{"requests": {"count": 1, "per": "day", "resets": "25:00"}}"#,
            "limits.requests.resets: expected an hour and a time zone, such as 00:00 America/Los_Angeles, or 00:00 for UTC"
        ),
        (
            #"{"requests": {"count": 1, "per": "day", "at": "00:00"}}"#,
            "limits.requests.at: unknown key; known here: count, seconds, per, resets"
        ),
        (#"{"requests_per_day": 1.5}"#, "limits.requests_per_day: expected a whole number"),
        (
            #"{"input": {"count": 1, "per": "day"}, "input_tokens": {"count": 1, "per": "day"}}"#,
            "limits.input: give either this or input_tokens, not both"
        ),
        (
            #"{"requests": {"count": 1, "per": "day"}, "requests_per_day": 1}"#,
            "limits.requests: give either this or the limit per day, not both"
        ),
    ])
    func whatIsWrongIsSaidWithItsPath(text: String, expected: String) {
        let error = #expect(throws: InvalidValue.self) { try limits(text) }
        #expect(error?.description == expected)
    }

    @Test func theWindowsOfOneKindComeFromOneOfTwo() {
        let flags = Limits(concurrency: nil, windows: [.requests: [.perMinute(5)]])
        let profile = Limits(concurrency: 3, windows: [.requests: [.perMinute(9), .perDay(90)], .outputTokens: [.perMinute(7)]])
        #expect(flags.over(profile) == Limits(concurrency: 3, windows: [.requests: [.perMinute(5)], .outputTokens: [.perMinute(7)]]))
    }
}
