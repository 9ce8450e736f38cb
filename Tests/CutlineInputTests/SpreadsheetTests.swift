import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

/// CSV as spreadsheets and other programs write it.
struct SpreadsheetTests {
    private let folder = TemporaryFolder.make(pictures: "a.png", "b.png", "c d.png")

    private func plan(_ text: String, _ name: String = "l.csv", prompt: String = "Describe.") throws(InputError) -> TestPlan {
        folder.write(name, text: text)
        return try folder.plan(name, prompt: prompt)
    }

    @Test(arguments: [
        // Excel where numbers have commas, with the line that it likes best.
        "key;image;title\r\none;a.png;\"Häfen; \"\"x\"\"\"\r\ntwo;b.png;2,5\r\n",
        "sep=;\r\nkey;image;title\r\none;a.png;\"Häfen; \"\"x\"\"\"\r\ntwo;b.png;2,5\r\n",
        "\"sep=;\"\r\nkey;image;title\r\none;a.png;\"Häfen; \"\"x\"\"\"\r\ntwo;b.png;2,5\r\n",
        // Google Sheets and img2dataset.
        "key\timage\ttitle\none\ta.png\t\"Häfen; \"\"x\"\"\"\ntwo\tb.png\t2,5",
        // Excel for the Macintosh, by its older name.
        "key,image,title\rone,a.png,\"Häfen; \"\"x\"\"\"\rtwo,b.png,\"2,5\"\r",
        "key,image,title\r\r\none,a.png,\"Häfen; \"\"x\"\"\"\r\r\ntwo,b.png,\"2,5\"\r\r\n",
        // Blanks behind the separators.
        "key, image, title\none, a.png, \"Häfen; \"\"x\"\"\" \ntwo, b.png , \"2,5\"\n",
        "\u{FEFF}KEY,Image, Title \none,a.png,\"Häfen; \"\"x\"\"\"\ntwo,b.png,\"2,5\"".replacing(" Title ", with: "title"),
        // Columns and rows that were emptied, not removed.
        "key;image;title;;;\none;a.png;\"Häfen; \"\"x\"\"\";;;\n;;;;;\n\ntwo;b.png;2,5\n;;\n",
        // pandas, with its index.
        ",key,image,title\n0,one,a.png,\"Häfen; \"\"x\"\"\"\n1,two,b.png,\"2,5\"\n",
    ])
    func rowsAreReadHoweverTheyAreWritten(text: String) throws {
        let plan = try plan(text)
        #expect(plan.keys == ["one", "two"])
        #expect(plan.asGiven == [["a.png"], ["b.png"]])
        #expect(plan.items.map { $0.extra } == [["title": .string("Häfen; \"x\"")], ["title": .string("2,5")]])
    }

    @Test(arguments: ["l.tsv", "l.tab", "l.TSV", "l.txt", "l.csv"])
    func theSeparatorIsTheHeadersWhateverTheEnding(name: String) throws {
        #expect(try plan("image\ttitle\na.png\tA, b; c\n", name).items.map { $0.extra } == [["title": .string("A, b; c")]])
        #expect(try plan("title,image\nA\tb,a.png\n", name).items.map { $0.extra } == [["title": .string("A\tb")]])
    }

    @Test(arguments: [true, false]) func utf16WithItsMarkIsRead(isLittleEndian: Bool) throws {
        let text = "\u{FEFF}image\ttitle\r\na.png\tHäfen 𝄞 日本\r\n" + "b.png\t" + String(repeating: "日本", count: 70_000) + "\r\n"
        for name in ["l.csv", "l.txt"] {
            folder.write(name, utf16(text, isLittleEndian: isLittleEndian))
            let items = try folder.plan(name).items
            #expect(items.map { $0.extra["title"] } == [.string("Häfen 𝄞 日本"), .string(String(repeating: "日本", count: 70_000))])
        }
    }

    @Test func whatIsNoUTF8IsNamed() {
        let cases: [([UInt8], String)] = [
            (
                utf16("\u{FEFF}image\na.png\n", isLittleEndian: true).dropLast(),
                "is UTF-16, but not to its end: half a letter stands at byte 25"
            ),
            (Array(utf16("image\na.png\n", isLittleEndian: true)), "is UTF-16 without the mark that says so"),
            ([0xFF, 0xFE, 0xFF, 0xFE, 0, 0] + [0xD8, 0x41, 0x00].reversed(), "is UTF-16, but not to its end"),
            ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x69], "is UTF-32"),
        ]
        for (bytes, expected) in cases {
            folder.write("l.csv", bytes)
            let said = sentence { () throws(InputError) in try folder.plan("l.csv") }
            #expect(said?.hasPrefix("l.csv \(expected)") == true && said?.hasSuffix("save it as UTF-8") == true, "\(said ?? "nothing")")
        }
        folder.write("l.csv", Array("image,t\na.png,H".utf8) + [0xFC] + Array("te\n".utf8))
        #expect(
            sentence { () throws(InputError) in try folder.plan("l.csv") }
                == "l.csv, line 2, t: is not UTF-8: its byte 2 is 0xFC (ü in Windows-1252); save the file as UTF-8")
    }

    @Test func blanksRoundNamesAndAddressesDoNotCount() throws {
        let plan = try plan("key,image\n one , a.png \n two,\u{A0}https://h.invalid/x.jpg \n,\" c d.png\"\n")
        #expect(plan.keys == ["one", "two", "c d.png"])
        #expect(plan.asGiven == [["a.png"], ["https://h.invalid/x.jpg"], ["c d.png"]])
        folder.write(" a.png ", png("with blanks"))
        #expect(try folder.plan("l.csv").asGiven[0] == [" a.png "])
    }

    @Test func emptyFieldsAtTheEndMayBeLeftOutAndMoreThanTheHeaderHasMayBeEmpty() throws {
        let plan = try plan("image,title,note\na.png\nb.png,B\n\"c d.png\",C,n,,,\n")
        #expect(plan.items.map { $0.extra["title"] } == [.string(""), .string("B"), .string("C")])
        #expect(plan.items.map { $0.extra["note"] } == [.string(""), .string(""), .string("n")])
    }

    @Test(arguments: ["file_name", "FILE_NAME", "File Name", "filename", "path", "image_path", "url", "Image-Path"])
    func theColumnOfPicturesIsKnownByItsUsualNames(name: String) throws {
        let plan = try plan("caption,\(name)\nA harbour,a.png\n")
        #expect(plan.keys == ["a.png"])
        #expect(plan.items[0].extra == ["caption": .string("A harbour")])
        #expect(try self.plan("{\"caption\":\"A\",\"\(name)\":\"b.png\"}", "l.jsonl").keys == ["b.png"])
    }

    @Test func imageWinsOverWhatIsCalledLikeIt() throws {
        let plan = try plan("path,image,file_name\nx,a.png,y\n")
        #expect(plan.asGiven == [["a.png"]])
        #expect(plan.items[0].extra == ["path": .string("x"), "file_name": .string("y")])
    }

    @Test func aFaultyRowIsNamedByItsOwnLineBehindOthers() {
        #expect(
            sentence { () throws(InputError) in try plan("image\r\"a.png\ra\"\rb.png\rnone.png\r") }?.contains("line 2") == true)
        #expect(
            sentence { () throws(InputError) in try plan("sep=,\nimage,t\na.png,\"x\ny\"\nnowhere.png,\n") }
                == "l.csv, line 5: there is no file or folder nowhere.png; check the path")
    }

    private func utf16(_ text: String, isLittleEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { isLittleEndian ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
