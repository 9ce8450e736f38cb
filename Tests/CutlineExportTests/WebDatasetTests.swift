import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineExport

struct WebDatasetTests {
    fileprivate let folder = TemporaryFolder(inMemory: true)
    fileprivate var set: FilePath { folder.path.appending("set") }

    private func record(_ id: Int64, _ content: String) -> Record {
        .make(id: id, key: "\(id).JPG", caption: "c\(id)", pictures: [.file(folder.picture("photos/\(id).JPG", content, format: .jpeg))])
    }

    /// Names, and contents, of a shard's members; every header is held to what a header must be.
    fileprivate func members(_ shard: String) -> [(name: String, content: String)] {
        let bytes = contents(set.appending(shard))
        var members: [(String, String)] = []
        var position = 0
        while position + 1_024 < bytes.count {
            let header = Array(bytes[position..<position + 512])
            let name = String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self)
            let size = Int(String(decoding: header[124..<135], as: UTF8.self), radix: 8)!
            #expect(header == TarWriter.header(name, size: Int64(size)))
            members.append((name, String(decoding: bytes[position + 512..<position + 512 + size], as: UTF8.self)))
            position += 512 + (size + 511) / 512 * 512
        }
        #expect(bytes[position...].elementsEqual(repeatElement(0, count: 1_024)))
        return members
    }

    @Test func aHeaderIsThatOfTheStandard() {
        let header = TarWriter.header("00000001.jpg", size: 0o1234)
        func field(_ range: Range<Int>) -> String { String(decoding: header[range].filter { $0 != 0 }, as: UTF8.self) }
        #expect(header.count == 512 && field(0..<100) == "00000001.jpg" && field(100..<108) == "0000644")
        #expect(field(108..<124) == "00000000000000" && field(124..<136) == "00000001234" && field(136..<148) == "00000000000")
        #expect(field(156..<157) == "0" && Array(header[257..<265]) == Array("ustar\u{0}00".utf8) && field(265..<329) == "")
        // Counted by hand: the sum of all bytes, with eight spaces in the sum's own field.
        let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        #expect(Array(header[148..<156]) == Array("0\(String(sum, radix: 8))\u{0} ".utf8))
    }

    @Test func aSampleIsPictureThenTexts() throws {
        #expect(try export(.webdataset(), to: .file(set), [record(1, "one"), record(42, String(repeating: "x", count: 512))]).total == 2)
        let found = members("data-000000.tar")
        #expect(found.map(\.name) == ["00000001.jpg", "00000001.json", "00000001.txt", "00000042.jpg", "00000042.json", "00000042.txt"])
        #expect(found[0].content == "one" && found[2].content == "c1" && found[3].content.utf8.count == 512)
        #expect(
            found[1].content
                == #"{"caption":"c1","key":"1.JPG","source":"examples/harbour.jpg","prompt":"Describe …","batch":"example","#
                + #""provider":"simulator","model":"sim-1","flags":"","extra":"{}"}"#)
        #expect(names(in: set) == ["data-000000.tar"])
    }

    @Test(arguments: [
        (ShardLimit(samples: 2), [2, 2, 1]), (ShardLimit(bytes: 6_143), [1, 1, 1, 1, 1]), (ShardLimit(bytes: 6_144), [2, 2, 1]),
        (ShardLimit(bytes: 1), [1, 1, 1, 1, 1]),
    ])
    func shardsEndAtTheirLimit(limit: ShardLimit, samples: [Int]) throws {
        _ = try export(.webdataset(limit), to: .file(set), (1...5).map { record($0, "picture \($0)") })
        #expect(names(in: set).sorted() == samples.indices.map { "data-00000\($0).tar" })
        #expect(samples.indices.map { members("data-00000\($0).tar").count / 3 } == samples)
    }

    @Test func aPictureThatChangedWhileItWasReadIsTakenBack() throws {
        var changed = record(2, "old!")
        folder.write("photos/2.JPG", text: "new!")
        guard case .file(var file) = changed.pictures[0] else { return }
        file.stamp = .of(file.path)
        changed.pictures = [.file(file)]
        let report = try export(
            .webdataset(ShardLimit(samples: 1)), to: .file(set), [record(1, "one"), changed, record(3, "three"), changed])
        #expect(report.leftOut.mapValues(\.count) == [.pictureChanged: 2])
        #expect(names(in: set).sorted() == ["data-000000.tar", "data-000001.tar"])
        #expect(members("data-000001.tar").map(\.name) == ["00000003.jpg", "00000003.json", "00000003.txt"])
    }

    @Test func anEarlierExportLosesItsShards() throws {
        _ = try export(.webdataset(ShardLimit(samples: 1)), to: .file(set), (1...3).map { record($0, "\($0)") })
        _ = try export(.webdataset(), to: .file(set), overwrite: true, [record(1, "1")])
        #expect(names(in: set) == ["data-000000.tar"] && members("data-000000.tar").count == 3)
        folder.write("set/data-x.tar", text: "mine")
        #expect(refusal { try export(.webdataset(), to: .file(set), overwrite: true, []) } == .folderTaken(set, by: "data-x.tar"))
    }

    @Test func theSameRecordsGiveTheSameShards() throws {
        let records = (1...30).map { record($0, String(repeating: "p", count: Int($0) * 40)) }
        let split = Split([Split.Part(name: "train", share: 0.7), Split.Part(name: "val", share: 0.3)], seed: 7)
        _ = try export(.webdataset(ShardLimit(samples: 4)), to: .file(set), split: split, records)
        let first = folder.tree(set)
        _ = try export(.webdataset(ShardLimit(samples: 4)), to: .file(folder.path.appending("again")), split: split, records)
        #expect(folder.tree(folder.path.appending("again")) == first && first.keys.contains("val/data-000000.tar"))
    }
}

extension WebDatasetTests {
    private func mixed() -> [Record] {
        [PictureFormat.jpeg, .png, .jpeg, .gif, .png].enumerated().map { index, kind in
            .make(
                id: Int64(index + 1), key: "\(index + 1)", pictures: [.file(folder.picture("photos/\(index)", "p\(index)", format: kind))])
        }
    }

    @Test func kindsAreCountedWhereTheyAreMixed() throws {
        #expect(try export(.webdataset(), to: .file(set), mixed()).kinds == [.jpeg: 2, .png: 2, .gif: 1])
    }

    @Test func eachKindIsASetOfItsOwn() throws {
        let order = ExportRequest(.webdataset(kinds: [.png, .jpeg]), to: .file(set))
        let report = try export(order, mixed())
        #expect(order.sets == [["png"], ["jpeg"]] && report.written == [2, 2] && report.leftOut.mapValues(\.keys) == [.otherKind: ["4"]])
        #expect(names(in: set) == ["png", "jpeg"])
        #expect(
            members("png/data-000000.tar").map(\.name).filter { !$0.hasSuffix("t") && !$0.hasSuffix("n") } == [
                "00000002.png", "00000005.png",
            ])
    }

    @Test func kindsHavePartsAndTheWholeIsReplaced() throws {
        let split = Split([Split.Part(name: "train", share: 0.5), Split.Part(name: "val", share: 0.5)])
        let order = ExportRequest(.webdataset(kinds: [.jpeg, .png]), to: .file(set), overwrite: true, split: split)
        for _ in 0..<2 { #expect(try export(order, mixed()).total == 4) }
        #expect(
            folder.tree(set).keys.sorted() == ["jpeg", "png"].flatMap { kind in ["train", "val"].map { "\(kind)/\($0)/data-000000.tar" } })
        _ = try export(.webdataset(), to: .file(set), overwrite: true, mixed())
        #expect(folder.tree(set).keys.sorted() == ["data-000000.tar"])
        _ = try export(order, mixed())
        folder.write("set/jpeg/train/mine.txt", text: "mine")
        #expect(refusal { try export(order, mixed()) } == .folderTaken(set, by: "jpeg"))
    }
}
