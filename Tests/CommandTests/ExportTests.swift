import Testing

@Suite(.timeLimit(.minutes(15))) struct ExportTests {
    private func harness() async -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png", "more/c.png")
        _ = await harness.caption("photos")
        _ = await harness.add("more")
        return harness
    }

    @Test func aFileIsNamedOnStderrAndNotReplaced() async {
        let harness = await harness()
        let whole = await harness.cutline("export").output
        #expect(await harness.cutline("export", "-o", "out.jsonl") == CommandResult(code: 0, output: "", error: "2 records → out.jsonl\n"))
        #expect(harness.text("out.jsonl") == whole)
        harness.write("out.jsonl", "precious")
        let sentence = "cutline: \(harness.path("out.jsonl")) exists already; give --overwrite to replace it, or another name\n"
        #expect(await harness.cutline("export", "-o", "out.jsonl") == CommandResult(code: 64, output: "", error: sentence))
        #expect(harness.text("out.jsonl") == "precious")
        #expect(await harness.cutline("export", "-o", "out.jsonl", "--overwrite").code == 0)
        #expect(harness.text("out.jsonl") == whole)
    }

    @Test func stateAndBatchChoose() async throws {
        let harness = await harness()
        #expect(try await harness.records().count == 2)
        #expect(try await harness.records("--state", "queued").count == 1)
        #expect(try await harness.records("--state", "all").count == 3)
        #expect(try await harness.records("--state", "all", "--batch", "more").count == 1)
        #expect(try await harness.records("--state", "failed").count == 0)
    }

    @Test(arguments: ["jsonl", "csv", "coco", "kohya", "label-studio", "openai-batch", "table"])
    func theSameQueueGivesTheSameBytes(format: String) async {
        let harness = await harness()
        let first = await harness.cutline("export", "--format", format)
        #expect(first.code == 0 && first.output.contains("PNG picture"))
        #expect(await harness.cutline("export", "--format", format) == first)
    }

    @Test func aFolderThatIsNotThereIsASentence() async {
        let harness = await harness()
        #expect(
            await harness.cutline("export", "-o", "none/out.csv", "--format", "csv")
                == CommandResult(
                    code: 70, output: "",
                    error:
                        "cutline: \(harness.path("none/out.csv")) cannot be written: No such file or directory; name another file with -o PATH\n"
                ))
        #expect(
            await harness.cutline("export", "-o", "photos")
                == CommandResult(code: 64, output: "", error: "cutline: \(harness.path("photos")) is a folder; name a file in it\n"))
    }

    @Test func aBatchOfTheSameKeysIsShownBatchByBatch() async {
        let harness = CommandHarness(pictures: "photos/a.png")
        for batch in ["one", "two"] { _ = await harness.add("photos", "--batch", batch) }
        let both = await harness.cutline("show", "a.png").output
        #expect(both.contains("a.png (entry 1) of batch \"one\": queued\n") && both.contains("a.png (entry 2) of batch \"two\": queued\n"))
        #expect(await harness.cutline("show", "a.png", "--batch", "two").output.hasPrefix("a.png (entry 2) of batch \"two\": queued\n"))
    }
}
