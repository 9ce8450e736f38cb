import CutlineCore
import Testing

/// The log of a run, to the letter; the clock stands still.
@Suite(.timeLimit(.minutes(15))) struct LogTests {
    private let failing = ["run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: 400]"]

    @Test func aCallIsOneObjectALine() async throws {
        let said = await CommandHarness(pictures: "a.png").caption("a.png", "--log-format", "json")
        let events = try said.error.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        #expect(events.map { $0["event"]?.string } == ["added", "call_ended", "finished"])
        #expect(events[1]["time"]?.string == "2026-11-20T12:00:00Z" && events[1]["level"]?.string == "info")
        #expect(events[1]["outcome"]?.string == "caption" && events[1]["effect"]?.string == "accepted")
        #expect(events[1]["total_tokens"]?.int == 267)
        #expect(!said.error.contains("Describe.") && !said.error.contains("PNG"))
    }

    @Test func addingSaysWhatItFound() async {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        let words = ["a.png", "b.png", "--batch", "two", "--provider", "simulator", "--model", "m", "--prompt", "Describe."]
        _ = await harness.run(["add", "a.png"] + words.dropFirst(2) + ["--quiet"])
        let said = await harness.run(["add"] + words + ["--log-format", "json"])
        #expect(
            said.error == """
                {"time":"2026-11-20T12:00:00Z","level":"info","event":"added","batch":"two","new":1,"known":1,"copies":0,"edited":0,\
                "cancelled":0,"skipped":0,"reused":0,"returned":0,"renamed":0}

                """)
        #expect(await harness.run(["add"] + words + ["--log-format", "json", "--log-level", "notice"]).error.isEmpty)
    }

    @Test func promptsAndCaptionsComeAtDebug() async {
        let said = await CommandHarness(pictures: "a.png").caption("a.png", "--log-format", "json", "--log-level", "debug")
        #expect(said.error.contains(#""prompt":"Describe.","caption":"A PNG picture"#))
    }

    @Test func aFailureIsAWarning() async {
        let said = await CommandHarness(pictures: "a.png").run(failing + ["--log-format", "json", "--log-level", "warning"])
        #expect(said.code == 1)
        #expect(
            said.error == """
                {"time":"2026-11-20T12:00:00Z","level":"warning","event":"call_ended","job":1,"n":1,"effect":"failed","latency_ms":0,\
                "outcome":"failure","request_id":null,"class":"invalid_request","status":400,"message":"A simulated fault: status 400."}

                """)
    }

    @Test func textStandsBesideTheSummary() async {
        let said = await CommandHarness(pictures: "a.png").run(failing + ["--log-level", "warning"])
        let lines = said.error.split(separator: "\n")
        #expect(
            lines.dropFirst().first
                == #"2026-11-20T12:00:00Z warning call_ended job=1 n=1 effect="failed" latency_ms=0 outcome="failure" class="invalid_request" status=400 message="A simulated fault: status 400.""#
        )
        #expect(lines.contains { $0.hasPrefix("1 failed: ") })
    }

    @Test func nothingIsLoggedUnasked() async {
        let said = await CommandHarness(pictures: "a.png").caption("a.png")
        #expect(!said.error.contains("call_ended"))
    }
}
