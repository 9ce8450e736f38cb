import CutlineCore
import SystemPackage
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(5))) struct DoctorTests {
    @Test func aHealthyQueueIsAllRight() async {
        let desk = Desk(pictures: "a.png")
        _ = await desk.caption("a.png")
        let said = await desk.cutline("doctor")
        #expect(said.code == 0 && said.error == "")
        let lines = said.output.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.hasPrefix("ok  ") })
        #expect(
            lines.filter { !$0.contains("SQLite") } == [
                "ok  queue file        whole; schema 1",
                "ok  invariants        recounted, all hold",
                "ok  lane simulator    open; 0 calls in flight",
                "ok  workers           none at work",
                "ok  rescue file       none",
                "ok  key of simulator  none needed",
            ])
    }

    @Test func jsonHasTheSameFindings() async throws {
        let desk = Desk(pictures: "a.png")
        _ = await desk.caption("a.png")
        let json = try JSONValue(parsing: await desk.cutline("doctor", "--json").output.utf8)
        #expect(json["queue"]?.string == "cutline.db")
        #expect(
            json["checks"]?[0]?.object == ["check": "queue file", "level": "ok", "message": "whole; schema 1"].mapValues(JSONValue.string))
    }

    @Test func aPausedLaneAndARescueFileAreWarnings() async throws {
        let desk = Desk(pictures: "a.png")
        _ = await desk.cutline("run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: quota]")
        desk.write("cutline.db.rescue.jsonl", "\n")
        let said = await desk.cutline("doctor")
        #expect(said.code == 0)
        #expect(said.output.contains("paused (quota_exhausted): The simulated quota is used up. (to go on: top up at the provider"))
        #expect(said.output.contains("cutline.db.rescue.jsonl holds answers that the queue could not take; `cutline work` brings them in"))
    }

    @Test func aMissingKeyIsAProblemWhereJobsWait() async {
        var desk = Desk(pictures: "a.png")
        _ = await desk.cutline("add", "a.png", "--provider", "infron", "--model", "m", "--prompt", "p")
        let said = await desk.cutline("doctor", "--offline")
        #expect(said.code == 1)
        #expect(said.output.contains("problem  key of infron"))
        #expect(said.output.contains("INFRON_API_KEY is not set; export INFRON_API_KEY=…"))
        desk.variables["INFRON_API_KEY"] = "sk-canary"
        let mended = await desk.cutline("doctor", "--offline")
        #expect(mended.code == 0 && !mended.output.contains("canary"))
    }

    @Test func aProviderIsAskedWhetherItIsThere() async throws {
        let desk = Desk(pictures: "photos/a.png")
        try await withSimulator { simulator in
            desk.writeJobFile(simulator)
            _ = await desk.cutline("run", "jobs.json")
            let said = await desk.cutline("doctor")
            #expect(said.code == 0)
            #expect(said.output.contains("provider simulator  answers"))
        }
        let gone = await desk.cutline("doctor")
        #expect(gone.code == 1)
        #expect(gone.output.contains("problem  provider simulator  cannot connect to 127.0.0.1"))
        #expect(await desk.cutline("doctor", "--offline").code == 0)
    }

    @Test func theWayToAProviderIsToldWithoutItsPassword() async {
        var desk = Desk(pictures: "a.png")
        desk.write("empty.pem", "")
        _ = await desk.cutline("add", "a.png", "--provider", "ollama", "--model", "m", "--prompt", "p")
        #expect(await desk.cutline("doctor", "--offline").output.contains("way to ollama  straight\n"))
        desk.variables = ["http_proxy": "http://u:canary@proxy.invalid:3128"]
        let behind = await desk.cutline("doctor", "--offline")
        #expect(behind.output.contains("way to ollama  through http://proxy.invalid:3128 (http_proxy)\n"))
        #expect(behind.code == 0 && !behind.output.contains("canary"))
        desk.variables["NO_PROXY"] = "127.0.0.1,localhost"
        #expect(await desk.cutline("doctor", "--offline").output.contains("way to ollama  straight, for NO_PROXY names it\n"))
        let unusable = await desk.cutline("doctor", "--offline", "--ca-file", "empty.pem")
        #expect(unusable.code == 1 && unusable.output.contains("problem  way to ollama"))
    }

    @Test func whatIsNoQueueIs70() async {
        let desk = Desk()
        desk.write("notes.txt", String(repeating: "These are notes, not a queue. ", count: 100))
        for queue in ["notes.txt", "none.db"] {
            let said = await desk.cutline("doctor", "--queue", queue)
            #expect(said.code == 70 && said.error == "")
            #expect(said.output.hasPrefix("problem  queue file  "))
        }
        #expect(!desk.has("none.db"))
    }
}
