import CutlineCore
import CutlineSimulator
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(15))) struct ExitCodeTests {
    @Test func everyJobWithACaptionIs0() async {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        #expect(await harness.caption("photos").code == 0)
        #expect(await harness.caption("photos").code == 0)
    }

    @Test func aFailedJobIs1AlsoWhenItRunsAgain() async throws {
        let harness = CommandHarness(pictures: "a.png")
        let asking = ["run", "a.png", "--provider", "simulator", "--model", "sim-1", "--prompt", "[simulate: 400]"]
        let first = await harness.run(asking)
        #expect(first.code == 1)
        #expect(first.error.contains("1 failed: 1 "))
        #expect(await harness.run(asking).code == 1)
        #expect(await harness.cutline("work").code == 1)
        let problem = try await harness.records("--state", "failed").first?["error"]
        #expect(problem?["class"]?.string == "invalid_request")
        #expect(problem?["status"]?.int == 400)
    }

    @Test func aHeldJobIs1() async throws {
        let harness = CommandHarness(pictures: "a.png")
        let said = await harness.cutline(
            "run", "a.png", "--provider", "simulator", "--model", "sim-1", "--prompt", "[simulate: reset]", "--on-unknown", "hold")
        #expect(said.code == 1)
        #expect(try await harness.counts() == ["held": 1])
    }

    @Test func aRefusedKeyIs2AndTheJobsStayQueued() async throws {
        try await withSimulator(SimulatorOptions(keys: ["right"])) { simulator in
            var harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
            harness.writeJobFile(simulator, key: "SIM_KEY")
            harness.variables["SIM_KEY"] = "wrong"
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.code == 2)
            #expect(
                said.error.contains(
                    "simulator is paused (unauthorized): Incorrect API key provided: simulator\nto go on: check the API key"))
            #expect(try await harness.counts() == ["queued": 2])
            let paused = try await harness.status()["lanes"]?[0]?["paused"]
            #expect(paused?["class"]?.string == "unauthorized")
            #expect(paused?["message"]?.string == "Incorrect API key provided: simulator")
            #expect(paused?["advice"]?.string == "check the API key, then run again")

            harness.variables["SIM_KEY"] = "right"
            #expect(await harness.cutline("run", "jobs.json", "--quiet") == CommandResult(code: 0, output: "", error: ""))
        }
    }

    @Test func aLongWaitIs2WithNoWait() async throws {
        let harness = CommandHarness(pictures: "a.png")
        let said = await harness.cutline(
            "run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: 429 retry-after=7200]", "--no-wait")
        #expect(said.code == 2)
        #expect(said.error.contains("simulator opens again at 2026-11-20T14:00:00Z; run again then, or without --no-wait\n"))
        #expect(try await harness.status()["lanes"]?[0]?["blocked_until"]?.string == "2026-11-20T14:00:00Z")
    }

    @Test(arguments: [
        ["status", "--queue", "notes.txt"], ["run", "a.png", "--queue", "notes.txt"], ["run", "a.png", "--queue", "photos"],
        ["run", "a.png", "--queue", "missing/q.db"], ["status", "--queue", "photos"], ["status"], ["export"], ["show", "a.png"], ["work"],
    ])
    func aQueueThatCannotBeOpenedIs70(arguments: [String]) async {
        let harness = CommandHarness(pictures: "a.png", "photos/b.png")
        harness.write("notes.txt", String(repeating: "These are notes, not a queue. ", count: 100))
        let said = await harness.run(arguments + (arguments[0] == "run" ? CommandHarness.asking : []))
        #expect(said.code == 70)
        #expect(said.output == "")
        #expect(said.error.hasPrefix("cutline: ") && said.error.hasSuffix("\n") && said.error.contains(harness.folder.path.string))
        #expect(said.error.count(where: { $0 == "\n" }) == 1)
    }

    @Test func aResultThatCannotBeWrittenIs70() async throws {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.add("a.png")
        let full = try FileDescriptor.open("/dev/full", .writeOnly)
        for command in [["status"], ["status", "--json"], ["show", "a.png"], ["export", "--state", "all"]] {
            let said = await harness.run(command, output: full.rawValue)
            #expect(said == CommandResult(code: 70, output: "", error: "cutline: the output cannot be written: No space left on device\n"))
        }
        try full.close()
    }
}
