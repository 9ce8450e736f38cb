import Testing

@Suite(.timeLimit(.minutes(5))) struct ExportTests {
    private func desk() async -> Desk {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png", "more/c.png")
        _ = await desk.caption("photos")
        _ = await desk.add("more")
        return desk
    }

    @Test func aFileIsNamedOnStderrAndNotReplaced() async {
        let desk = await desk()
        let whole = await desk.cutline("export").output
        #expect(await desk.cutline("export", "-o", "out.jsonl") == Said(code: 0, output: "", error: "2 records → out.jsonl\n"))
        #expect(desk.text("out.jsonl") == whole)
        desk.write("out.jsonl", "precious")
        let sentence = "cutline: \(desk.path("out.jsonl")) exists already; give --overwrite to replace it, or another name\n"
        #expect(await desk.cutline("export", "-o", "out.jsonl") == Said(code: 64, output: "", error: sentence))
        #expect(desk.text("out.jsonl") == "precious")
        #expect(await desk.cutline("export", "-o", "out.jsonl", "--overwrite").code == 0)
        #expect(desk.text("out.jsonl") == whole)
    }

    @Test func stateAndBatchChoose() async throws {
        let desk = await desk()
        #expect(try await desk.records().count == 2)
        #expect(try await desk.records("--state", "queued").count == 1)
        #expect(try await desk.records("--state", "all").count == 3)
        #expect(try await desk.records("--state", "all", "--batch", "more").count == 1)
        #expect(try await desk.records("--state", "failed").count == 0)
    }

    @Test(arguments: ["jsonl", "csv", "coco", "kohya", "label-studio", "openai-batch", "table"])
    func theSameQueueGivesTheSameBytes(format: String) async {
        let desk = await desk()
        let first = await desk.cutline("export", "--format", format)
        #expect(first.code == 0 && first.output.contains("PNG picture"))
        #expect(await desk.cutline("export", "--format", format) == first)
    }

    @Test func aFolderThatIsNotThereIsASentence() async {
        let desk = await desk()
        #expect(
            await desk.cutline("export", "-o", "none/out.csv", "--format", "csv")
                == Said(
                    code: 70, output: "",
                    error:
                        "cutline: \(desk.path("none/out.csv")) cannot be written: No such file or directory; name another file with -o PATH\n"
                ))
        #expect(
            await desk.cutline("export", "-o", "photos")
                == Said(code: 64, output: "", error: "cutline: \(desk.path("photos")) is a folder; name a file in it\n"))
    }

    @Test func aBatchOfTheSameKeysIsShownBatchByBatch() async {
        let desk = Desk(pictures: "photos/a.png")
        for batch in ["one", "two"] { _ = await desk.add("photos", "--batch", batch) }
        let both = await desk.cutline("show", "a.png").output
        #expect(both.contains("a.png (entry 1) of batch \"one\": queued\n") && both.contains("a.png (entry 2) of batch \"two\": queued\n"))
        #expect(await desk.cutline("show", "a.png", "--batch", "two").output.hasPrefix("a.png (entry 2) of batch \"two\": queued\n"))
    }
}
