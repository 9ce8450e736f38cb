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

/// What several batches say of one picture.
struct GatheringTests {
    private let folder = TemporaryFolder(inMemory: true)
    private var out: FilePath { folder.path.appending("out") }

    private func record(_ id: Int64, _ batch: String, _ file: PictureFile, _ caption: String? = nil, key: String? = nil) -> Record {
        .make(
            id: id, key: key ?? file.path.lastComponent!.string, batch: batch, caption: caption ?? "\(batch) \(id)",
            pictures: [.file(file)],
            hasOwnKey: key != nil)
    }

    private func order(_ format: ExportFormat, _ batches: [String], joins: Bool = false) -> ExportRequest {
        var order = ExportRequest(format, to: .file(out))
        (order.batches, order.joins) = (batches, joins)
        return order
    }

    private func text(_ name: String = "") -> String {
        String(decoding: contents(name.isEmpty ? out : out.appending(name)), as: UTF8.self)
    }

    private func captions(_ report: ExportReport) -> Int { report.total }

    // MARK: - One caption a picture

    @Test(arguments: [ExportFormat.sidecar(), .imagefolder(), .webdataset(), .kohya])
    func theBatchThatIsNamedLastGoesFirst(format: ExportFormat) throws {
        let (a, b) = (folder.picture("a.png"), folder.picture("b.png"))
        let records = [record(1, "one", a), record(2, "one", b), record(3, "two", a), record(4, "two", b, "")]
        for (batches, kept) in [(["one", "two"], ["two 3", "one 2"]), (["two", "one"], ["one 1", "one 2"])] {
            let report = try export(order(format, batches), records)
            let all = folder.tree().filter { $0.key.hasPrefix("out") }.values.joined()
            let found = ["one 1", "one 2", "two 3"].filter { all.contains($0) }
            #expect(found == kept.sorted() && report.total == 2)
            #expect(report.leftOut[.otherBatch]?.count == (batches == ["one", "two"] ? 1 : 2))
            Folder.forget(out)
        }
    }

    @Test(arguments: [ExportFormat.jsonl(), .csv(), .coco, .openAIBatch])
    func formatsThatHoldSeveralKeepThemAll(format: ExportFormat) throws {
        let a = folder.picture("a.png")
        let report = try export(order(format, ["one", "two"]), [record(1, "one", a), record(2, "two", a)])
        #expect(report.total == 2 && text().contains("one 1") && text().contains("two 2") && report.leftOut.isEmpty)
    }

    @Test func cocoHasOneImageWithACaptionOfEachBatch() throws {
        let a = folder.picture("a.png")
        try export(order(.coco, ["one", "two"]), [record(1, "one", a), record(2, "two", a)])
        let value = try JSONValue(parsing: text().utf8)
        #expect(value["images"]?.array?.count == 1)
        #expect(value["annotations"]?.array?.map { $0["image_id"] } == [.integer(1), .integer(1)])
    }

    /// The same file, whatever it is called; not the same name, nor the same bytes.
    @Test func onePictureIsOneFileAndNotOneKey() throws {
        let (here, there, copy) = (folder.picture("x/a.png", "1"), folder.picture("y/a.png", "2"), folder.picture("z/a.png", "1"))
        let records = [
            record(1, "one", here), record(2, "two", there), record(3, "three", copy), record(4, "four", here, key: "another key"),
        ]
        let report = try export(order(.imagefolder(), ["one", "two", "three", "four"]), records)
        #expect(report.total == 3 && report.leftOut.mapValues(\.keys) == [.otherBatch: ["a.png"]])
        #expect(names(in: out) == ["00000002.png", "00000003.png", "00000004.png", "metadata.jsonl"])
    }

    @Test func aCaptionOfAnEarlierStateGivesWay() throws {
        var old = folder.picture("a.png", "old!")
        old.stamp.modified -= 1
        let new = folder.picture("a.png", "new!")
        let report = try export(order(.imagefolder(), ["new", "old"]), [record(1, "old", old, "stale"), record(2, "new", new, "fresh")])
        #expect(text("metadata.jsonl").contains("fresh") && report.leftOut.mapValues(\.count) == [.pictureChanged: 1])
    }

    @Test func severalCaptionsOfOneBatchStayAndAreSaid() throws {
        let a = folder.picture("a.png")
        let records = [record(1, "one", a, key: "k"), record(2, "one", a, key: "l"), record(3, "zero", a)]
        let report = try export(order(.webdataset(), ["zero", "one"]), records)
        #expect(report.total == 2 && report.remarks.mapValues(\.keys) == [.samePicture: ["l"]])
    }

    // MARK: - Together

    private func three() -> [Record] {
        let (a, b, c) = (folder.picture("a.png"), folder.picture("b.png"), folder.picture("c.png"))
        return [
            record(1, "long", a), record(2, "long", b), record(3, "tags", b, key: "photos/b.png"), record(4, "tags", c),
            record(5, "tags", a),
        ]
    }

    @Test func aJoinIsARecordAPicture() throws {
        let report = try export(order(.jsonl(), ["tags", "long"], joins: true), three())
        #expect(
            text() == """
                {"id":1,"key":"a.png","images":["examples/harbour.jpg"],"captions":{"tags":"tags 5","long":"long 1"},"extra":{}}
                {"id":2,"key":"b.png","images":["examples/harbour.jpg"],"captions":{"tags":"tags 3","long":"long 2"},"extra":{}}
                {"id":4,"key":"c.png","images":["examples/harbour.jpg"],"captions":{"tags":"tags 4","long":null},"extra":{}}

                """)
        #expect(report.written == [3] && report.gaps.mapValues(\.keys) == ["long": ["c.png"]] && report.leftOut.isEmpty)
    }

    @Test func aJoinedTableHasAColumnForEachBatch() throws {
        var order = order(.csv(), ["long", "tags"], joins: true)
        order.joinedFields = [.captions, .key]
        try export(order, three())
        #expect(text() == "long,tags,key\r\nlong 1,tags 5,a.png\r\nlong 2,tags 3,b.png\r\n,tags 4,c.png\r\n")
    }

    @Test func aColumnNeverHasTheNameOfAnother() throws {
        let a = folder.picture("a.png")
        let batches = ["key", "key_caption", "x_file_name", "=1"]
        try export(order(.csv(), batches, joins: true), batches.enumerated().map { record(Int64($0 + 1), $1, a) })
        #expect(text().hasPrefix("id,key,images,key_caption,key_caption_caption,x_file_name_caption,'=1,extra\r\n"))
    }

    @Test func joinedFoldersHaveTextsAlone() throws {
        let report = try export(order(.imagefolder(), ["long", "tags"], joins: true), three())
        #expect(
            text("metadata.jsonl") == """
                {"file_name":"00000001.png","long":"long 1","tags":"tags 5","key":"a.png","source":"examples/harbour.jpg","extra":"{}"}
                {"file_name":"00000002.png","long":"long 2","tags":"tags 3","key":"b.png","source":"examples/harbour.jpg","extra":"{}"}
                {"file_name":"00000004.png","long":"","tags":"tags 4","key":"c.png","source":"examples/harbour.jpg","extra":"{}"}

                """)
        #expect(report.written == [3] && names(in: out).count == 4)
    }

    @Test func joinedShardsHaveTheCaptionsInOneMember() throws {
        try export(order(.webdataset(), ["long", "tags"], joins: true), three())
        let bytes = text("data-000000.tar")
        #expect(bytes.contains(#"{"captions":{"long":"","tags":"tags 4"},"key":"c.png","#))
        #expect(bytes.contains("00000004.json") && !bytes.contains(".txt"))
    }

    @Test func aJoinTakesNothingThatWasSaidOfAnEarlierState() throws {
        var old = folder.picture("a.png", "old!")
        old.stamp.modified -= 1
        let new = folder.picture("a.png", "new!")
        let records = [record(1, "long", old, "stale"), record(2, "tags", new, "fresh")]
        let report = try export(order(.imagefolder(), ["long", "tags"], joins: true), records)
        #expect(text("metadata.jsonl").hasPrefix(#"{"file_name":"00000001.png","long":"","tags":"fresh","#))
        #expect(report.remarks.mapValues(\.count) == [.olderPicture: 1] && report.gaps["long"]?.count == 1)
    }

    @Test func ofSeveralCaptionsOfOneBatchAJoinHasTheLast() throws {
        let a = folder.picture("a.png")
        let records = [record(1, "tags", a, key: "k"), record(2, "tags", a, key: "l"), record(3, "tags", a, "", key: "m")]
        let report = try export(order(.jsonl(), ["tags"], joins: true), records)
        #expect(text().contains(#""captions":{"tags":"tags 2"}"#) && report.total == 1)
        #expect(report.remarks.mapValues(\.keys) == [.secondInBatch: ["k"]])
    }

    @Test func aTaskOfLabelStudioHasThePredictionsOfAllBatches() throws {
        let report = try export(order(.labelStudio(TaskLinks(root: folder.path)), ["long", "tags"]), three())
        let tasks = try #require(try JSONValue(parsing: text().utf8).array)
        #expect(report.total == 3 && tasks.count == 3)
        let predictions = tasks.map { $0["predictions"]?.array?.compactMap { $0["model_version"]?.string } ?? [] }
        #expect(predictions == [["sim-1 (long)", "sim-1 (tags)"], ["sim-1 (long)", "sim-1 (tags)"], ["sim-1 (tags)"]])
        let regions = tasks.flatMap { $0["predictions"]?.array?.compactMap { $0["result"]?[0]?["id"]?.string } ?? [] }
        #expect(Set(regions).count == 5)
    }

    @Test func addressesAreOnePictureToo() throws {
        let records = ["one", "two"].enumerated().map { index, batch in
            Record.make(id: Int64(index + 1), key: "k\(index)", batch: batch, caption: batch, pictures: [.url("https://x.invalid/a")])
        }
        try export(order(.jsonl(), ["one", "two"], joins: true), records)
        #expect(text().contains(#""captions":{"one":"one","two":"two"}"#))
    }

    // MARK: - What has left its input

    @Test(arguments: [false, true]) func whatHasLeftItsInputStaysOutUnlessAskedFor(isAsked: Bool) throws {
        var gone = record(2, "one", folder.picture("b.png"))
        gone.missingSince = Timestamp(milliseconds: 1_795_176_000_000)
        var order = order(.jsonl(), ["one"])
        order.keepsMissing = isAsked
        let report = try export(order, [record(1, "one", folder.picture("a.png")), gone])
        #expect(report.total == (isAsked ? 2 : 1) && report.leftOut[.missing]?.keys == (isAsked ? nil : ["b.png"]))
        #expect(text().contains(#""missing_since":"2026-11-20T12:00:00Z""#) == isAsked)
    }

    @Test func aPictureThatLeftIsNoCaptionOfAnotherBatch() throws {
        let a = folder.picture("a.png")
        var gone = record(2, "two", a)
        gone.missingSince = Timestamp(milliseconds: 1)
        let report = try export(order(.kohya, ["one", "two"]), [record(1, "one", a), gone])
        #expect(text().contains("one 1") && report.leftOut.mapValues(\.count) == [.missing: 1])
    }

    // MARK: - Memory

    /// 16 bytes an entry, whatever its key and its captions are.
    @Test func theLedgerFindsEachPicture() {
        var ledger = PictureLedger(batches: ["one", "two"])
        let records = (0..<20_000).map { number in
            Record.make(
                id: Int64(number + 1), batch: number < 10_000 ? "two" : "one", pictures: [.url("https://x.invalid/\(number % 10_000)")])
        }
        for record in records { ledger.note(record) }
        ledger.sort()
        for (number, record) in records.enumerated() {
            #expect(ledger.isSurpassed(record) == (number >= 10_000))
            #expect(ledger.entries(of: record) == [Int64(number % 10_000) + 10_001, Int64(number % 10_000) + 1])
        }
    }
}

extension Folder {
    /// Takes away what an export wrote.
    fileprivate static func forget(_ path: FilePath) {
        guard let parent = try? Folder(at: path.removingLastComponent()), let name = path.lastComponent else { return }
        if !parent.remove(name) { parent.removeTree(name) }
    }
}
