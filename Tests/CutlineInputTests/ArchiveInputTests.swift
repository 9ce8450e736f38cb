import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

extension TemporaryFolder {
    /// A tar file of these members.
    @discardableResult
    fileprivate func tar(_ name: String, _ members: KeyValuePairs<String, [UInt8]>) -> FilePath {
        var tar = TarFile()
        for (name, content) in members { tar.add(name, content) }
        tar.end()
        return write(name, tar.bytes)
    }
}

private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

extension TestPlan {
    var files: [PictureFile] {
        items.flatMap(\.images).compactMap { image in
            guard case .file(let file) = image.source else { return nil }
            return file
        }
    }
}

/// Pictures inside archives, as an input.
struct ArchiveInputTests {
    private let folder = TemporaryFolder()

    @Test func picturesAreFoundWhereTheyStand() throws {
        let path = folder.tar("shards/0.tar", ["a.png": png("a"), "deep/b.png": png("b"), "notes.md": text("words"), "empty.png": []])
        let plan = try folder.plan("shards/0.tar")
        #expect(plan.keys == ["0/a.png", "0/deep/b.png"])
        #expect(plan.asGiven == [["shards/0.tar/a.png"], ["shards/0.tar/deep/b.png"]])
        #expect(plan.paths == [path, path] && plan.skipped.notPictures == 1 && plan.skipped.lookalikes == 1)
        let bytes = try plan.files.map { try PictureBytes.read($0.path, $0.slice, first: 1_000) }
        #expect(bytes == [png("a"), png("b")])
        let size = try #require(plan.files.first.map { PictureSize(headerOf: $0.path, $0.slice) })
        #expect(size == PictureSize(width: 1, height: 1))
    }

    @Test func globsNameArchivesBesidePictures() throws {
        folder.tar("x/1.tar", ["b.png": png("b")])
        folder.tar("x/0.TAR", ["a.png": png("a")])
        folder.write("x/c.png", png("c"))
        var zip = ZipFile()
        zip.add("d.png", png("d"))
        folder.write("x/2.zip", zip.bytes())
        #expect(try folder.plan("x/*.[tT]*").keys == ["0/a.png", "1/b.png"])
        #expect(try folder.plan("x/*").keys == ["c.png", "0/a.png", "1/b.png", "2/d.png"])
        #expect(try folder.plan("x/0.TAR", "x/1.tar").keys == ["x/0/a.png", "x/1/b.png"])
        folder.write("j.json", text: #"{"images": ["x/*.zip"]}"#)
        #expect(try folder.plan("j.json").keys == ["x/2/d.png"])
    }

    /// Many documents are zip files.
    @Test func whatIsNamedByItselfIsKnownByItsBytes() throws {
        let bytes = folder.tar("shard", ["a.png": png("a")])
        #expect(bytes.lastComponent == "shard")
        #expect(try folder.plan("shard").keys == ["shard/a.png"])
    }

    @Test func whatIsLeftOutIsCounted() throws {
        var tar = TarFile()
        for name in [".hidden.png", ".git/a.png", "__MACOSX/._a.png", "raw/x.png", "b.gif", "a.png"] { tar.add(name, png(name)) }
        tar.add("pipe", type: "6")
        tar.add("gone.png", type: "2", link: "nothing.png")
        tar.add("big.png", [1], type: "S", magic: "ustar  ")
        tar.end()
        folder.write("in/0.tar", tar.bytes)
        let plan = try folder.plan("in/0.tar", selecting: InputSelection(exclude: ["raw", "*.gif"]))
        #expect(plan.keys == ["0/a.png"])
        let skipped = plan.skipped
        #expect((skipped.hidden, skipped.excluded, skipped.special, skipped.danglingLinks, skipped.sealed.count) == (3, 2, 1, 1, 1))
        #expect(skipped.description?.contains("in/0.tar/big.png (sparse)") == true)
        folder.tar("in/1.tar", ["c.png": png("c")])
        #expect(try folder.plan("in/*.tar", selecting: InputSelection(exclude: ["0.tar"])).keys == ["1/c.png"])
        #expect(try folder.plan("in/*.tar", selecting: InputSelection(exclude: ["*.gif"], limit: 1)).items.count == 1)
    }

    @Test func everyNameOfAPictureIsAnEntry() throws {
        var tar = TarFile()
        tar.add("deep/a.png", png("a"))
        tar.add("hard.png", type: "1", link: "deep/a.png")
        tar.add("deep/soft.png", type: "2", link: "../hard.png")
        tar.add("loop.png", type: "2", link: "loop.png")
        tar.end()
        folder.write("0.tar", tar.bytes)
        let plan = try folder.plan("0.tar")
        #expect(plan.keys == ["0/deep/a.png", "0/hard.png", "0/deep/soft.png"])
        #expect(Set(plan.files.map(\.offset)).count == 1 && plan.skipped.danglingLinks == 1)
    }

    @Test func textsOfOneStemAreColumns() throws {
        folder.tar(
            "0.tar",
            [
                "001.json": text(#"{"caption": "from json", "width": 3, "key": "001"}"#), "001.png": png("1"),
                "001.txt": text("a harbour\n"),
                "deep/001.png": png("2"), "001.cls": text("7"), "other.txt": text("of no picture"),
            ])
        let plan = try folder.plan("0.tar", prompt: "Is this {{txt}}, {{caption}}, {{width}}, {{key}}?", limit: 1)
        #expect(plan.items[0].prompt == "Is this a harbour, from json, 3, 0/001.png?")
        #expect(
            plan.items[0].extra == [
                "caption": .string("from json"), "width": .integer(3), "key": .string("001"), "txt": .string("a harbour"),
                "cls": .string("7"),
            ])
        let all = try folder.plan("0.tar")
        #expect(all.items[1].extra.isEmpty && all.skipped.notPictures == 1)
    }

    /// `tar` packs a folder as its file system lists it, and `*.png *.txt` one behind the other.
    @Test func textsNeedNotStandBesideTheirPicture() throws {
        folder.tar(
            "0.tar",
            ["b.txt": text("B"), "a.png": png("a"), "b.png": png("b"), "c.png": png("c"), "a.txt": text("A"), "c.json": text("[1]")])
        let plan = try folder.plan("0.tar")
        #expect(plan.items.map(\.extra) == [["txt": .string("A")], ["txt": .string("B")], ["json": .array([.integer(1)])]])
        #expect(plan.skipped.total == 0)
    }

    @Test func namesWithDotsKeepTheirTexts() throws {
        folder.tar(
            "0.tar",
            [
                "2024.05.01.png": png("1"), "2024.05.01.txt": text("one"), "2024.05.02.png": png("2"), "2024.05.02.txt": text("two"),
                "x.png": png("x"), "x.seg.png": png("y"), "x.txt": text("both"), "x.seg.txt": text("seg"),
            ])
        let plan = try folder.plan("0.tar")
        let seg = ["txt": JSONValue.string("both"), "seg.txt": .string("seg")]
        #expect(plan.items.map(\.extra) == [["txt": .string("one")], ["txt": .string("two")], seg, ["txt": .string("seg")]])
    }

    @Test func whatCannotBeReadIsSaidInOneLine() {
        func refused(_ input: String, prompt: String = "Describe.") -> String? {
            sentence { () throws(InputError) in try folder.plan(input, prompt: prompt) }
        }
        folder.write("a.tar.gz", [0x1F, 0x8B, 8, 0])
        #expect(
            refused("a.tar.gz")?.hasPrefix("a.tar.gz is a tar archive compressed with gzip; unpack it (gzip -d) and name the tar file")
                == true)
        folder.write("sheet.xlsx", [0x50, 0x4B, 3, 4])
        #expect(refused("sheet.xlsx")?.hasPrefix("sheet.xlsx is an Excel workbook") == true)
        var zip = ZipFile()
        zip.add("a.png", png("a"), method: 8)
        zip.add("b.png", png("a"), flags: 1)
        folder.write("a.zip", zip.bytes())
        #expect(
            refused("a.zip")?.contains("2 members that cannot be read in place: a.zip/a.png (compressed), a.zip/b.png (encrypted)") == true)
        let whole = folder.tar("b.tar", ["a.png": png("a"), "b.png": [UInt8](repeating: 0, count: 900)])
        folder.write("cut.tar", contents(whole).prefix(1_600))
        #expect(refused("cut.tar")?.hasPrefix("cut.tar is cut off: it ends in the middle of b.png") == true)
        folder.write("bad.tar", contents(whole).prefix(1_024) + [UInt8](repeating: 7, count: 600))
        #expect(refused("bad.tar")?.hasPrefix("bad.tar is damaged: what stands at byte 1024 describes no member") == true)
        folder.tar("c.tar", ["a.png": png("a"), "a.json": text("{\"x\": }")])
        #expect(refused("c.tar") == "c.tar/a.json is not JSON, line 1, column 7: unexpected character")
        folder.tar("d.tar", ["a.png": png("a"), "a.txt": [0x66, 0xFC]])
        #expect(refused("d.tar")?.hasPrefix("d.tar/a.txt is not UTF-8") == true)
        #expect(
            refused("b.tar", prompt: "{{title}}")?.hasPrefix("b.tar/a.png: the prompt asks for {{title}}, but there is no column title")
                == true)
        #expect(refused("b.tar", prompt: "")?.hasPrefix("there is no prompt") == true)
    }

    @Test func whereOnePictureIsMeantAnArchiveIsRefused() {
        folder.tar("a.tar", ["a.png": png("a")])
        folder.write("list.jsonl", text: #"{"image": "a.tar"}"#)
        let said = sentence { () throws(InputError) in try folder.plan("list.jsonl") }
        #expect(
            said
                == "list.jsonl, line 1: a.tar is an archive; give it as an input of its own, and the pictures in it are read where they stand"
        )
    }

    /// Of two members of one name the archive does not say which is meant.
    @Test func oneNameTwiceIsOneEntryOrRefused() throws {
        folder.tar("same.tar", ["a.png": png("a"), "b.png": png("b"), "./a.png": png("a")])
        #expect(try folder.plan("same.tar").keys == ["same/a.png", "same/b.png"])
        folder.tar("0.tar", ["a.png": png("a"), "./a.png": png("b")])
        let said = sentence { () throws(InputError) in try folder.plan("0.tar") }
        #expect(said?.hasPrefix("the key 0/a.png stands for different pictures") == true)
    }

    @Test func theSameBytesAreTheSameWhereverTheyLie() throws {
        folder.tar("0.tar", ["pad.txt": text("pad"), "a.png": png("a")])
        folder.write("a.png", png("a"))
        let drafts = try folder.plan("0.tar", "a.png").items.map { try Drafter.draft($0, settings: .test(), knownDigest: { _ in nil }) }
        #expect(drafts.count == 2 && drafts[0].fingerprint == drafts[1].fingerprint)
        let byPlace = try folder.plan("0.tar", "a.png").items.map {
            try Drafter.draft($0, settings: .test(identity: .path), knownDigest: { _ in nil })
        }
        #expect(byPlace[0].fingerprint != byPlace[1].fingerprint)
    }

    @Test(arguments: IdentityMode.allCases) func inAChangedArchiveAMemberIsLookedForByItsName(identity: IdentityMode) throws {
        folder.tar("0.tar", ["a.png": png("a"), "b.png": png("b")])
        let items = try folder.plan("0.tar").items
        let drafts = try items.map { try Drafter.draft($0, settings: .test(identity: identity), knownDigest: { _ in nil }) }
        folder.tar("0.tar", ["first.txt": text(String(repeating: "x", count: 700)), "b.png": png("b")])
        let request = { (draft: JobDraft) in CaptionRequest(model: "sim-1", prompt: "Describe.", images: draft.images) }
        let now = try Drafter.redraft(request(drafts[1]), provider: "simulator")
        guard case .file(let file) = now.images[0] else { return }
        #expect(file.slice?.offset == 2_048 && file.slice?.member == text("b.png"))
        #expect((now.fingerprint == drafts[1].fingerprint) == (identity == .bytes))
        let gone = #expect(throws: InputError.self) { try Drafter.redraft(request(drafts[0]), provider: "simulator") }
        #expect(gone?.description.hasSuffix("0.tar no longer holds a.png; restore it or take it out of the input") == true)
    }

    @Test func anArchiveThatChangesBetweenTwoReadingsIsReadAsItIs() throws {
        folder.tar("0.tar", ["a.png": png("a")])
        let item = try folder.plan("0.tar").items[0]
        folder.tar("0.tar", ["before.png": png("x"), "a.png": png("other")])
        let draft = try Drafter.draft(item, settings: .test(), knownDigest: { _ in nil })
        guard case .file(let file) = draft.images[0] else { return }
        #expect(file.digest == png("other").sha256 && file.slice?.offset == 1_536)
    }
}

extension BatchSettings {
    fileprivate static func test(identity: IdentityMode = .bytes) -> BatchSettings {
        BatchSettings(name: "b", profile: Profile(name: "simulator"), model: "sim-1", prompt: "Describe.", identity: identity)
    }
}

extension TemporaryFolder {
    fileprivate func plan(_ input: String, prompt: String, limit: Int) throws(InputError) -> TestPlan {
        try plan(input, selecting: InputSelection(exclude: ["deep"], limit: limit), prompt: prompt)
    }
}

private func contents(_ path: FilePath) -> [UInt8] { (try? PictureBytes.read(path, first: 1 << 20)) ?? [] }
