import CutlineInput
import SystemPackage
import TestSupport
import Testing

struct SelectionTests {
    @Test(arguments: [
        (["*.gif"], ["a.png", "raw/c.png", "raw/x/d.png"]), (["raw"], ["a.png", "b.gif"]),
        (["raw/*.png"], ["a.png", "b.gif", "raw/x/d.png"]),
        (["in/a.png"], ["b.gif", "raw/c.png", "raw/x/d.png"]), (["raw/**/d.png"], ["a.png", "b.gif", "raw/c.png"]),
        (["*.gif", "x"], ["a.png", "raw/c.png"]), (["in"], []), (["nothing"], ["a.png", "b.gif", "raw/c.png", "raw/x/d.png"]),
    ])
    func whatAGlobCoversIsLeftOut(globs: [String], keys: [String]) {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "in/b.gif", "in/raw/c.png", "in/raw/x/d.png")
        #expect((try? folder.plan("in", selecting: InputSelection(exclude: globs)).keys) ?? [] == keys)
    }

    @Test func excludedNamesNeedNotBePictures() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("notes.txt", text: "words")
        let plan = try folder.plan("*", selecting: InputSelection(exclude: ["*.txt"]))
        #expect(plan.keys == ["a.png"])
        #expect(plan.skipped.description == "skipped 1 excluded name")
    }

    @Test func partsOfTheNamedFolderDoNotCount() throws {
        let folder = TemporaryFolder.make(pictures: "raw/in/a.png")
        let plan = try folder.plan("\(folder.path.string)/raw/in", selecting: InputSelection(exclude: ["raw"]))
        #expect(plan.keys == ["a.png"])
    }

    @Test func rowsAndAddressesAreExcludedToo() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("l.csv", text: "image\nhttp://h.invalid/thumbs/1.jpg\nnone.gif\na.png\n")
        let plan = try folder.plan("l.csv", "http://h.invalid/thumbs/2.jpg", selecting: InputSelection(exclude: ["thumbs", "*.gif"]))
        #expect(plan.keys == ["a.png"])
        #expect(plan.skipped.excluded == 3)
    }

    @Test func nothingLeftIsAnError() {
        let folder = TemporaryFolder.make(pictures: "a.png")
        #expect(
            sentence { () throws(InputError) in try folder.plan("a.png", selecting: InputSelection(exclude: ["*"])) }
                == "nothing is left of the input (skipped 1 excluded name)")
    }

    @Test func theLimitTakesTheFirstEntriesOfInputThatIsCheckedWhole() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "in/b.png")
        folder.write(
            "l.jsonl", text: "{\"image\":\"http://h.invalid/1\"}\n{\"image\":\"http://h.invalid/1\"}\n{\"image\":\"http://h.invalid/2\"}\n")
        #expect(
            try folder.plan("l.jsonl", "in", selecting: InputSelection(limit: 3)).keys == [
                "http://h.invalid/1", "http://h.invalid/2", "in/a.png",
            ])
        folder.write("bad.jsonl", text: "{\"image\":\"http://h.invalid/1\"}\nx")
        #expect(
            sentence { () throws(InputError) in try folder.plan("bad.jsonl", selecting: InputSelection(limit: 1)) }
                == "bad.jsonl, line 2, column 1: unexpected character")
    }
}

struct StandardInputTests {
    private func plan(_ text: String, _ inputs: [String] = ["-"], in folder: TemporaryFolder) throws -> TestPlan {
        let streams = TemporaryFolder()
        let input = try FileDescriptor.open(streams.write("in", text: text), .readOnly, options: .closeOnExec)
        return try input.closeAfter {
            try TestPlan(try InputPlan.read(inputs, from: folder.path, standardInput: input, temporaryFolder: streams.path))
        }
    }

    @Test func aListNamesPathsGlobsAndAddresses() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "in/sub/b.png", "out/a.png", "c d.png")
        let plan = try plan("in\n\nout/*.png\r\nc d.png\nhttps://h.invalid/x\n", in: folder)
        #expect(plan.keys == ["in/a.png", "in/sub/b.png", "out/a.png", "c d.png", "https://h.invalid/x"])
        #expect(plan.batchName == "stdin")
    }

    @Test func aManifestIsKnownByItsFirstByte() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        let plan = try plan("\n  {\"image\":\"in/a.png\",\"n\":1}\n", in: folder)
        #expect(plan.keys == ["in/a.png"])
        #expect(plan.items[0].extra.count == 1)
    }

    @Test func aBadLineIsRefusedWithItsNumber() {
        let folder = TemporaryFolder.make(pictures: "a.png")
        let error = #expect(throws: InputError.self) { try plan("a.png\n\nnone.png\n", in: folder) }
        #expect(error?.description == "stdin, line 3: there is no file or folder none.png; check the path")
        let empty = #expect(throws: InputError.self) { try plan("", in: folder) }
        #expect(empty?.description == "nothing is left of the input; give it at least one picture")
        let twice = #expect(throws: InputError.self) { try plan("a.png", ["-", "-"], in: folder) }
        #expect(twice?.description == "`-` is given twice; stdin can be read once")
    }
}
