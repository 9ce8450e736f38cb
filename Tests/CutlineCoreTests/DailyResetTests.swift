import Testing

@testable import CutlineCore

/// Days that begin at an hour of a zone.
struct DailyResetTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }

    /// Between each two times, a day; the hours between them are those of the zone's clocks.
    @Test(arguments: [
        ("00:00", "2026-11-20T13:00", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("00:00 UTC", "2026-11-20T00:00", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("00:00 America/Los_Angeles", "2026-11-20T07:59", "2026-11-19T08:00", "2026-11-20T08:00"),
        ("09:30 Asia/Shanghai", "2026-11-20T01:30", "2026-11-20T01:30", "2026-11-21T01:30"),
        ("00:00 Asia/Kathmandu", "2026-11-20T18:14", "2026-11-19T18:15", "2026-11-20T18:15"),
        ("00:00 +05:30", "2026-11-20T18:29", "2026-11-19T18:30", "2026-11-20T18:30"),
        // 23 and 25 hours, in the north and in the south.
        ("00:00 America/Los_Angeles", "2026-03-08T12:00", "2026-03-08T08:00", "2026-03-09T07:00"),
        ("00:00 America/Los_Angeles", "2026-11-01T12:00", "2026-11-01T07:00", "2026-11-02T08:00"),
        ("00:00 Australia/Sydney", "2026-04-05T00:00", "2026-04-04T13:00", "2026-04-05T14:00"),
        // The hour that comes twice counts the first time; one that is left out, as if it had come.
        ("01:30 America/Los_Angeles", "2026-11-01T09:00", "2026-11-01T08:30", "2026-11-02T09:30"),
        ("02:30 America/Los_Angeles", "2026-03-08T11:00", "2026-03-08T10:30", "2026-03-09T09:30"),
    ])
    func aDayLastsFromOneResetToTheNext(reset: String, now: String, from: String, to: String) throws {
        let day = try DailyReset(reset).day(of: time(now))
        #expect(try day == time(from)..<time(to), "\(day.lowerBound.iso8601) \(day.upperBound.iso8601)")
    }

    @Test func daysFollowEachOtherWithoutAGap() throws {
        let reset = try DailyReset("00:00 Europe/Berlin")
        var now = try time("2026-01-01T00:00")
        var hours: Set<Int64> = []
        for _ in 0..<366 {
            let day = reset.day(of: now)
            #expect(day.contains(now))
            hours.insert((day.upperBound - day.lowerBound).milliseconds / 3_600_000)
            now = day.upperBound
        }
        #expect(hours == [23, 24, 25])
    }

    @Test(arguments: ["", "midnight", "24:00", "00:60", "0:0", "00:00 Nowhere/City", "00:00 America/Los_Angeles now", "-1:00"])
    func whatIsNoHourOfAZoneIsRefused(text: String) {
        #expect(throws: DailyReset.Problem.self) { try DailyReset(text) }
    }

    @Test(arguments: [("0:00", "00:00 UTC"), ("09:05  UTC", "09:05 UTC"), ("00:00 Z", "00:00 Z")])
    func itIsShownAsItIsRead(text: String, shown: String) throws { #expect(try DailyReset(text).description == shown) }
}
