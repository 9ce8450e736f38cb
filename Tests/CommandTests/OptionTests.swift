import CutlineCore
import CutlineSimulator
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What wins over what, and where things are read from.
@Suite(.timeLimit(.minutes(5))) struct OptionTests {
    @Test func flagsWinOverTheJobFile() async throws {
        let desk = Desk(pictures: "a.png")
        desk.write(
            "jobs.json",
            #"{"batch": "file", "provider": "hackclub", "model": "m1", "prompt": "from the file", "images": ["a.png"]}"#)
        let said = await desk.cutline(
            "run", "jobs.json", "--batch", "flag", "--provider", "simulator", "--model", "m2", "--prompt", "from the flag")
        #expect(said.code == 0)
        let record = try #require(try await desk.records().first)
        #expect(record["batch"]?.string == "flag")
        #expect(record["provider"]?.string == "simulator")
        #expect(record["requested_model"]?.string == "m2")
        #expect(record["prompt"]?.string == "from the flag")
    }

    @Test func whatABatchWasMadeWithNeedNotBeRepeated() async {
        let desk = Desk(pictures: "photos/a.png")
        _ = await desk.caption("photos", "--system", "You write captions.", "--max-tokens", "50", "--detail", "low")
        desk.folder.write("photos/b.png", png("b"))
        #expect(await desk.cutline("run", "photos").error.hasPrefix("batch \"photos\": 1 new job, 1 there already\n2 of 2 jobs captioned"))
    }

    @Test func theJobFileWinsOverTheBatchAsItWasMade() async {
        let desk = Desk(pictures: "a.png")
        desk.write("jobs.json", #"{"batch": "photos", "provider": "simulator", "model": "m", "prompt": "one", "images": ["a.png"]}"#)
        _ = await desk.cutline("run", "jobs.json")
        desk.write("jobs.json", #"{"batch": "photos", "provider": "simulator", "model": "m", "prompt": "two", "images": ["a.png"]}"#)
        let said = await desk.cutline("run", "jobs.json")
        #expect(said.code == 65)
        #expect(said.error.hasPrefix("cutline: batch \"photos\" was made with prompt \"one\", now \"two\" is asked for; "))
    }

    @Test func whatAJobFileLeavesToFlagsIsKeptByTheBatch() async {
        let desk = Desk(pictures: "a.png")
        desk.write("jobs.json", #"{"batch": "photos", "provider": "simulator", "images": ["a.png"]}"#)
        #expect(await desk.cutline("run", "jobs.json", "--model", "m", "--prompt", "p", "--identity", "path").code == 0)
        #expect(await desk.cutline("run", "jobs.json").error.hasPrefix("batch \"photos\": 1 there already\n"))
    }

    @Test func aPromptFileIsTakenByteForByte() async throws {
        let desk = Desk(pictures: "a.png")
        let prompt = "  Describe\r\nthis e\u{301}. \n\n"
        desk.write("prompt.txt", prompt)
        _ = await desk.cutline("add", "a.png", "--provider", "simulator", "--model", "m", "--prompt-file", "prompt.txt")
        let stored = try #require(try await desk.records("--state", "all").first?["prompt"]?.string)
        #expect(Array(stored.utf8) == Array(prompt.utf8))
    }

    @Test func aPromptMayBeginWithADash() async throws {
        let desk = Desk(pictures: "a.png")
        _ = await desk.cutline(
            "add", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "- list what you see", "--system", "-x")
        #expect(try await desk.records("--state", "all").first?["prompt"]?.string == "- list what you see")
    }

    @Test func theQueueIsTheFlagsElseTheVariablesElseInTheFolder() async {
        var desk = Desk(pictures: "a.png")
        _ = await desk.add("a.png")
        #expect(desk.has("cutline.db"))
        desk.variables["CUTLINE_QUEUE"] = "variable.db"
        _ = await desk.add("a.png")
        #expect(desk.has("variable.db"))
        _ = await desk.add("a.png", "--queue", desk.path("flag.db"))
        #expect(desk.has("flag.db"))
        #expect(await desk.cutline("status", "--json").output.hasPrefix(#"{"queue":"variable.db","batches":[{"name":"a.png""#))
        desk.variables["CUTLINE_QUEUE"] = ""
        #expect(await desk.cutline("status", "--json").output.hasPrefix(#"{"queue":"cutline.db","#))
    }

    @Test func theBatchIsNamedAfterTheFirstInput() async throws {
        let desk = Desk(pictures: "deep/photos/a.png", "b.png")
        _ = await desk.add("deep/photos/", "b.png")
        #expect(try await desk.status()["batches"]?[0]?["name"]?.string == "photos")
    }

    @Test func quietPrintsNothingOnSuccessAndTheTroubleElse() async {
        let desk = Desk(pictures: "a.png")
        #expect(await desk.add("a.png", "--quiet") == Said(code: 0, output: "", error: ""))
        #expect(await desk.caption("a.png", "-q") == Said(code: 0, output: "", error: ""))
        #expect(await desk.cutline("work", "-q") == Said(code: 0, output: "", error: ""))
        let failed = await desk.cutline(
            "run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: 400]", "--batch", "bad", "-q")
        #expect(failed.code == 1 && failed.error.hasPrefix("1 failed: 1 invalid_request — "))
    }

    @Test(arguments: [true, false])
    func theKeyIsUsedAndNeverWrittenDown(fromFile: Bool) async throws {
        let canary = "sk-canary-7f3a91"
        try await withSimulator(SimulatorOptions(keys: [canary])) { simulator in
            var desk = Desk(pictures: "photos/a.png", "photos/b.png")
            desk.writeJobFile(simulator, key: "SIM_KEY")
            desk.variables["SIM_KEY"] = fromFile ? "wrong" : "\(canary)\n"
            let keys = TemporaryFolder()
            keys.write("key", text: "\n \(canary)\r\n")
            let flags = fromFile ? ["--api-key-file", keys.path.appending("key").string] : []
            var said = [await desk.run(["run", "jobs.json"] + flags), await desk.cutline("show", "photos/a.png", "--json")]
            said += [await desk.cutline("status", "--json"), await desk.cutline("export", "--state", "all")]
            #expect(said.map(\.code) == [0, 0, 0, 0])
            #expect(said.allSatisfy { !$0.output.contains(canary) && !$0.error.contains(canary) })
            #expect(filesHolding(canary, in: desk.folder.path) == [])
            #expect(filesHolding("SIM_KEY", in: desk.folder.path) == ["cutline.db", "jobs.json"])
        }
    }

    @Test func aRefusedKeyIsNeverWrittenDownEither() async throws {
        let canary = "sk-canary-7f3a91"
        try await withSimulator(SimulatorOptions(keys: ["another"])) { simulator in
            var desk = Desk(pictures: "photos/a.png")
            desk.writeJobFile(simulator, key: "SIM_KEY")
            desk.variables["SIM_KEY"] = canary
            let said = await desk.cutline("run", "jobs.json")
            #expect(said.code == 2)
            #expect(!said.error.contains(canary))
            #expect(filesHolding(canary, in: desk.folder.path) == [])
        }
    }

    private func filesHolding(_ text: String, in folder: FilePath) -> [String] {
        let names = ["cutline.db", "cutline.db-wal", "cutline.db-shm", "jobs.json"]
        return names.filter { name in
            let bytes = Desk.bytes(of: folder.appending(name))
            return String(decoding: bytes, as: UTF8.self).contains(text)
        }
    }
}
