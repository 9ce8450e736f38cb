import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

struct ManifestTests {
    private func plan(
        _ name: String, _ text: String, prompt: String = "Describe.", selecting selection: InputSelection = InputSelection()
    ) throws(InputError) -> TestPlan {
        let folder = TemporaryFolder.make(pictures: "set/a.png", "set/sub/b.png")
        folder.write("set/\(name)", text: text)
        return try folder.plan("set/\(name)", selecting: selection, prompt: prompt)
    }

    @Test func aRowOfJSONLinesKeepsItsColumnsAndTheirTypes() throws {
        let plan = try plan(
            "list.jsonl",
            "\u{FEFF}{\"key\": \"one\", \"image\": \"a.png\", \"prompt\": \"Own.\", \"n\": 9007199254740993, \"tags\": [null, true]}\n\r\n"
                + "  \n{\"image\": \"sub/../sub/b.png\"}\r\n{\"key\":\"pair\",\"images\":[\"a.png\",\"https://h.invalid/c.jpg\"],\"prompt\":null}"
        )
        #expect(plan.keys == ["one", "sub/b.png", "pair"])
        #expect(plan.items.map(\.hasOwnKey) == [true, false, true])
        #expect(plan.items.map(\.prompt) == ["Own.", nil, nil])
        #expect(plan.items[0].extra == ["n": .integer(9_007_199_254_740_993), "tags": .array([.null, .bool(true)])])
        #expect(plan.asGiven == [["a.png"], ["sub/../sub/b.png"], ["a.png", "https://h.invalid/c.jpg"]])
        #expect(plan.batchName == "list.jsonl")
    }

    @Test func aRowOfCSVKeepsItsColumnsAsTexts() throws {
        let plan = try plan(
            "list.csv",
            "\u{FEFF}key,image,images,title,\"a,b\"\r\none,a.png,,\"say \"\"hi\"\"\r\nthere\",7\r\n,sub/b.png,,,\r\n\r\n"
                + "two,,\"[\"\"a.png\"\", \"\"sub/b.png\"\"]\",\u{301},\"\"\nthree,,a.png,x,y")
        #expect(plan.keys == ["one", "sub/b.png", "two", "three"])
        #expect(plan.items[0].extra == ["title": .string("say \"hi\"\r\nthere"), "a,b": .string("7")])
        #expect(plan.items[1].extra == ["title": .string(""), "a,b": .string("")])
        #expect(plan.asGiven == [["a.png"], ["sub/b.png"], ["a.png", "sub/b.png"], ["a.png"]])
        #expect(plan.items[2].extra["title"] == .string("\u{301}"))
    }

    @Test(arguments: [
        ("{\"image\": \"a.png\"}\n\n{\"image\" \"a.png\"}", "line 3, column 10: expected a colon after the key"),
        ("[1]", "line 1: expected an object"), ("{}", "line 1: names no picture; give `image` or `images`"),
        ("{\"image\": 3}", "line 1, image: expected a text"), ("{\"key\": 3, \"image\": \"a.png\"}", "line 1, key: expected a text"),
        ("{\"key\":\"k\",\"images\": [\"a.png\", 3]}", "line 1, images[1]: expected a text"),
        ("{\"image\": \"a.png\", \"images\": [\"a.png\"]}", "line 1, images: stands beside `image`; give one of the two"),
        ("{\"image\": \"a.png\"}\n{\"image\": \"none.png\"}", "line 2: there is no file or folder none.png; check the path"),
        ("{\"image\": \"sub\"}", "line 1: sub is a folder; name one picture here, or give the folder as an input of its own"),
        ("{\"image\": \"*.png\"}", "line 1: there is no file or folder *.png; check the path"),
        ("{\"images\": [\"a.png\", \"sub/b.png\"]}", "line 1: a row with several pictures or a prompt of its own needs a `key`"),
        ("{\"image\": \"a.png\", \"prompt\": \"Own.\"}", "line 1: a row with several pictures or a prompt of its own needs a `key`"),
    ])
    func aBadLineIsRefusedWithItsNumber(text: String, expected: String) {
        #expect(sentence { () throws(InputError) in try plan("l.jsonl", text) } == "set/l.jsonl, \(expected)")
    }

    @Test(arguments: [
        ("key,title\n", "line 1: the header names no column `image` or `images`; the first row must name the columns"),
        ("image,image\n", "line 1: the column image stands twice"),
        ("image,\na.png,x\n", "line 2: column 2 has no name, but holds x here; name it in the first row, or empty it"),
        ("key,image\nk,a.png,x\n", "line 2: has 3 fields, the header has 2"),
        ("key,image\nk\n", "line 2: names no picture; give `image` or `images`"),
        ("key,image,t\nk,a.png,\"x\ny\"\nm,a.png,t,u\n", "line 4: has 4 fields, the header has 3"),
        ("path,url\na.png,b\n", "line 1: the columns path and url may all name pictures; call the one that is meant `image`"),
        ("Image,IMAGE\na.png,b\n", "line 1: the columns IMAGE and Image may both be meant by `image`; call one of them so"),
        ("key,image\nk,\"a.png\n", "line 2: a quoted field that begins here does not end"),
        ("key,image\nk,\"a\".png\n", "line 2: field 2 goes on behind its closing quote"),
        ("key,image\nk,a\"b\n", "line 2: a quote stands inside a field that is not quoted; quote the field and double the quote"),
        (
            "key,images\nk,[a.png]\n",
            "line 2, images: is not a JSON list: unexpected character at line 1, column 2; a path that begins with [ goes into `image`"
        ),
        ("key,image\nk,\n", "line 2: names no picture; give `image` or `images`"),
    ])
    func aBadRowIsRefusedWithItsLine(text: String, expected: String) {
        #expect(sentence { () throws(InputError) in try plan("l.csv", text) } == "set/l.csv, \(expected)")
    }

    @Test func whatIsNotUTF8IsRefused() {
        let folder = TemporaryFolder()
        folder.write("l.csv", Array("image,t\nhttp://h/a,".utf8) + [0xFF])
        folder.write("l.jsonl", Array("{\"image\": \"".utf8) + [0xFF] + Array("\"}".utf8))
        folder.write("wide.jsonl", [0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0])
        #expect(sentence { () throws(InputError) in try folder.plan("wide.jsonl") } == "wide.jsonl is UTF-32; save it as UTF-8")
        #expect(
            sentence { () throws(InputError) in try folder.plan("l.csv") }
                == "l.csv, line 2, t: is not UTF-8: its byte 1 is 0xFF (ÿ in Windows-1252); save the file as UTF-8")
        #expect(
            sentence { () throws(InputError) in try folder.plan("l.jsonl") }
                == "l.jsonl, line 1: is not UTF-8: column 12 holds the byte 0xFF (ÿ in Windows-1252); save the file as UTF-8")
    }

    @Test func columnsFillThePromptOfTheBatch() throws {
        let text =
            "{\"image\":\"a.png\",\"title\":\"T {{n}}\",\"n\":3}\n{\"key\":\"k\",\"image\":\"sub/b.png\",\"title\":true,\"prompt\":\"{{ key }}: {{title}}\"}"
        let plan = try plan("l.jsonl", text, prompt: "{{}} {{ }} {{title}}, {{key}}{{image}} {{{{")
        #expect(plan.items.map(\.prompt) == ["{{}} {{ }} T {{n}}, a.pnga.png {{{{", "k: true"])
        #expect(plan.keys == ["a.png", "k"])
    }

    @Test func aMissingColumnIsRefusedWithFileAndLine() {
        let text = "{\"image\":\"a.png\",\"title\":\"T\"}\n{\"image\":\"sub/b.png\",\"title\":null}"
        #expect(
            sentence { () throws(InputError) in try plan("l.jsonl", text, prompt: "{{title}}") }
                == "set/l.jsonl, line 2: the prompt asks for {{title}}, but there is no column title here; add it, or mend the prompt")
        let folder = TemporaryFolder.make(pictures: "a.png")
        #expect(
            sentence { () throws(InputError) in try folder.plan("a.png", prompt: "{{title}}") }
                == "the prompt asks for {{title}}, but a.png has no columns; give a manifest (.jsonl or .csv) with a column title, or mend the prompt"
        )
    }

    @Test func rowsMayBringAllPrompts() throws {
        let row = "{\"key\":\"k\",\"image\":\"a.png\",\"prompt\":\"Own.\"}\n"
        #expect(try plan("l.jsonl", row, prompt: "").items.map(\.prompt) == ["Own."])
        #expect(
            sentence { () throws(InputError) in try plan("l.jsonl", row + "{\"image\":\"a.png\"}", prompt: "") }
                == "set/l.jsonl, line 2: there is no prompt; add a column `prompt`, or give one for all with --prompt TEXT")
    }

    @Test func aRepeatedRowIsOneEntryAndAnotherContentIsRefused() throws {
        let row = "{\"key\":\"k\",\"image\":\"a.png\",\"n\":1}\n"
        #expect(try plan("l.jsonl", row + row + "{\"image\":\"a.png\"}\n" + row).keys == ["k", "a.png"])
        #expect(
            sentence { () throws(InputError) in try plan("l.jsonl", row + "{\"key\":\"k\",\"image\":\"sub/b.png\"}") }
                == "the key k stands for different pictures, a.png (set/l.jsonl, line 1) and sub/b.png (set/l.jsonl, line 2); give them keys of their own in a job file or manifest"
        )
        #expect(
            sentence { () throws(InputError) in try plan("l.jsonl", row + row.replacing("1", with: "2")) }
                == "the key k stands for two jobs that ask or note different things, a.png (set/l.jsonl, line 1) and a.png (set/l.jsonl, line 2); give one another key"
        )
    }

    @Test func rowsOverManyPiecesAreReadWhole() throws {
        let folder = TemporaryFolder()
        let filling = String(repeating: "ä", count: 1_000)
        let rows = (0..<400).map { "http://h.invalid/\($0),\"\(filling),\(filling)\n\"\r\n" }
        folder.write("l.csv", text: "image,t\n" + rows.joined())
        folder.write("l.jsonl", text: (0..<400).map { "{\"image\":\"http://h.invalid/\($0)\",\"t\":\"\(filling)\"}\n" }.joined())
        let keys = (0..<400).map { "http://h.invalid/\($0)" }
        #expect(try folder.plan("l.csv").keys == keys)
        #expect(try folder.plan("l.csv").items.allSatisfy { $0.extra["t"] == .string("\(filling),\(filling)\n") })
        #expect(try folder.plan("l.jsonl").keys == keys)
    }

    @Test func aManifestThatChangesMeanwhileIsNotAdded() throws {
        let folder = TemporaryFolder()
        folder.write("l.csv", text: "image\nhttp://h.invalid/a\n")
        let plan = try InputPlan.read(["l.csv"], from: folder.path)
        folder.write("l.csv", text: "image\nhttp://h.invalid/a\nhttp://h.invalid/b\n")
        #expect(
            sentence { () throws(InputError) in try TestPlan(plan) } == "l.csv was changed while it was read; run again when it is complete"
        )
    }

    @Test func severalInputsAreOneList() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "m/b.png", "m/sub/c.png")
        folder.write("m/l.csv", text: "image\nsub/c.png\nb.png\n")
        folder.write("n.jsonl", text: "{\"image\":\"m/b.png\"}")
        let plan = try folder.plan("in", "m/l.csv", "n.jsonl", "https://h.invalid/x")
        #expect(plan.keys == ["in/a.png", "sub/c.png", "b.png", "m/b.png", "https://h.invalid/x"])
        #expect(plan.batchName == "in")
    }
}
