import CutlineCore
import SystemPackage
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct DoctorTests {
    @Test func aHealthyQueueIsAllRight() async {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.caption("a.png")
        let said = await harness.cutline("doctor")
        #expect(said.code == 0 && said.error == "")
        let lines = said.output.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.hasPrefix("ok  ") })
        #expect(
            lines.filter { !$0.contains("SQLite") } == [
                "ok  queue file        whole; schema 2",
                "ok  invariants        recounted, all hold",
                "ok  lane simulator    open; 0 calls in flight",
                "ok  workers           none at work",
                "ok  rescue file       none",
                "ok  key of simulator  none needed",
            ])
    }

    @Test func jsonHasTheSameFindings() async throws {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.caption("a.png")
        let json = try JSONValue(parsing: await harness.cutline("doctor", "--json").output.utf8)
        #expect(json["queue"]?.string == "cutline.db")
        #expect(
            json["checks"]?[0]?.object == ["check": "queue file", "level": "ok", "message": "whole; schema 2"].mapValues(JSONValue.string))
    }

    @Test func aPausedLaneAndARescueFileAreWarnings() async throws {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.cutline("run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: quota]")
        harness.write("cutline.db.rescue.jsonl", "\n")
        let said = await harness.cutline("doctor")
        #expect(said.code == 0)
        #expect(said.output.contains("paused (quota_exhausted): The simulated quota is used up. (to go on: top up at the provider"))
        #expect(said.output.contains("cutline.db.rescue.jsonl holds answers that the queue could not take; `cutline work` brings them in"))
    }

    @Test func aMissingKeyIsAProblemWhereJobsWait() async {
        var harness = CommandHarness(pictures: "a.png")
        _ = await harness.cutline("add", "a.png", "--provider", "infron", "--model", "m", "--prompt", "p")
        let said = await harness.cutline("doctor", "--offline")
        #expect(said.code == 1)
        #expect(said.output.contains("problem  key of infron"))
        #expect(said.output.contains("INFRON_API_KEY is not set; export INFRON_API_KEY=…"))
        harness.variables["INFRON_API_KEY"] = "sk-canary"
        let mended = await harness.cutline("doctor", "--offline")
        #expect(mended.code == 0 && !mended.output.contains("canary"))
    }

    @Test func aProviderIsAskedWhetherItIsThere() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        try await withSimulator { simulator in
            harness.writeJobFile(simulator)
            _ = await harness.cutline("run", "jobs.json")
            let said = await harness.cutline("doctor")
            #expect(said.code == 0)
            #expect(said.output.contains("provider simulator  answers"))
        }
        let gone = await harness.cutline("doctor")
        #expect(gone.code == 1)
        #expect(gone.output.contains("problem  provider simulator  cannot connect to 127.0.0.1"))
        #expect(await harness.cutline("doctor", "--offline").code == 0)
    }

    @Test func theWayToAProviderIsToldWithoutItsPassword() async {
        var harness = CommandHarness(pictures: "a.png")
        harness.write("empty.pem", "")
        _ = await harness.cutline("add", "a.png", "--provider", "ollama", "--model", "m", "--prompt", "p")
        #expect(await harness.cutline("doctor", "--offline").output.contains("way to ollama  straight\n"))
        harness.variables = ["http_proxy": "http://u:canary@proxy.invalid:3128"]
        let behind = await harness.cutline("doctor", "--offline")
        #expect(behind.output.contains("way to ollama  through http://proxy.invalid:3128 (http_proxy)\n"))
        #expect(behind.code == 0 && !behind.output.contains("canary"))
        harness.variables["NO_PROXY"] = "127.0.0.1,localhost"
        #expect(await harness.cutline("doctor", "--offline").output.contains("way to ollama  straight, for NO_PROXY names it\n"))
        let unusable = await harness.cutline("doctor", "--offline", "--ca-file", "empty.pem")
        #expect(unusable.code == 1 && unusable.output.contains("problem  way to ollama"))
    }

    @Test func whatIsNoQueueIs70() async {
        let harness = CommandHarness()
        harness.write("notes.txt", String(repeating: "These are notes, not a queue. ", count: 100))
        for queue in ["notes.txt", "none.db"] {
            let said = await harness.cutline("doctor", "--queue", queue)
            #expect(said.code == 70 && said.error == "")
            #expect(said.output.hasPrefix("problem  queue file  "))
        }
        #expect(!harness.has("none.db"))
    }
}
