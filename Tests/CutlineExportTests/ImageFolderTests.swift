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

struct ImageFolderTests {
    private let folder = TemporaryFolder(inMemory: true)
    private var set: FilePath { folder.path.appending("set") }

    private func record(_ id: Int64, _ name: String, _ content: String? = nil, _ format: PictureFormat = .png) -> Record {
        .make(id: id, key: name, images: ["photos/\(name)"], pictures: [.file(folder.picture("photos/\(name)", content, format: format))])
    }

    private func write(
        transfer: PictureTransfer = .copy, overwrite: Bool = false, split: Split? = nil, _ records: [Record]
    ) throws -> ExportReport {
        try export(.imagefolder(transfer), to: .file(set), overwrite: overwrite, split: split, records)
    }

    private func isLink(_ path: FilePath) -> Bool {
        var status = stat()
        lstat(path.string, &status)
        return status.st_mode & S_IFMT == S_IFLNK
    }

    @Test func picturesStandBesideTheirMetadata() throws {
        var first = record(1, "train/test.JPG", "one", .jpeg)
        first.caption?.text = "a \"b\"\n"
        first.caption?.finishReason = .length
        first.caption?.flags = [.truncated]
        first.extra = ["n": .integer(1)]
        _ = try write([first, record(123_456_789, "b.png", "two")])
        #expect(
            folder.tree(set) == [
                "00000001.jpg": "one", "123456789.png": "two",
                "metadata.jsonl": """
                {"file_name":"00000001.jpg","text":"a \\"b\\"\\n","key":"train/test.JPG","source":"photos/train/test.JPG",\
                "prompt":"Describe …","batch":"example","provider":"simulator","model":"sim-1","flags":"truncated","extra":"{\\"n\\":1}"}
                {"file_name":"123456789.png","text":"A harbour.","key":"b.png","source":"photos/b.png","prompt":"Describe …",\
                "batch":"example","provider":"simulator","model":"sim-1","flags":"","extra":"{}"}

                """,
            ])
        #expect(names(in: folder.path) == ["photos", "set"])
    }

    @Test(arguments: PictureTransfer.allCases) func picturesComeAsAsked(transfer: PictureTransfer) throws {
        let record = record(1, "a.png", "one")
        _ = try write(transfer: transfer, [record])
        let copy = set.appending("00000001.png")
        #expect(contents(copy) == Array("one".utf8))
        #expect(isLink(copy) == (transfer == .link))
        let isSameFile = FileStamp.of(copy).inode == FileStamp.of(folder.path.appending("photos/a.png")).inode
        #expect(isSameFile == (transfer != .copy))
    }

    @Test func whatCannotBeHeldIsCountedAndLeavesNothing() throws {
        var (changed, gone) = (record(2, "changed.png", "old!"), record(3, "gone.png"))
        // Of the same size and at the same time: its bytes alone tell.
        folder.write("photos/changed.png", text: "new!")
        changed.pictures = changed.pictures.map { picture in
            guard case .file(var file) = picture else { return picture }
            file.stamp = .of(file.path)
            return .file(file)
        }
        unlink(folder.path.appending("photos/gone.png").string)
        gone.caption?.text = "gone"
        let web = Record.make(id: 4, key: "web", pictures: [.url("https://x.invalid/a")])
        let report = try write([record(1, "a.png"), changed, gone, web, record(5, "x.heic", nil, .heic), .make(id: 6, caption: nil)])
        #expect(folder.tree(set).keys.sorted() == ["00000001.png", "metadata.jsonl"])
        #expect(report.total == 1)
        #expect(
            report.leftOut.mapValues(\.count)
                == [.pictureChanged: 1, .pictureGone: 1, .onTheWeb: 1, .formatNotRead: 1, .noCaption: 1])
    }

    @Test func anEarlierExportIsReplacedAndPeoplesFilesStay() throws {
        _ = try write([record(1, "a.png", "one"), record(2, "b.png", "two")])
        folder.write("set/README.md", text: "card")
        let before = folder.tree(set)
        #expect(refusal { try write([record(1, "a.png", "one")]) } == .folderExists(set))
        #expect(folder.tree(set) == before)
        _ = try write(overwrite: true, [record(2, "b.png", "changed"), record(3, "c.png", "three")])
        let after = folder.tree(set)
        #expect(after.keys.sorted() == ["00000002.png", "00000003.png", "README.md", "metadata.jsonl"])
        #expect(after["00000002.png"] == "changed" && after["README.md"] == "card")
        #expect(names(in: folder.path) == ["photos", "set"])
    }

    @Test func partsReplaceAWholeAndTheOtherWayRound() throws {
        let records = (1...20).map { record($0, "\($0).png") }
        let split = Split([Split.Part(name: "train", share: 0.5), Split.Part(name: "validation", share: 0.5)])
        _ = try write(records)
        let whole = folder.tree(set)
        let report = try write(overwrite: true, split: split, records)
        #expect(names(in: set) == ["train", "validation"])
        #expect(names(in: set.appending("train")).count == report.written[0] + 1)
        _ = try write(overwrite: true, records)
        #expect(folder.tree(set) == whole && names(in: set).count == 21)
    }

    @Test(arguments: ["photo.jpg", "00000009.jpg", "sub/x.txt"])
    func afolderThatIsNoExportIsNeverReplaced(name: String) throws {
        folder.write("set/\(name)", text: "mine")
        #expect(
            refusal { try write(overwrite: true, [record(1, "a.png")]) }
                == .folderTaken(set, by: name.split(separator: "/").first.map(String.init)))
        #expect(folder.tree(set) == [name: "mine"])
    }

    @Test func anExportWithSomethingElseInItIsNotReplaced() throws {
        _ = try write([record(1, "a.png")])
        folder.write("set/holiday.jpg", text: "mine")
        let before = folder.tree(set)
        #expect(refusal { try write(overwrite: true, [record(1, "a.png")]) } == .folderTaken(set, by: "holiday.jpg"))
        #expect(folder.tree(set) == before)
    }

    @Test func linksInAnEarlierExportAreReplacedAndNotFollowed() throws {
        let other = TemporaryFolder(inMemory: true)
        let precious = other.write("metadata.jsonl", text: "mine")
        _ = try write(transfer: .link, [record(1, "a.png", "one"), record(2, "b.png", "two")])
        unlink(set.appending("metadata.jsonl").string)
        symlink(precious.string, set.appending("metadata.jsonl").string)
        symlink(other.path.string, set.appending("train").string)
        #expect(refusal { try write(overwrite: true, [record(1, "a.png", "one")]) } == .folderTaken(set, by: "train"))
        unlink(set.appending("train").string)
        _ = try write(overwrite: true, [record(1, "a.png", "one")])
        #expect(contents(precious) == Array("mine".utf8) && !isLink(set.appending("metadata.jsonl")))
        #expect(contents(folder.path.appending("photos/b.png")) == Array("two".utf8), "the link went, not the picture")
        #expect(names(in: set) == ["00000001.png", "metadata.jsonl"])
    }

    @Test(arguments: [false, true]) func aFailureLeavesWhatWasThere(overwrite: Bool) throws {
        struct Broken: Error {}
        let first = record(1, "a.png", "one")
        if overwrite { _ = try write([first]) }
        let before = folder.tree()
        #expect(throws: Broken.self) {
            try Exporter.export(
                ExportRequest(.imagefolder(), to: .file(set), overwrite: overwrite),
                RecordSource {
                    var pages = [[first]]
                    return {
                        guard let page = pages.popLast() else { throw Broken() }
                        return page
                    }
                })
        }
        #expect(folder.tree() == before && names(in: folder.path) == (overwrite ? ["photos", "set"] : ["photos"]))
    }

    @Test func nothingIsVisibleBeforeTheEnd() throws {
        let first = record(1, "a.png", "one")
        var seen: [Set<String>] = []
        try Exporter.export(
            ExportRequest(.imagefolder(), to: .file(set)),
            RecordSource {
                var pages = [[first]]
                return {
                    seen.append(names(in: folder.path).filter { !$0.hasPrefix(".") })
                    return pages.popLast()
                }
            })
        #expect(seen == [["photos"], ["photos"]] && names(in: folder.path) == ["photos", "set"])
    }

    @Test func aFileOrNoFolderIsSaid() throws {
        folder.write("set", text: "file")
        #expect(refusal { try write(overwrite: true, []) } == .isFile(set))
        #expect(refusal { try export(.imagefolder(), to: .descriptor(1), []) } == .needsFolder)
        let nowhere = folder.path.appending("none/set")
        #expect(
            refusal { try export(.imagefolder(), to: .file(nowhere), []) }
                == .cannotWrite(nowhere.removingLastComponent(), .noSuchFileOrDirectory))
    }
}
