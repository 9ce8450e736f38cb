import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineExport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct SidecarTests {
    private let folder = TemporaryFolder(inMemory: true)

    private func record(_ id: Int64, _ name: String, _ caption: String? = "A cat.", key: String? = nil) -> Record {
        .make(id: id, key: key ?? name, images: [name], caption: caption, pictures: [.file(folder.picture(name))], hasOwnKey: key != nil)
    }

    private func beside(style: SidecarStyle = SidecarStyle(), _ records: [Record]) throws -> ExportReport {
        try export(.sidecar(style), to: .pictures, records)
    }

    private func below(_ name: String, style: SidecarStyle = SidecarStyle(), split: Split? = nil, _ records: [Record]) throws
        -> ExportReport
    {
        try export(.sidecar(style), to: .file(folder.path.appending(name)), split: split, records)
    }

    /// The caption files.
    private func texts(_ ending: String = ".txt") -> [String: String] { folder.tree().filter { $0.key.hasSuffix(ending) } }

    @Test func theLastExtensionIsReplaced() throws {
        let report = try beside([record(1, "a/v1.2.final.JPG", "é\nsecond"), record(2, "b.png", nil)])
        #expect(texts() == ["a/v1.2.final.txt": "é\nsecond"])
        #expect(report.written == [1] && report.leftOut[.noCaption]?.count == 1 && report.remarks[.lineBreaks]?.count == 1)
        #expect(try beside(style: SidecarStyle(fileExtension: "caption"), [record(1, "a/v1.2.final.JPG")]).total == 1)
        #expect(texts(".caption") == ["a/v1.2.final.caption": "A cat."])
    }

    @Test func oneNameForTwoIsSolvedAndSaid() throws {
        let again = Record.make(id: 3, key: "again", caption: "three", pictures: [.file(folder.picture("cat.png"))], hasOwnKey: true)
        let once = Record.make(id: 4, key: "once", caption: "four", pictures: again.pictures, hasOwnKey: true)
        let report = try beside([record(1, "cat.jpg", "one"), record(2, "cat.png", "two"), again, once])
        #expect(texts() == ["cat.txt": "one", "cat.png.txt": "two", "cat.png-3.txt": "three", "cat.png-4.txt": "four"])
        #expect(report.remarks[.sharedStem]?.keys == ["cat.png"] && report.remarks[.secondCaption]?.keys == ["again", "once"])
    }

    @Test func existingFilesAreRefusedBeforeAnythingIsWritten() throws {
        folder.write("b.txt", text: "mine")
        let failure = refusal { try beside([record(1, "a.png"), record(2, "b.png")]) }
        #expect(failure == .captionFilesExist(1, first: folder.path.appending("b.txt")))
        #expect(texts() == ["b.txt": "mine"])
    }

    @Test(arguments: [
        (SidecarStyle.Existing.skip, "mine", 1, [Omission.captionFileExists: 1]), (.overwrite, "A cat.", 2, [:]),
        (.append, "mine\nA cat.", 2, [:]),
    ])
    func existingFilesAreTreatedAsAsked(existing: SidecarStyle.Existing, text: String, written: Int, leftOut: [Omission: Int]) throws {
        folder.write("b.txt", text: "mine")
        let report = try beside(style: SidecarStyle(existing: existing), [record(1, "a.png"), record(2, "b.png")])
        #expect(texts() == ["a.txt": "A cat.", "b.txt": text])
        #expect(report.total == written && report.leftOut.mapValues(\.count) == leftOut)
    }

    @Test func appendingTwiceAddsOnce() throws {
        folder.write("a.txt", text: "tag, tag\n")
        for _ in 0..<2 { _ = try beside(style: SidecarStyle(existing: .append), [record(1, "a.png")]) }
        #expect(texts() == ["a.txt": "tag, tag\nA cat."])
    }

    @Test func aMirrorHasThePathsBelowTheInput() throws {
        let web = Record.make(id: 5, key: "web", pictures: [.url("https://x.invalid/a")])
        let report = try below("out", [record(1, "deep/a.png"), record(2, "b.png", key: "../../k"), record(3, "deep/A.jpg"), web])
        #expect(texts() == ["out/deep/a.txt": "A cat.", "out/b.txt": "A cat.", "out/deep/A.txt": "A cat."])
        #expect(report.remarks.isEmpty && report.leftOut[.onTheWeb]?.count == 1)
        #expect(names(in: folder.path) == ["out", "deep", "b.png"])
    }

    /// Laid over the pictures, the files must fit; a name is harmless where nobody reads it as anything else.
    @Test(arguments: [
        "-o.png", "~home.png", "CON.png", "10:30:00.png", "line\nbreak.png", "dot..png", "two words .png", "b\\c.png", "a\\xe9.png",
        "caf\u{e9}.png", "cafe\u{301}.png", #"q"?*|<>.png"#,
    ])
    func aMirroredFileHasThePicturesOwnStem(name: String) throws {
        let file = folder.picture("deep/\(name)")
        let path = FilePath("deep/\(name)")
        let report = try below("out", [.make(id: 1, key: path.text, pictures: [.file(file)])])
        #expect(names(in: folder.path.appending("out/deep")).map { Array($0.utf8) } == [Array((name.dropLast(4) + ".txt").utf8)])
        #expect(report.remarks.isEmpty)
    }

    @Test func aMirroredFileHasTheBytesOfANameThatIsNotUTF8() throws {
        let path = folder.path.appending("caf").bytes + [0xE9] + Array(".png".utf8)
        var file = folder.picture("a.png")
        _ = FilePath(bytes: path).withPlatformString { to in file.path.withPlatformString { rename($0, to) } }
        file.path = FilePath(bytes: path)
        file.stamp = .of(file.path)
        _ = try below("out", [.make(id: 1, key: "caf\\xe9.png", pictures: [.file(file)])])
        #expect(FileStamp.of(FilePath(bytes: folder.path.appending("out/caf").bytes + [0xE9] + Array(".txt".utf8))).size == 10)
    }

    @Test func whatWouldLeaveTheFolderIsSaidByName() throws {
        let file = folder.picture("pics/a.png")
        let up = Record.make(id: 1, key: "up", images: ["../pics/a.png"], pictures: [.file(file)], hasOwnKey: true)
        let whole = Record.make(id: 2, key: "whole", images: [file.path.string], pictures: [.file(file)], hasOwnKey: true)
        let report = try below("out", [up, whole])
        #expect(texts().keys.sorted() == ["out\(file.path.removingLastComponent().string)/a.txt", "out/pics/a.txt"].sorted())
        #expect(report.remarks[.outsidePath]?.keys == ["up", "whole"])
    }

    @Test func portableNamesAreThoseThatWindowsTakes() throws {
        let pictures = ["CON.png", "10:30.png", "Case.png", "case.png", "dot./a.png", "plain.png"]
        let records = pictures.enumerated().map { record(Int64($0 + 1), $1) }
        var order = ExportRequest(.sidecar(), to: .file(folder.path.appending("out")))
        order.hasPortableNames = true
        let report = try export(order, records)
        #expect(
            texts().keys.sorted()
                == ["_CON", "10_30", "Case", "case-4", "dot_/a", "plain"].map { "out/\($0).txt" }.sorted())
        #expect(report.remarks[.portableName]?.keys == ["CON.png", "10:30.png", "case.png", "dot./a.png"])
    }

    @Test func aMirrorKeepsTheTextOfAPictureThatIsGoneAndNotOfAChangedOne() throws {
        let (gone, changed) = (record(1, "gone.png"), record(2, "changed.png"))
        unlink(folder.path.appending("gone.png").string)
        folder.write("changed.png", text: "another picture")
        let report = try below("out", [gone, changed])
        #expect(texts() == ["out/gone.txt": "A cat."] && report.leftOut[.pictureChanged]?.count == 1)
        #expect(try beside([gone]).leftOut[.pictureGone]?.count == 1)
    }

    @Test func partsAreFolders() throws {
        let split = Split([Split.Part(name: "train", share: 0.5), Split.Part(name: "val", share: 0.5)])
        let report = try below("out", split: split, (1...20).map { record($0, "\($0).png") })
        let found = texts().keys.map { $0.split(separator: "/")[1] }
        #expect(report.written == ["train", "val"].map { part in found.count { $0 == part } } && found.count == 20)
    }

    @Test func aLinkBelowTheFolderIsNotFollowed() throws {
        let other = TemporaryFolder(inMemory: true)
        mkdir(folder.path.appending("out").string, 0o755)
        symlink(other.path.string, folder.path.appending("out/deep").string)
        #expect(refusal { try below("out", [record(1, "deep/a.png")]) } == .leadsOut(folder.path.appending("out/deep")))
        #expect(other.tree().isEmpty)
    }

    @Test(arguments: SidecarStyle.Existing.allCases)
    func aLinkUnderTheNameIsNotWrittenThrough(existing: SidecarStyle.Existing) throws {
        let precious = folder.write("precious", text: "mine")
        symlink(precious.string, folder.path.appending("a.txt").string)
        _ = refusal { try beside(style: SidecarStyle(existing: existing), [record(1, "a.png")]) }
        #expect(contents(precious) == Array("mine".utf8))
        #expect(contents(folder.path.appending("a.txt")) == Array((existing == .overwrite ? "A cat." : "mine").utf8))
    }

    @Test func aNameThatIsTooLongIsLeftOutAndAFailedExportLeavesNoNewFolder() throws {
        let long = String(repeating: "n", count: 250) + ".png"
        #expect(try beside(style: SidecarStyle(fileExtension: "caption"), [record(1, long)]).leftOut[.nameTooLong]?.count == 1)
        struct Broken: Error {}
        let first = record(1, "a.png")
        #expect(throws: Broken.self) {
            try Exporter.export(
                ExportRequest(.sidecar(), to: .file(folder.path.appending("out"))),
                RecordSource {
                    var pages = [[first]]
                    return {
                        guard let page = pages.popLast() else { throw Broken() }
                        return page
                    }
                })
        }
        #expect(names(in: folder.path) == [long, "a.png"])
    }

    @Test func filesBesideComeOneByOneAndWhole() throws {
        for _ in 0..<2 { _ = try beside(style: SidecarStyle(existing: .overwrite), (1...50).map { record($0, "\($0).png") }) }
        #expect(texts().count == 50 && names(in: folder.path).count == 100, "nothing hidden is left")
    }
}
