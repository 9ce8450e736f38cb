import CutlineCore
import TestSupport
import Testing

/// Exports inside an input are not input.
@Suite(.timeLimit(.minutes(15))) struct OwnExportTests {
    private func captioned() async -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        _ = await harness.caption("photos")
        return harness
    }

    @Test(arguments: ["copy", "link", "hardlink"]) func anExportDoesNotDriveTheOriginalsOut(pictures: String) async throws {
        let harness = await captioned()
        #expect(await harness.cutline("export", "--format", "imagefolder", "--pictures", pictures, "-o", "captions").code == 0)
        let said = await harness.add(".", "--batch", "again")
        #expect(said.code == 0)
        #expect(said.error.contains("skipped the export captions/; name it as an input to take its pictures\n"), "\(said.error)")
        #expect(said.error.contains("batch \"again\": 2 new jobs\n"))
        #expect(
            try await harness.records("--state", "all", "--batch", "again").compactMap { $0["key"]?.string } == [
                "photos/a.png", "photos/b.png",
            ])
    }

    @Test func theOriginalsStayWhereTheExportLiesBesideThem() async throws {
        let harness = await captioned()
        _ = await harness.cutline("export", "--format", "imagefolder", "--pictures", "link", "-o", "photos/aaa")
        #expect(
            await harness.add("photos").error
                == "skipped the export photos/aaa/; name it as an input to take its pictures\nbatch \"photos\": 2 there already\n")
    }

    @Test(arguments: ["captions", "captions/*.png", "capt*/00*.png"]) func whoNamesAnExportTakesIt(input: String) async {
        let harness = await captioned()
        _ = await harness.cutline("export", "--format", "imagefolder", "-o", "captions")
        let said = await harness.add(input, "--batch", "again")
        let isNamed = !input.hasPrefix("capt*")
        #expect(said.code == (isNamed ? 0 : 65))
        #expect(said.error.contains(isNamed ? "batch \"again\": 2 new jobs\n" : "skipped 1 export of Cutline"), "\(said.error)")
    }

    @Test func theExportsOfASplitAreSkippedAndTakenTogether() async {
        let harness = await captioned()
        _ = await harness.cutline("export", "--format", "imagefolder", "--split", "train=0.5,val=0.5", "-o", "set")
        #expect(harness.has("set/train/metadata.jsonl"))
        let skipped = await harness.add(".", "--batch", "around")
        #expect(
            skipped.error.contains("batch \"around\": 2 new jobs\n") && skipped.error.contains("skipped the export set/"),
            "\(skipped.error)")
        #expect(await harness.add("set", "--batch", "itself").error.contains("batch \"itself\": 2 new jobs\n"))
    }

    @Test(arguments: [
        #"{"file_name": "00000001.png", "text": "a cat", "key": "k", "source": "s"}"#,
        #"{"file_name":"cat.png","key":"k","source":"s","batch":"b"}"#,
        "nonsense",
    ])
    func somebodyElsesDatasetIsInput(row: String) async {
        let harness = CommandHarness(pictures: "in/set/00000001.png")
        harness.write("in/set/metadata.jsonl", row + "\n")
        #expect(await harness.add("in").error.hasSuffix("batch \"in\": 1 new job\n"))
    }
}
