import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

/// `--priority`, as people and scripts see it.
@Suite(.timeLimit(.minutes(15))) struct PriorityTests {
    private func priority(_ key: String, _ harness: CommandHarness) async throws -> String? {
        try JSONValue(parsing: await harness.cutline("show", key, "--json").output.utf8)["priority"]?.string
    }

    private func harness(failing: Bool = false) -> CommandHarness {
        let harness = CommandHarness(pictures: "large/a.png", "large/b.png", "large/c.png", "large/d.png", "small/x.png", "small/y.png")
        if failing {
            harness.write(
                "jobs.json",
                """
                {"batch": "mixed", "provider": "simulator", "model": "sim-1", "prompt": "Describe.", "images": ["large/a.png"],
                 "jobs": [{"key": "bad", "images": ["large/b.png"], "prompt": "[simulate: 400]"}]}
                """)
        }
        return harness
    }

    @Test func anUrgentBatchThatIsAddedLaterIsCaptionedFirst() async throws {
        let harness = harness()
        let options = SimulatorOptions(log: harness.folder.path.appending("calls.jsonl"))
        try await withSimulator(options) { simulator in
            let provider =
                #""provider": {"name": "simulator", "base_url": "\#(simulator.baseURL)"}, "model": "sim-1", "prompt": "Describe.""#
            harness.write("large.json", #"{"batch": "large", \#(provider), "images": ["large"]}"#)
            harness.write("small.json", #"{"batch": "small", \#(provider), "parameters": {"max_tokens": 9}, "images": ["small"]}"#)
            #expect(await harness.cutline("add", "large.json").code == 0)
            #expect(await harness.cutline("add", "small.json", "--priority", "high").code == 0)
            #expect(await harness.cutline("work", "--concurrency", "1").code == 0)
        }
        let calls = try harness.text("calls.jsonl").split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        let isUrgent = calls.filter { $0["event"]?.string == "received" }
            .map { $0["parameters"]?.array?.contains(.string("max_tokens")) ?? false }
        #expect(isUrgent == [true, true, false, false, false, false])
    }

    @Test func theFlagIsForWhatWaitsAlreadyToo() async throws {
        let harness = harness()
        #expect(await harness.add("large", "--limit", "2", "--batch", "set").code == 0)
        let said = await harness.add("large", "--batch", "set", "--priority", "high")
        #expect(said.code == 0 && said.error.contains("2 jobs that wait already have high priority now\n"), "\(said.error)")
        for key in ["a.png", "b.png", "c.png"] { #expect(try await priority(key, harness) == "high", "\(key)") }
        #expect(await harness.add("large", "--batch", "set").error == "batch \"set\": 4 there already\n")
        #expect(try await priority("a.png", harness) == "high", "nothing was said")
        #expect(!(await harness.add("large", "--batch", "set", "--priority", "high").error.contains("priority")))
    }

    @Test func theFlagWinsOverTheJobFileWhichIsForWhatIsAddedAlone() async throws {
        let harness = harness()
        func write(_ images: String) {
            harness.write(
                "jobs.json",
                #"{"batch": "b", "provider": "simulator", "model": "m", "prompt": "p", "priority": "low", "images": [\#(images)]}"#)
        }
        write(#""large/a.png""#)
        #expect(await harness.cutline("add", "jobs.json", "--priority", "high").code == 0)
        write(#""large/a.png", "large/b.png""#)
        #expect(await harness.cutline("add", "jobs.json").code == 0)
        #expect(try await priority("large/a.png", harness) == "high")
        #expect(try await priority("large/b.png", harness) == "low")
    }

    @Test func runTakesTheFlagAndPaysForNothingTwice() async throws {
        let harness = harness()
        try await withSimulator { simulator in
            harness.writeJobFile(simulator, images: ["small"])
            for _ in 0..<2 { #expect(await harness.cutline("run", "jobs.json", "--priority", "low").code == 0) }
            #expect(simulator.callCount == 2)
        }
    }

    @Test func aDryRunChangesNothing() async throws {
        let harness = harness()
        #expect(await harness.add("large", "--batch", "set").code == 0)
        #expect(await harness.add("large", "--batch", "set", "--priority", "high", "--dry-run").code == 0)
        #expect(try await priority("a.png", harness) == "normal")
    }

    @Test func retrySetsItAndBuysNoCaptionAgain() async throws {
        let harness = harness(failing: true)
        #expect(await harness.cutline("run", "jobs.json").code == 1)
        let said = await harness.cutline("retry", "--priority", "high")
        #expect(said == CommandResult(code: 0, output: "1 job queued again, of high priority\n", error: ""))
        #expect(try await harness.counts() == ["succeeded": 1, "queued": 1])
        #expect(try await priority("bad", harness) == "high")
        #expect(try await priority("large/a.png", harness) == "normal")
        #expect(
            await harness.cutline("retry", "--priority", "low", "--max-tokens", "9").output
                == "1 job queued again (1 of them queued before), to be asked with max_tokens 9, of low priority\n")
    }

    @Test func showSaysAPriorityThatIsNotNormal() async {
        let harness = harness()
        #expect(await harness.add("large", "--batch", "set").code == 0)
        #expect(!(await harness.cutline("show", "a.png").output.contains("priority")))
        #expect(await harness.add("large", "--batch", "set", "--priority", "low").code == 0)
        #expect(await harness.cutline("show", "a.png").output.contains("\n  priority low\n"))
    }

    @Test(arguments: ["add", "run"]) func anotherWordIs64AndNamesTheWords(command: String) async {
        let said = await harness().run([command, "small", "--priority", "hihg"] + CommandHarness.asking)
        #expect(said.code == 64 && said.error.contains("'high', 'normal' or 'low'"), "\(said.error)")
    }
}
