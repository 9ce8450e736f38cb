import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct BackupTests {
    @Test func theCopyAnswersLikeTheQueue() async {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        _ = await harness.caption("photos")
        #expect(await harness.cutline("backup", "copy.db") == CommandResult(code: 0, output: "", error: "2 jobs → copy.db\n"))
        let (queue, copy) = (await harness.cutline("export"), await harness.cutline("export", "--queue", "copy.db"))
        #expect(queue.output == copy.output && copy.code == 0)
        #expect(await harness.caption("photos", "--queue", "copy.db").code == 0)
    }

    @Test func whatIsThereIsNotReplaced() async {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.add("a.png")
        harness.write("copy.db", "notes")
        #expect(
            await harness.cutline("backup", "copy.db")
                == CommandResult(
                    code: 64, output: "", error: "cutline: \(harness.path("copy.db")) exists; give --overwrite, or name another file\n"))
        #expect(harness.text("copy.db") == "notes")
        #expect(await harness.cutline("backup", "copy.db", "--overwrite").code == 0)
        #expect(await harness.cutline("backup", "cutline.db", "--overwrite").code == 64)
        #expect(await harness.cutline("backup", "none/copy.db").code == 70)
        #expect(await CommandHarness().cutline("backup", "copy.db").code == 70)
    }
}
