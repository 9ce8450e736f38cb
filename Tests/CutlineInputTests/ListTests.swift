import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

/// Lists of names, and the forms in which other programs keep theirs.
struct ListTests {
    private let folder = TemporaryFolder.make(pictures: "in/a.png", "in/sub/b.png", "c d.png")

    private func keys(_ name: String, _ text: String, prompt: String = "Describe.") throws(InputError) -> [String] {
        folder.write(name, text: text)
        return try folder.plan(name, prompt: prompt).keys
    }

    /// What `-` reads.
    private func piped(_ bytes: some Sequence<UInt8>) throws -> [String] {
        let streams = TemporaryFolder()
        let input = try FileDescriptor.open(streams.write("in", bytes), .readOnly, options: .closeOnExec)
        return try input.closeAfter {
            try TestPlan(try InputPlan.read(["-"], from: folder.path, standardInput: input, temporaryFolder: streams.path)).keys
        }
    }

    @Test(arguments: ["list.txt", "list.lst", "list.TXT"]) func aTextIsAListAsStdinIs(name: String) throws {
        #expect(try keys(name, "in\n\nc d.png\r\nhttps://h.invalid/x\n") == ["in/a.png", "in/sub/b.png", "c d.png", "https://h.invalid/x"])
        #expect(try keys(name, "in/*.png\rc d.png\r") == ["in/a.png", "c d.png"])
        #expect(try keys(name, "\u{FEFF}  in/a.png  \n\"c d.png\"\n") == ["in/a.png", "c d.png"])
    }

    @Test func aListFromPowerShellIsRead() throws {
        let text = "\u{FEFF}in\\a.png\r\nc d.png\r\n"
        folder.write("list.txt", text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        let plan = try folder.plan("list.txt")
        #expect(plan.keys == ["in/a.png", "c d.png"])
        #expect(plan.batchName == "list.txt")
    }

    @Test func namesBeginBesideTheListOrWhereTheProgramStood() throws {
        #expect(try keys("in/list.txt", "a.png\nsub/b.png\n") == ["a.png", "sub/b.png"])
        #expect(try keys("lists/list.txt", "in/a.png\nc d.png\n") == ["in/a.png", "c d.png"])
    }

    @Test func aTextThatIsAPictureIsOne() throws {
        folder.write("picture.txt", png("p"))
        #expect(try folder.plan("picture.txt").keys == ["picture.txt"])
    }

    @Test func aCaptionBesideItsPictureIsNoList() {
        folder.write("in/a.txt", text: "A harbour at dawn.")
        #expect(
            sentence { () throws(InputError) in try folder.plan("in/a.txt") }
                == "in/a.txt stands beside a.png as its caption; take it out of the input, or name the folder")
    }

    @Test func namesMayEndWithNothing() throws {
        folder.write("in/two\nlines.png", png("two"))
        #expect(try piped("in/two\nlines.png\0c d.png\0in/sub\0".utf8) == ["in/two\nlines.png", "c d.png", "in/sub/b.png"])
        let error = #expect(throws: InputError.self) { try piped("c d.png\0nowhere.png\0".utf8) }
        #expect(error?.description == "stdin, name 2: there is no file or folder nowhere.png; check the path")
    }

    @Test(arguments: [
        "image,title\nin/a.png,A\n", "Title;File_Name\nA;in/a.png\n", "[{\"image\": \"in/a.png\"}]", " \n[\n  \"in/a.png\"\n]\n",
        "{\"image\":\"in/a.png\"}", "image\nin/a.png\n", "url\timage\nx\tin/a.png\n",
    ])
    func stdinIsKnownByItsFirstBytes(text: String) throws { #expect(try piped(text.utf8) == ["in/a.png"]) }

    @Test func aFolderCalledAsAColumnIsAFolder() throws {
        folder.write("image/x.png", png("x"))
        #expect(try piped("image\nin/a.png\n".utf8) == ["image/x.png", "in/a.png"])
    }

    @Test func aJSONListHoldsObjectsOrNames() throws {
        #expect(try keys("l.json", #"["in/*.png", "c d.png", "https://h.invalid/x"]"#) == ["in/a.png", "c d.png", "https://h.invalid/x"])
        folder.write(
            "l.json",
            text: "[\n {\"file_name\": \"in/a.png\", \"tags\": [\"]\", \"\\\"\", {}]},\n\n {\"key\": \"k\", \"image\": \"c d.png\"}\n]\n")
        let plan = try folder.plan("l.json")
        #expect(plan.keys == ["in/a.png", "k"])
        #expect(plan.items[0].extra["tags"]?[0] == .string("]"))
        #expect(try keys("l.jsonl", "[{\"image\": \"c d.png\"}]") == ["c d.png"])
    }

    @Test func aLongJSONListIsReadPieceByPiece() throws {
        let filling = String(repeating: "ä", count: 1_000)
        let rows = (0..<400).map { "{\"image\":\"http://h.invalid/\($0)\",\"t\":\"\(filling)\"}" }
        #expect(try keys("l.json", "[" + rows.joined(separator: ",\n") + "]") == (0..<400).map { "http://h.invalid/\($0)" })
    }

    @Test func jsonLinesUnderAnotherNameAreRows() throws {
        #expect(try keys("l.json", "{\"image\":\"c d.png\"}\n{\"image\":\"in/a.png\"}\n") == ["c d.png", "in/a.png"])
        #expect(try keys("l.ndjson", "{\"image\":\"c d.png\"}\n") == ["c d.png"])
    }

    @Test(arguments: [
        ("[\n{\"image\":\"c d.png\"}\n{\"image\":\"c d.png\"}]", "l.json, line 3, column 1: unexpected text after the value"),
        ("[]", "nothing is left of the input; give it at least one picture"),
        ("[\"c d.png\", 3]", "l.json, line 1: expected a name, as the list's first element is one"),
        ("[\"c d.png\",", "l.json, line 1: the list does not end"), ("[\"c d.png\",]", "l.json, line 1: expected a value in the list"),
        ("[\"c d.png\"] x", "l.json, line 1: unexpected text behind the list"),
        ("[{\"image\":\"c d.png\"},\n {\"image\" 3}]", "l.json, line 2, column 11: expected a colon after the key"),
        ("[{\"image\":\"nowhere.png\"}]", "l.json, line 1: there is no file or folder nowhere.png; check the path"),
        (
            "[{\"image\":{\"bytes\":\"iVBO\",\"path\":\"a.png\"}}]",
            "l.json, line 1, image: is a picture of a dataset written out (an object with `bytes` or `path`); save it as a file and name that"
        ),
    ])
    func aBrokenJSONListIsRefusedWithItsPlace(text: String, expected: String) {
        #expect(sentence { () throws(InputError) in try keys("l.json", text) } == expected)
    }

    @Test func anExportedFolderIsRunThroughItsMetadata() throws {
        folder.write("set/00000001.png", png("one"))
        folder.write(
            "set/metadata.jsonl",
            text: #"{"file_name":"00000001.png","text":"A harbour.","key":"a.png","source":"in/a.png","prompt":"Old.","batch":"in"}"#)
        let plan = try folder.plan("set/metadata.jsonl", prompt: "New: {{text}}")
        #expect(plan.keys == ["a.png"] && plan.asGiven == [["00000001.png"]])
        #expect(plan.items[0].prompt == "New: A harbour.")
        #expect(plan.items[0].extra["prompt"] == .string("Old."))
        #expect(try folder.plan("set/metadata.jsonl", prompt: "{{prompt}}").items[0].prompt == "Old.")
        #expect(
            sentence { () throws(InputError) in try folder.plan("set/metadata.jsonl", prompt: "") }
                == "set/metadata.jsonl, line 1: there is no prompt; ask its column prompt with --prompt '{{prompt}}', or give one for all with --prompt TEXT"
        )
    }

    @Test func huggingFacesMetadataIsRead() throws {
        #expect(try keys("in/metadata.csv", "file_name,text\na.png,A\nsub/b.png,B\n") == ["a.png", "sub/b.png"])
        folder.write("in/metadata.jsonl", text: #"{"file_names": ["a.png", "sub/b.png"], "key": "pair"}"#)
        #expect(try folder.plan("in/metadata.jsonl").asGiven == [["a.png", "sub/b.png"]])
    }

    @Test(arguments: [
        (#"{"images": [{"id": 1, "file_name": "a.png"}], "annotations": []}"#, "is a COCO dataset, not a job file"),
        (#"{"in/a": {"caption": "A harbour.", "tags": "x"}, "b": {"tags": "y"}}"#, "is metadata of pictures as kohya's trainer keeps it"),
        (#"{"image": "a.png", "title": "T"}"#, "is one row of a manifest, not a job file; call it .jsonl"),
    ])
    func otherJSONIsCalledWhatItIs(text: String, expected: String) {
        #expect(sentence { () throws(InputError) in try keys("x.json", text) }?.hasPrefix("x.json \(expected)") == true)
    }
}
