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
@Suite(.timeLimit(.minutes(15))) struct OptionTests {
    @Test func flagsWinOverTheJobFile() async throws {
        let harness = CommandHarness(pictures: "a.png")
        harness.write(
            "jobs.json",
            #"{"batch": "file", "provider": "hackclub", "model": "m1", "prompt": "from the file", "images": ["a.png"]}"#)
        let said = await harness.cutline(
            "run", "jobs.json", "--batch", "flag", "--provider", "simulator", "--model", "m2", "--prompt", "from the flag")
        #expect(said.code == 0)
        let record = try #require(try await harness.records().first)
        #expect(record["batch"]?.string == "flag")
        #expect(record["provider"]?.string == "simulator")
        #expect(record["requested_model"]?.string == "m2")
        #expect(record["prompt"]?.string == "from the flag")
    }

    @Test func whatABatchWasMadeWithNeedNotBeRepeated() async {
        let harness = CommandHarness(pictures: "photos/a.png")
        _ = await harness.caption("photos", "--system", "You write captions.", "--max-tokens", "50", "--detail", "low")
        harness.folder.write("photos/b.png", png("b"))
        #expect(
            await harness.cutline("run", "photos").error.hasPrefix("batch \"photos\": 1 new job, 1 there already\n2 of 2 jobs captioned"))
    }

    @Test func theJobFileWinsOverTheBatchAsItWasMade() async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("jobs.json", #"{"batch": "photos", "provider": "simulator", "model": "m", "prompt": "one", "images": ["a.png"]}"#)
        _ = await harness.cutline("run", "jobs.json")
        harness.write("jobs.json", #"{"batch": "photos", "provider": "simulator", "model": "m", "prompt": "two", "images": ["a.png"]}"#)
        let said = await harness.cutline("run", "jobs.json")
        #expect(said.code == 65)
        #expect(said.error.hasPrefix("cutline: batch \"photos\" was made with prompt \"one\", now \"two\" is asked for; "))
    }

    @Test func whatAJobFileLeavesToFlagsIsKeptByTheBatch() async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("jobs.json", #"{"batch": "photos", "provider": "simulator", "images": ["a.png"]}"#)
        #expect(await harness.cutline("run", "jobs.json", "--model", "m", "--prompt", "p", "--identity", "path").code == 0)
        #expect(await harness.cutline("run", "jobs.json").error.hasPrefix("batch \"photos\": 1 there already\n"))
    }

    @Test func aPromptFileIsTakenByteForByte() async throws {
        let harness = CommandHarness(pictures: "a.png")
        let prompt = "  Describe\r\nthis e\u{301}. \n\n"
        harness.write("prompt.txt", prompt)
        _ = await harness.cutline("add", "a.png", "--provider", "simulator", "--model", "m", "--prompt-file", "prompt.txt")
        let stored = try #require(try await harness.records("--state", "all").first?["prompt"]?.string)
        #expect(Array(stored.utf8) == Array(prompt.utf8))
    }

    @Test func aPromptMayBeginWithADash() async throws {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.cutline(
            "add", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "- list what you see", "--system", "-x")
        #expect(try await harness.records("--state", "all").first?["prompt"]?.string == "- list what you see")
    }

    @Test func theQueueIsTheFlagsElseTheVariablesElseInTheFolder() async {
        var harness = CommandHarness(pictures: "a.png")
        _ = await harness.add("a.png")
        #expect(harness.has("cutline.db"))
        harness.variables["CUTLINE_QUEUE"] = "variable.db"
        _ = await harness.add("a.png")
        #expect(harness.has("variable.db"))
        _ = await harness.add("a.png", "--queue", harness.path("flag.db"))
        #expect(harness.has("flag.db"))
        #expect(await harness.cutline("status", "--json").output.hasPrefix(#"{"queue":"variable.db","batches":[{"name":"a.png""#))
        harness.variables["CUTLINE_QUEUE"] = ""
        #expect(await harness.cutline("status", "--json").output.hasPrefix(#"{"queue":"cutline.db","#))
    }

    @Test func theBatchIsNamedAfterTheFirstInput() async throws {
        let harness = CommandHarness(pictures: "deep/photos/a.png", "b.png")
        _ = await harness.add("deep/photos/", "b.png")
        #expect(try await harness.status()["batches"]?[0]?["name"]?.string == "photos")
    }

    @Test func quietPrintsNothingOnSuccessAndTheTroubleElse() async {
        let harness = CommandHarness(pictures: "a.png")
        #expect(await harness.add("a.png", "--quiet") == CommandResult(code: 0, output: "", error: ""))
        #expect(await harness.caption("a.png", "-q") == CommandResult(code: 0, output: "", error: ""))
        #expect(await harness.cutline("work", "-q") == CommandResult(code: 0, output: "", error: ""))
        let failed = await harness.cutline(
            "run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: 400]", "--batch", "bad", "-q")
        #expect(failed.code == 1 && failed.error.hasPrefix("1 failed: 1 invalid_request — "))
    }

    @Test(arguments: [true, false])
    func theKeyIsUsedAndNeverWrittenDown(fromFile: Bool) async throws {
        let canary = "sk-canary-7f3a91"
        try await withSimulator(SimulatorOptions(keys: [canary])) { simulator in
            var harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
            harness.writeJobFile(simulator, key: "SIM_KEY")
            harness.variables["SIM_KEY"] = fromFile ? "wrong" : "\(canary)\n"
            let keys = TemporaryFolder()
            keys.write("key", text: "\n \(canary)\r\n")
            let flags = fromFile ? ["--api-key-file", keys.path.appending("key").string] : []
            var said = [await harness.run(["run", "jobs.json"] + flags), await harness.cutline("show", "photos/a.png", "--json")]
            said += [await harness.cutline("status", "--json"), await harness.cutline("export", "--state", "all")]
            #expect(said.map(\.code) == [0, 0, 0, 0])
            #expect(said.allSatisfy { !$0.output.contains(canary) && !$0.error.contains(canary) })
            #expect(filesHolding(canary, in: harness.folder.path) == [])
            #expect(filesHolding("SIM_KEY", in: harness.folder.path) == ["cutline.db", "jobs.json"])
        }
    }

    @Test func aRefusedKeyIsNeverWrittenDownEither() async throws {
        let canary = "sk-canary-7f3a91"
        try await withSimulator(SimulatorOptions(keys: ["another"])) { simulator in
            var harness = CommandHarness(pictures: "photos/a.png")
            harness.writeJobFile(simulator, key: "SIM_KEY")
            harness.variables["SIM_KEY"] = canary
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.code == 2)
            #expect(!said.error.contains(canary))
            #expect(filesHolding(canary, in: harness.folder.path) == [])
        }
    }

    private func filesHolding(_ text: String, in folder: FilePath) -> [String] {
        let names = ["cutline.db", "cutline.db-wal", "cutline.db-shm", "jobs.json"]
        return names.filter { name in
            let bytes = CommandHarness.bytes(of: folder.appending(name))
            return String(decoding: bytes, as: UTF8.self).contains(text)
        }
    }
}
