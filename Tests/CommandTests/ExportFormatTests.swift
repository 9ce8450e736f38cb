import CutlineCore
import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `export` in every form, as it is asked for and as it answers.
@Suite(.timeLimit(.minutes(15))) struct ExportFormatTests {
    private func harness() async -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/deep/b.png")
        _ = await harness.caption("photos")
        return harness
    }

    private func refusal(_ arguments: String...) async -> String? {
        let said = await CommandHarness().run(["export"] + arguments)
        return said.code == 64 ? said.error.split(separator: "\n").first.map(String.init) : nil
    }

    @Test func captionFilesComeBesideThePictures() async {
        let harness = await harness()
        #expect(
            await harness.cutline("export", "--format", "sidecar")
                == CommandResult(code: 0, output: "", error: "2 captions → beside the pictures\n"))
        #expect(harness.text("photos/deep/b.txt").hasPrefix("A PNG picture"))
        let again = await harness.cutline("export", "--format", "sidecar")
        #expect(
            again.error == "cutline: 2 caption files exist already (\(harness.path("photos/a.txt"))); nothing was written: "
                + "give --existing skip, overwrite or append, or another --caption-extension\n")
        #expect(again.code == 64)
        let skipping = await harness.cutline("export", "--format", "sidecar", "--existing", "skip")
        #expect(
            skipping.error == "0 captions → beside the pictures\nleft out: 2 records (first: a.png) whose caption file was there already\n")
    }

    @Test func aMirrorHasPathsBelowTheNamedFolder() async {
        let harness = await harness()
        let said = await harness.cutline("export", "--format", "sidecar", "-o", "out", "--caption-extension", ".caption")
        #expect(said == CommandResult(code: 0, output: "", error: "2 records → out\n"))
        #expect(harness.text("out/deep/b.caption").hasPrefix("A PNG picture"))
    }

    @Test func aChangedPictureIsLeftOutAndSaid() async {
        let harness = await harness()
        harness.folder.write("photos/a.png", png("x") + png("y"))
        let said = await harness.cutline("export", "--format", "imagefolder", "-o", "set")
        #expect(
            said.error
                == "1 record → set\nleft out: 1 record (a.png) whose picture is another one since it was captioned; run the batch again\n")
        #expect(harness.has("set/00000002.png") && !harness.has("set/00000001.png"))
    }

    @Test func aTouchedPictureIsTheSame() async {
        let harness = await harness()
        utimes(harness.path("photos/a.png"), [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)])
        #expect(await harness.cutline("export", "--format", "webdataset", "-o", "set").error == "2 records → set\n")
    }

    @Test func partsAreNamedOnStderr() async {
        let harness = CommandHarness()
        for number in 0..<30 { harness.folder.write("photos/\(number).png", png("\(number)")) }
        _ = await harness.caption("photos")
        let said = await harness.cutline("export", "-o", "set.csv", "--format", "csv", "--split", "train=0.8,val=0.2", "--seed", "7")
        let lines = said.error.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasSuffix(" → set-train.csv") && lines[1].hasSuffix(" → set-val.csv"))
        let folder = await harness.cutline(
            "export", "-o", "set", "--format", "imagefolder", "--split", "training=0.8,val=0.2", "--seed", "7")
        #expect(
            folder.error.split(separator: "\n").map { $0.split(separator: " ").last }
                == ["set/train", "set/validation"])
        #expect(folder.error.prefix { $0 != " " } == said.error.prefix { $0 != " " }, "the same pictures in every format")
    }

    @Test func flagsAndTimesChoose() async throws {
        let harness = await harness()
        #expect(try await harness.records("--flag", "truncated").isEmpty)
        #expect(try await harness.records("--flag", "!truncated").count == 2)
        #expect(try await harness.records("--flag", "!any", "--since", "2026-11-20T12:00").count == 2)
        #expect(try await harness.records("--since", "2026-11-20T12:01").isEmpty)
    }

    @Test func fieldsAreChosenAndOrdered() async {
        let harness = await harness()
        let said = await harness.cutline("export", "--fields", "key,id", "--batch", "photos")
        #expect(said.output == #"{"key":"a.png","id":1}"# + "\n" + #"{"key":"deep/b.png","id":2}"# + "\n")
        #expect(await harness.cutline("export", "--format", "csv", "--bom", "--fields", "id").output == "\u{FEFF}id\r\n1\r\n2\r\n")
    }

    @Test func tasksSayHowLabelStudioShowsThem() async throws {
        let harness = await harness()
        let said = await harness.cutline("export", "--format", "label-studio", "-o", "tasks.json")
        #expect(said.error.contains("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT=\(harness.folder.path.string);"))
        let tasks = try JSONValue(parsing: harness.text("tasks.json").utf8)
        #expect(tasks[1]?["data"]?["image"] == .string("/data/local-files/?d=photos/deep/b.png"))
        let served = await harness.cutline(
            "export", "--format", "label-studio", "--image-prefix", "https://x.invalid/", "--image-root", "photos/deep")
        #expect(try JSONValue(parsing: served.output.utf8).array?.map { $0["data"]?["image"] } == [.string("https://x.invalid/b.png")])
        #expect(served.error == "left out: 1 record (a.png) whose picture is not below --image-root\n")
    }

    @Test func theLabellingConfigurationNeedsNoQueue() async {
        let said = await CommandHarness().cutline("export", "--format", "label-studio", "--labeling-config")
        #expect(said.code == 0 && said.error.isEmpty)
        #expect(said.output.hasPrefix("<View>\n") && said.output.contains(#"<TextArea name="caption" toName="image""#))
    }

    @Test func wrongUseIsSaidWithWhatToDo() async {
        #expect(await refusal("--bom") == "Error: --bom is for --format csv, not for jsonl.")
        #expect(await refusal("--format", "coco", "--fields", "id") == "Error: --fields is for --format jsonl and csv, not for coco.")
        #expect(await refusal("--fields", "id,kee")?.hasPrefix("Error: There is no field \"kee\"; there are id, key, batch, ") == true)
        #expect(await refusal("--fields", "id,id") == "Error: --fields names id twice.")
        #expect(await refusal("--format", "imagefolder") == "Error: --format imagefolder writes a folder; name it with -o FOLDER.")
        #expect(await refusal("--flag", "!reefusal")?.hasPrefix("Error: There is no flag \"reefusal\"; there are ") == true)
        #expect(await refusal("--since", "today")?.hasPrefix("Error: --since \"today\" is no time; write 2026-11-20,") == true)
        #expect(await refusal("--seed", "7") == "Error: --seed is for --split.")
        #expect(await refusal("--split", "a=0.5,b=0.5")?.hasPrefix("Error: --split needs -o:") == true)
        #expect(await refusal("--split", "a=0.5,b=0.4", "-o", "x") == "Error: The shares of --split add up to 0.9, not to 1.")
        #expect(await refusal("--split", "a", "-o", "x")?.hasPrefix("Error: --split \"a\" is not understood;") == true)
        #expect(await refusal("--split", "a=-1,b=2", "-o", "x")?.hasPrefix("Error: --split") == true)
        #expect(await refusal("--split", "../a=1", "-o", "x")?.hasPrefix("Error: \"../a\" is no name for a part") == true)
        #expect(await refusal("--split", "a=0.5,A=0.5", "-o", "x") == "Error: Two parts of --split have one name.")
        let folder = ["--format", "imagefolder", "-o", "x", "--split"]
        #expect(
            await refusal(folder[0], folder[1], folder[2], folder[3], folder[4], "val=0.5,dev=0.5")?.hasPrefix("Error: Two parts") == true)
        #expect(
            await refusal(folder[0], folder[1], folder[2], folder[3], folder[4], "a=1")?.hasPrefix("Error: Hugging Face would not see")
                == true)
        #expect(
            await refusal("--format", "webdataset", "-o", "x", "--shard-size", "many")?.hasPrefix("Error: --shard-size \"many\"") == true)
        #expect(await refusal("--format", "sidecar", "--caption-extension", "jpg")?.hasPrefix("Error: --caption-extension jpg") == true)
        #expect(await refusal("--format", "sidecar", "--caption-extension", "../x")?.hasPrefix("Error: --caption-extension") == true)
        #expect(await refusal("--format", "sidecar", "--overwrite")?.hasPrefix("Error: Give --existing overwrite") == true)
    }

    @Test func aFolderInTheWayIsASentence() async {
        let harness = await harness()
        let said = await harness.cutline("export", "--format", "imagefolder", "-o", "photos", "--overwrite")
        #expect(said.code == 64)
        #expect(
            said.error
                == "cutline: \(harness.path("photos")) is not an export of this format alone: it holds a.png; nothing was replaced, name a new folder\n"
        )
        #expect(harness.has("photos/a.png"))
    }
}
