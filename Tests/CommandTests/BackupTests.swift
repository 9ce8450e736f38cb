import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(5))) struct BackupTests {
    @Test func theCopyAnswersLikeTheQueue() async {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png")
        _ = await desk.caption("photos")
        #expect(await desk.cutline("backup", "copy.db") == Said(code: 0, output: "", error: "2 jobs → copy.db\n"))
        let (queue, copy) = (await desk.cutline("export"), await desk.cutline("export", "--queue", "copy.db"))
        #expect(queue.output == copy.output && copy.code == 0)
        #expect(await desk.caption("photos", "--queue", "copy.db").code == 0)
    }

    @Test func whatIsThereIsNotReplaced() async {
        let desk = Desk(pictures: "a.png")
        _ = await desk.add("a.png")
        desk.write("copy.db", "notes")
        #expect(
            await desk.cutline("backup", "copy.db")
                == Said(
                    code: 64, output: "", error: "cutline: \(desk.path("copy.db")) exists; give --overwrite, or name another file\n"))
        #expect(desk.text("copy.db") == "notes")
        #expect(await desk.cutline("backup", "copy.db", "--overwrite").code == 0)
        #expect(await desk.cutline("backup", "cutline.db", "--overwrite").code == 64)
        #expect(await desk.cutline("backup", "none/copy.db").code == 70)
        #expect(await Desk().cutline("backup", "copy.db").code == 70)
    }
}
