import CutlineCore
import CutlineQueue
import Testing

@testable import cutline

/// Limits on the command line, in job files and in what is said of them.
@Suite(.timeLimit(.minutes(15))) struct LimitTests {
    private static let jobFile = """
        {"provider": "simulator", "model": "sim-1", "prompt": "Describe.", "images": ["a.png", "b.png"], "limits": {
         "requests": [{"count": 15, "seconds": 60}, {"count": 1, "per": "day", "resets": "00:00 America/Los_Angeles"}]}}
        """
    private static let usedUp = "1 request a day is used up; goes on at 00:00 America/Los_Angeles (in 20 h 0 min)"

    @Test func aDaysLimitThatIsUsedUpIsNamedWithItsEnd() async throws {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        harness.write("jobs.json", Self.jobFile)
        let said = await harness.cutline("run", "jobs.json", "--no-wait")
        #expect(said.code == 2)
        #expect(said.error.contains("simulator: \(Self.usedUp); run again then, or without --no-wait\n"), "\(said.error)")
        #expect(await harness.cutline("status").output.contains("simulator: \(Self.usedUp)\n"))
        let lane = try await harness.status()["lanes"]?[0]
        #expect(lane?["waits"]?.text == #"{"for":"requests","until":"2026-11-21T08:00:00Z"}"#)
        #expect(
            lane?["limits"]?.text
                == #"{"requests":[{"count":15,"seconds":60,"used":1},{"count":1,"per":"day","resets":"00:00 America/Los_Angeles","used":1}]}"#
        )
        let doctor = await harness.cutline("doctor", "--offline")
        #expect(doctor.code == 0 && doctor.output.contains("\(Self.usedUp); it goes on by itself\n"), "\(doctor.output)")
    }

    @Test func theNextRunGoesOnWhereTheDayStands() async {
        var harness = CommandHarness(pictures: "a.png", "b.png")
        harness.write("jobs.json", Self.jobFile)
        for _ in 0..<2 { #expect(await harness.cutline("run", "jobs.json", "--no-wait", "--quiet").code == 2) }
        #expect(await harness.cutline("work", "--no-wait", "--quiet").code == 2)
        harness.now = { CommandHarness.noon + .seconds(20 * 3_600) }
        #expect(await harness.cutline("work", "--no-wait", "--quiet") == CommandResult(code: 0, output: "", error: ""))
    }

    @Test func flagsHoldTogetherAndReplaceWhatTheFileSaysOfTheirKind() async throws {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        harness.write(
            "jobs.json",
            Self.jobFile.replacing("\"limits\": {", with: "\"limits\": {\"output_tokens_per_minute\": 500, \"concurrency\": 2,"))
        let flags = [
            "--requests-per-minute", "30", "--requests-per-day", "1000", "--tokens-per-day", "90000", "--input-tokens-per-minute", "7000",
        ]
        #expect(await harness.run(["add", "jobs.json"] + flags).code == 0)
        let limits = try await harness.status()["lanes"]?[0]?["limits"]
        #expect(
            limits?.text == """
                {"concurrency":2,"input_tokens":[{"count":7000,"seconds":60,"used":0}],\
                "output_tokens":[{"count":500,"seconds":60,"used":0}],\
                "requests":[{"count":30,"seconds":60,"used":0},{"count":1000,"seconds":86400,"used":0}],\
                "tokens":[{"count":90000,"seconds":86400,"used":0}]}
                """)
        #expect(
            await harness.cutline("doctor", "--offline").output.contains(
                "open; 0 calls in flight; 30 requests a minute, 1,000 requests a day, 90,000 tokens a day, "
                    + "7,000 input tokens a minute, 500 output tokens a minute, 2 calls at once\n"))
    }

    @Test(arguments: ["--requests-per-day", "--tokens-per-day", "--input-tokens-per-minute", "--output-tokens-per-minute"])
    func aLimitIsAboveNothing(flag: String) async {
        let said = await CommandHarness(pictures: "a.png").caption("a.png", flag, "0")
        #expect(said.code == 64 && said.error.contains("\(flag) must be above 0."))
    }

    @Test func whatAFileSaysWronglyIsNamedByItsPath() async {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        harness.write("jobs.json", Self.jobFile.replacing("America/Los_Angeles", with: "Mars/Olympus"))
        let said = await harness.cutline("run", "jobs.json")
        #expect(said.code == 65 && said.error.contains("limits.requests[1].resets: Mars/Olympus is not a time zone"), "\(said.error)")
    }

    @Test func aFreePlanIsAdviceAndNoDefault() async throws {
        let said = await CommandHarness().cutline("providers", "gemini")
        #expect(
            said.error.hasPrefix(
                "free plan for Gemini 2.0 Flash; others have less or more: 15 requests a minute, 1,500 requests a day from 00:00 America/Los_Angeles"
            ))
        #expect(said.error.contains(#"in a job file or providers.json: "limits":{"input_tokens""#))
        #expect(try JSONValue(parsing: said.output.utf8)["limits"] == nil)
        #expect(
            await CommandHarness().cutline("providers", "mistral").error.contains("free plan: 1 request a second, 500,000 tokens a minute"))
        #expect(await CommandHarness().cutline("providers", "hackclub").error == "")
    }

    @Test func ownProfilesMayCountByModelAndGiveAdvice() async throws {
        let harness = CommandHarness(pictures: "a.png")
        harness.write(
            "providers.json",
            #"[{"name": "simulator", "limits_per_model": true, "free_plan": {"limits": {"requests_per_minute": 4, "tokens_per_day": 9}}}]"#)
        let advice = await harness.cutline("providers", "simulator").error
        #expect(advice.contains("give it with --requests-per-minute 4 --tokens-per-day 9, or in a job file or providers.json"), "\(advice)")
        #expect(await harness.caption("a.png", "--quiet").code == 0)
        #expect(
            await harness.cutline("run", "a.png", "--batch", "b", "--provider", "simulator", "--model", "x\ty", "--prompt", "p", "--quiet")
                .code == 0)
        #expect(try await harness.status()["lanes"]?.array?.compactMap { $0["name"]?.string } == ["simulator/sim-1", "simulator/x\ty"])
        #expect(await harness.cutline("doctor", "--offline").output.contains("lane simulator/x y "))
    }
}
