import CutlineCore
import Testing

/// `export` where several batches caption the same pictures.
@Suite(.timeLimit(.minutes(15))) struct ExportBatchesTests {
    private func harness(_ batches: String...) async -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        for batch in batches { _ = await harness.caption("photos", "--batch", batch) }
        return harness
    }

    private func refusal(_ arguments: String...) async -> String? {
        let said = await CommandHarness().run(["export"] + arguments)
        return said.code == 64 ? said.error.split(separator: "\n").first.map(String.init) : nil
    }

    @Test func trialsAreNoPartOfTheDatasetUnlessNamed() async throws {
        let harness = await harness("photos")
        _ = await harness.run(
            ["compare", "photos", "--provider", "simulator", "--model", "sim-1", "--prompt", "One.", "--prompt", "Two.", "--sample", "2"])
        let said = await harness.cutline("export", "--fields", "batch")
        #expect(said.output == "{\"batch\":\"photos\"}\n{\"batch\":\"photos\"}\n")
        #expect(said.error.hasPrefix("note: not among them: 2 trials of `compare` (photos-compare-"))
        let trial = try #require(try await harness.status()["trials"]?[0]?["name"]?.string)
        let both = await harness.cutline("export", "--fields", "batch", "--batch", "photos", "--batch", trial)
        #expect(both.output.split(separator: "\n").count == 4 && both.error.isEmpty)
        let table = await harness.cutline("export", "--format", "table")
        #expect(table.output.split(separator: "\n").count == 2 && table.error.contains("2 trials of `compare`"))
    }

    @Test func oneCaptionAPictureIsThatOfTheBatchNamedLast() async throws {
        let harness = await harness("short", "long")
        let newest = await harness.cutline("export", "--format", "kohya", "-o", "new.json")
        #expect(
            newest.error == "2 records → new.json\nleft out: 2 records (first: a.png) of a picture that a newer batch captions, too: "
                + "this format takes one caption a picture; choose with --batch, or jsonl and csv keep them all\n")
        let named = await harness.cutline("export", "--format", "imagefolder", "-o", "set", "--batch", "long", "--batch", "short")
        #expect(
            named.error.contains("that a batch that is named later captions, too") && named.error.contains("--join keeps them together"))
        #expect(
            harness.text("set/metadata.jsonl").contains(#""batch":"short""#)
                && !harness.text("set/metadata.jsonl").contains(#""batch":"long""#))
        #expect(try await harness.records().count == 4, "lines keep them all")
    }

    @Test func aJoinSaysWhatIsMissing() async {
        let harness = await harness("short")
        _ = await harness.caption("photos/a.png", "--batch", "tags")
        let said = await harness.cutline("export", "--join", "--batch", "short", "--batch", "tags", "-o", "out.jsonl")
        #expect(said.error == "2 records → out.jsonl\nnote: 1 record (b.png) without a caption of batch \"tags\"\n")
        #expect(harness.text("out.jsonl").contains(#""key":"b.png","images":["photos/b.png"],"captions":{"short":"A PNG picture"#))
        #expect(harness.text("out.jsonl").contains(#""tags":null},"extra":{}}"#))
        let few = await harness.cutline("export", "--join", "--format", "csv", "--batch", "tags", "--fields", "captions,id")
        #expect(few.output.hasPrefix("tags,id\r\n"))
    }

    @Test func wordsForTrainingStandInTheFilesAlone() async throws {
        let harness = await harness("photos")
        let said = await harness.cutline(
            "export", "--format", "sidecar", "--prefix", "sks, ", "--suffix", " -end", "--replace", "PNG=drawn", "--replace", "xyz=")
        #expect(said.error == "2 captions → beside the pictures\nnote: --replace xyz= changed no caption\n")
        #expect(harness.text("photos/a.txt").hasPrefix("sks, A drawn picture") && harness.text("photos/a.txt").hasSuffix(" -end"))
        #expect(try await harness.records()[0]["caption"]?.string?.hasPrefix("A PNG picture") == true)
    }

    @Test func mixedKindsAreSaidWithWhatTheReaderDoes() async {
        let harness = await harness("photos")
        harness.folder.write("photos/c.gif", Array("GIF89a\u{3}\u{0}\u{2}\u{0}\u{0}\u{0}\u{0};".utf8))
        _ = await harness.caption("photos", "--batch", "photos")
        let said = await harness.cutline("export", "--format", "webdataset", "-o", "set")
        #expect(
            said.error == "3 records → set\nnote: pictures of 2 kinds (2 png, 1 gif): Hugging Face's loader reads only one kind a set; "
                + "--kind png,gif writes a set for each\n")
        let kinds = await harness.cutline("export", "--format", "webdataset", "-o", "sets", "--kind", "png,gif")
        #expect(kinds.error == "2 records → sets/png\n1 record → sets/gif\n")
        #expect(harness.has("sets/png/data-000000.tar") && harness.has("sets/gif/data-000000.tar"))
    }

    @Test func picturesOfOneStemAreNamedWithWhatTrainersRead() async {
        let harness = CommandHarness(pictures: "photos/cat.png")
        harness.folder.write("photos/cat.gif", Array("GIF89a\u{3}\u{0}\u{2}\u{0}\u{0}\u{0}\u{0};".utf8))
        _ = await harness.caption("photos")
        let said = await harness.cutline("export", "--format", "sidecar")
        #expect(
            said.error.contains(
                "note: 1 record (cat.png) under the whole name (cat.png.txt), since another picture has the stem: trainers read"))
        #expect(harness.has("photos/cat.txt") && harness.has("photos/cat.png.txt"))
    }

    @Test func wrongUseIsSaidWithWhatToDo() async {
        let join = "Error: --join is for --format jsonl, csv, imagefolder and webdataset, not for "
        #expect(await refusal("--join", "--format", "coco") == join + "coco, which keeps the captions of all batches beside each other.")
        #expect(await refusal("--join", "--format", "sidecar") == join + "sidecar, which holds one caption a picture; choose with --batch.")
        #expect(await refusal("--batch", "a", "--batch", "b", "--batch", "a") == "Error: --batch names \"a\" twice.")
        #expect(
            await refusal("--join", "--fields", "id,model")?.hasPrefix("Error: There is no field \"model\"; there are id, key, images,")
                == true)
        #expect(await refusal("--format", "webdataset", "-o", "x", "--kind", "jpg,jpeg") == "Error: --kind names jpeg twice.")
        #expect(
            await refusal("--format", "webdataset", "-o", "x", "--kind", "raw")?.hasPrefix("Error: There is no kind of picture \"raw\"")
                == true)
        #expect(await refusal("--kind", "png") == "Error: --kind is for --format webdataset, not for jsonl.")
        #expect(await refusal("--replace", "a")?.hasPrefix("Error: --replace \"a\" is not understood; write 'FROM=TO'") == true)
        #expect(await refusal("--replace", "=a")?.hasPrefix("Error: --replace \"=a\" is not understood") == true)
        #expect(await refusal("--format", "table", "--prefix", "a")?.hasPrefix("Error: --prefix is for what is trained from;") == true)
        #expect(
            await refusal("--format", "label-studio", "--one-line")?.hasPrefix("Error: --one-line is for what is trained from;") == true)
        #expect(
            await refusal("--format", "sidecar", "--portable-names")?.hasPrefix("Error: --portable-names is for caption files in a folder")
                == true)
        #expect(await refusal("--portable-names") == "Error: --portable-names is for --format sidecar and coco, not for jsonl.")
    }
}
