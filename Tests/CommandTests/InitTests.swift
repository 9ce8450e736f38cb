import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct InitTests {
    private func harness(_ answers: String...) -> CommandHarness {
        var harness = CommandHarness()
        for name in ["a", "b"] { harness.folder.write("photos/\(name).png", png(name)) }
        harness.isInteractive = !answers.isEmpty
        harness.input = Array(answers.map { $0 + "\n" }.joined().utf8)
        return harness
    }

    private static let flags = ["--provider", "simulator", "--model", "sim-1", "--prompt", "Say \"what\" this is.\n"]

    @Test func flagsAloneMakeAFileThatRunsAsItIs() async throws {
        let harness = harness()
        let said = await harness.run(["init", "photos", "--max-tokens", "77"] + Self.flags)
        #expect(said.code == 0 && said.output == "")
        #expect(
            said.error == """
                2 pictures, simulator, sim-1 → jobs.json
                simulator, sim-1 answers (one call, 268 tokens)
                a sample first: cutline run jobs.json --sample 20
                all of them:    cutline run jobs.json

                """)
        #expect(
            harness.text("jobs.json") == """
                {
                  "batch": "photos",
                  "provider": "simulator",
                  "model": "sim-1",
                  "prompt": "Say \\"what\\" this is.\\n",
                  "parameters": {"max_tokens": 77},
                  "images": ["photos"]
                }

                """)
        #expect(await harness.cutline("run", "jobs.json").code == 0)
        #expect(try await harness.counts() == ["succeeded": 2])
        #expect(try await harness.records()[0]["prompt"]?.string == "Say \"what\" this is.\n")
    }

    @Test func withoutATerminalWhatIsMissingIsNamed() async {
        let harness = harness()
        let said = await harness.cutline("init", "photos", "--model", "sim-1")
        #expect(said.code == 64)
        #expect(said.error == "cutline: there is no terminal to ask on; give also --provider NAME, --prompt TEXT\n")
        let all = await harness.cutline("init")
        #expect(all.error.hasSuffix("give also pictures (a folder, for example), --provider NAME, --model NAME, --prompt TEXT\n"))
        #expect(!harness.has("jobs.json"))
    }

    @Test func whatIsNotGivenIsAskedAndCheckedAtOnce() async throws {
        let harness = harness("nowhere", " photos ", "simulater", "simulator", "", "", "none", "0", "40")
        let said = await harness.cutline("init")
        #expect(said.code == 0)
        for part in [
            "Which pictures? A folder, for example: there is no file or folder nowhere; check the path\nWhich pictures?",
            "Which provider? there is no provider \"simulater\"; did you mean simulator?\nWhich provider? ",
            "Which model? [sim-1] What to ask about each picture? [Describe this image in one sentence.] ",
            "How many tokens may an answer have? [300] a whole number above 0 is needed.\n",
            "2 pictures, simulator, sim-1 → jobs.json\n",
        ] { #expect(said.error.contains(part), "\(said.error)") }
        let file = try JSONValue(parsing: harness.text("jobs.json").utf8)
        #expect(file["prompt"]?.string == "Describe this image in one sentence." && file["parameters"]?["max_tokens"]?.int == 40)
        #expect(await harness.cutline("run", "jobs.json").code == 0)
    }

    @Test func flagsAreNotAskedFor() async {
        let said = await harness("20").run(["init", "photos"] + Self.flags)
        #expect(said.code == 0 && said.error.hasPrefix("How many tokens may an answer have? [300] 2 pictures, "))
    }

    @Test func answersThatEndWriteNothing() async {
        let harness = harness("photos")
        let said = await harness.cutline("init")
        #expect(said.code == 64 && said.error.hasSuffix("Which provider? cutline: there was no answer; nothing was written\n"))
        #expect(!harness.has("jobs.json"))
    }

    @Test func modelsThatSeeAreOfferedTheCheapestFirst() async throws {
        let list = """
            {"data":[{"id":"dear","pricing":{"prompt":"0.000003","completion":"0.00001"},"architecture":{"input_modalities":["image","text"],"output_modalities":["text"]}},
            {"id":"blind","pricing":{"prompt":"0.0000001","completion":"0.0000001"},"architecture":{"input_modalities":["text"],"output_modalities":["text"]}},
            {"id":"cheap","pricing":{"prompt":"0.000001","completion":"0.00001"},"architecture":{"input_modalities":["image","text"],"output_modalities":["text"]}}]}
            """
        try await ModelServer.run(list: list) { server in
            let harness = harness("dearr", "blind", "", "", "")
            harness.write(server)
            let said = await harness.cutline("init", "photos", "--provider", "mine")
            #expect(said.code == 0, "\(said.error)")
            #expect(said.error.contains("\ncheap  yes") && !said.error.contains("\nblind"))
            #expect(said.error.contains("Which model? [cheap] dearr is not among the models that mine lists; did you mean dear? The same"))
            #expect(said.error.contains("blind at mine takes no pictures;"))
            // 1,000 tokens in and 50 out.
            #expect(said.error.contains("mine, cheap answers (one call, 1,050 tokens, $0.0015)\n"))
            #expect(server.posts == 1)
        }
    }

    @Test func aMissingKeyIsSaidAndTheFileIsWrittenAllTheSame() async {
        let harness = harness()
        let said = await harness.cutline(
            "init", "photos", "--provider", "openai", "--base-url", "http://127.0.0.1:9", "--model", "m", "--prompt", "p")
        #expect(said.code == 0)
        #expect(
            said.error.contains(
                "OPENAI_API_KEY is not set, so nothing was checked; get a key at https://platform.openai.com, then: export OPENAI_API_KEY=…\n"
            ))
        #expect(harness.text("jobs.json").contains(#""provider": {"name": "openai", "base_url": "http://127.0.0.1:9"},"#))
        #expect(await harness.cutline("add", "jobs.json").code == 0)
    }

    @Test func aRefusedKeyIsToldAndNeverShown() async throws {
        try await withSimulator(SimulatorOptions(keys: ["right"])) { simulator in
            var harness = harness()
            harness.variables["OPENAI_API_KEY"] = "wrong-secret"
            let arguments = [
                "init", "photos", "--provider", "openai", "--base-url", simulator.baseURL, "--model", "sim-1", "--prompt", "p",
            ]
            let said = await harness.run(arguments)
            #expect(said.code == 1)
            #expect(said.error.contains("the check failed: openai, sim-1: unauthorized: "))
            #expect(said.error.hasSuffix("to go on: check the key in OPENAI_API_KEY, then run the file\n"))
            #expect(!said.error.contains("wrong-secret") && !harness.text("jobs.json").contains("secret"))
            harness.variables["OPENAI_API_KEY"] = "right"
            #expect(await harness.run(arguments + ["--overwrite"]).code == 0)
            let calls = simulator.callCount
            #expect(await harness.run(arguments + ["--overwrite", "--no-check"]).code == 0)
            #expect(calls == 2 && simulator.callCount == 2)
        }
    }

    @Test func aModelThatDoesNotSeeIsFoundOut() async {
        let said = await harness().cutline("init", "photos", "--provider", "simulator", "--model", "sim-text", "--prompt", "p")
        #expect(said.code == 1 && said.error.contains("the check failed: simulator, sim-text: no_vision: "))
    }

    @Test func anExistingFileIsKept() async {
        let harness = harness("photos")
        harness.write("jobs.json", "mine")
        let said = await harness.cutline("init")
        #expect(said.code == 64 && said.error.contains("exists already; give --overwrite") && !said.error.contains("Which"))
        #expect(harness.text("jobs.json") == "mine")
    }

    @Test func aBatchThatAsksSomethingElseKeepsItsName() async throws {
        let harness = harness()
        #expect(await harness.caption("photos").code == 0)
        #expect(await harness.run(["init", "photos", "--no-check"] + Self.flags).code == 0)
        #expect(harness.text("jobs.json").contains(#""batch": "photos-2""#))
        #expect(await harness.cutline("run", "jobs.json").code == 0)
    }

    @Test func aFileElsewhereFindsItsPictures() async throws {
        let harness = harness()
        harness.folder.write("plans/keep", [1])
        let said = await harness.run(
            ["init", "photos", "https://pictures.invalid/harbour.jpg", "-o", "plans/new.json", "--no-check"] + Self.flags)
        #expect(said.code == 0 && said.error.contains("3 pictures, "))
        #expect(harness.text("plans/new.json").contains("\"\(harness.path("photos"))\", \"https://pictures.invalid/harbour.jpg\"]"))
        #expect(await harness.cutline("run", "plans/new.json").code == 0)
    }

    @Test(arguments: [
        (["empty"], 65, "holds no picture"), (["-"], 64, "a list on stdin cannot stand"),
        (["list.csv"], 64, "a manifest, a list or a job file"),
        (["photos", "-o", "x.txt"], 64, "ends in .json"), (["photos", "--max-tokens", "0"], 64, "--max-tokens must be above 0"),
        (["photos", "--base-url", "http://example.com/v1", "--provider", "openai"], 64, "--insecure-http"),
    ])
    func whatCannotBeIsRefused(arguments: [String], code: Int32, sentence: String) async {
        let harness = harness()
        harness.folder.write("empty/notes.txt", text: "words")
        harness.write("list.csv", "image\nphotos/a.png\n")
        let said = await harness.run(["init"] + Self.flags + arguments)
        #expect(said.code == code && said.error.contains(sentence), "\(said.error)")
        #expect(!harness.has("jobs.json"))
    }
}
