import CutlineCore
import Synchronization
import Testing

/// Manifests, lists on stdin, and what is taken of the input, from the command line to the export.
@Suite(.timeLimit(.minutes(15))) struct ManifestTests {
    @Test func furtherColumnsAreExportedAgain() async throws {
        let harness = CommandHarness(pictures: "set/a.png", "set/b.png")
        harness.write("set/list.csv", "image,title\na.png,One\nb.png,\"T, two\"\n")
        let said = await harness.run([
            "run", "set/list.csv", "--provider", "simulator", "--model", "sim-1", "--prompt", "Is this {{title}}?",
        ])
        #expect(said.code == 0)
        let records = try await harness.records()
        #expect(records.map { $0["extra"]?["title"]?.string } == ["One", "T, two"])
        #expect(records.map { $0["prompt"]?.string } == ["Is this One?", "Is this T, two?"])
        #expect(records.map { $0["key"]?.string } == ["a.png", "b.png"])
        #expect(await harness.cutline("run", "set/list.csv").error.contains("2 there already"))
    }

    @Test func theOpenAIBatchFormNeedsNoPromptAndNoModel() async throws {
        let harness = CommandHarness()
        harness.write(
            "batch.jsonl",
            #"{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"sim-1","max_tokens":50,"messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"https://h.invalid/a.png"}}]}]}}"#
        )
        #expect(await harness.cutline("add", "batch.jsonl", "--provider", "simulator").code == 0)
        #expect(await harness.cutline("add", "batch.jsonl").error.contains("1 there already"))
        let record = try #require(try await harness.records("--state", "all").first)
        #expect(record["key"]?.string == "x" && record["prompt"]?.string == "What?" && record["requested_model"]?.string == "sim-1")
        let said = await harness.cutline("add", "batch.jsonl", "--provider", "simulator", "--model", "other", "--batch", "new")
        #expect(said.code == 65)
        #expect(said.error.contains("batch.jsonl, line 1: asks for model sim-1, its batch for other"))
    }

    @Test func stdinIsRead() async throws {
        var harness = CommandHarness(pictures: "a.png", "b.png")
        harness.input = Array("a.png\nb.png\n".utf8)
        #expect(await harness.caption("-", "--batch", "piped").code == 0)
        #expect(try await harness.records().map { $0["key"]?.string } == ["a.png", "b.png"])
        #expect(!harness.has("cutline-stdin"))
    }

    @Test(arguments: [
        ("{\"image\":\"a.png\"}\n{\"image\":\"a.png\",", "Describe.", "l.jsonl, line 2, column 18: expected a key in quotes"),
        (
            "{\"image\":\"a.png\"}\n", "{{title}}",
            "l.jsonl, line 1: the prompt asks for {{title}}, but there is no column title here; add it, or mend the prompt"
        ),
    ])
    func aBadManifestAddsNothing(text: String, prompt: String, sentence: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("l.jsonl", text)
        let said = await harness.cutline("add", "l.jsonl", "--provider", "simulator", "--model", "m", "--prompt", prompt)
        #expect(said == CommandResult(code: 65, output: "", error: "cutline: \(sentence)\n"))
        #expect(!harness.has("cutline.db"))
    }

    @Test func excludeAndLimitChooseAmongTheInput() async throws {
        let harness = CommandHarness(pictures: "in/a.png", "in/b.gif", "in/c.png", "in/d.png")
        let said = await harness.add("in", "--exclude", "*.gif", "--exclude", "a.*", "--limit", "1")
        #expect(said == CommandResult(code: 0, output: "", error: "skipped 2 excluded names\nbatch \"in\": 1 new job\n"))
        #expect(try await harness.records("--state", "all").map { $0["key"]?.string } == ["c.png"])
        #expect(await harness.add("in", "--limit", "0").code == 64)
    }

    @Test func aLargeInputShowsHowFarItIs() async {
        var harness = CommandHarness()
        let seconds = Mutex<Int64>(0)
        harness.now = {
            CommandHarness.noon
                + .seconds(
                    seconds.withLock {
                        $0 += 1; return $0
                    })
        }
        harness.write("l.jsonl", (0..<2_500).map { "{\"image\":\"https://h.invalid/\($0)\"}\n" }.joined())
        let said = await harness.add("l.jsonl")
        #expect(said.error.contains("checked 2,000 lines\n"))
        #expect(said.error.hasSuffix("batch \"l.jsonl\": 2,500 new jobs\n"))
        #expect(await !harness.add("l.jsonl", "--quiet").error.contains("checked"))
    }
}
