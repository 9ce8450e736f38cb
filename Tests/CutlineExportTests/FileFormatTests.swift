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

/// The formats that are one file, to the byte.
struct FileFormatTests {
    private let folder = TemporaryFolder(inMemory: true)
    private let nasty = "a\"\\\n\u{1B}\u{7F}é e\u{301}😀"
    private let escaped = #"a\"\\\n\u001b\u007f\u00e9 e\u0301\ud83d\ude00"#

    private func record(_ id: Int64, _ name: String, caption: String? = "A cat.") -> Record {
        .make(id: id, key: name, images: ["photos/\(name)"], caption: caption, pictures: [.file(folder.picture(name))])
    }

    private func written(_ format: ExportFormat, _ records: [Record]) throws -> (text: String, report: ExportReport) {
        let path = folder.path.appending("out")
        let report = try export(format, to: .file(path), overwrite: true, records)
        return (String(decoding: contents(path), as: UTF8.self), report)
    }

    // MARK: - COCO

    @Test func cocoListsPicturesThenCaptions() throws {
        var first = record(1, "ü/a.png", caption: nasty)
        first.pictures = [.file(folder.picture("ü/a.png", "GIF89a\u{3}\u{0}\u{2}\u{0}"))]
        let again = Record.make(id: 2, key: "again", images: ["photos/ü/a.png"], pictures: first.pictures, hasOwnKey: true)
        let web = Record.make(id: 3, key: "https://x.invalid/b c.jpg", pictures: [.url("https://x.invalid/b c.jpg")])
        let (text, report) = try written(.coco, [first, again, web])
        #expect(
            text == """
                {"images":[
                {"id":1,"file_name":"\\u00fc/a.png","width":3,"height":2},
                {"id":3,"file_name":"x.invalid/b c.jpg","coco_url":"https://x.invalid/b c.jpg"}
                ],"annotations":[
                {"id":1,"image_id":1,"caption":"\(escaped)"},
                {"id":2,"image_id":1,"caption":"A harbour."},
                {"id":3,"image_id":3,"caption":"A harbour."}
                ],"licenses":[],"info":{"description":"Captions, exported by Cutline","year":2026,"date_created":"2026-11-20T12:00:01Z"}}

                """)
        #expect(report.written == [3] && report.remarks.mapValues(\.count) == [.noSize: 1])
        #expect(try JSONValue(parsing: text.utf8)["categories"] == nil)
    }

    private func fileNames(_ text: String) throws -> [String] {
        try JSONValue(parsing: text.utf8)["images"]?.array?.compactMap { $0["file_name"]?.string } ?? []
    }

    @Test func cocoGivesEachPictureANameOfItsOwn() throws {
        let (one, two, upper) = (folder.picture("one/a.png"), folder.picture("two/a.png"), folder.picture("one/A.png"))
        let records = [
            Record.make(id: 1, key: "a.png", pictures: [.file(one)]), .make(id: 2, key: "a.png", pictures: [.file(two)]),
            .make(id: 3, key: "A.png", pictures: [.file(upper)]),
        ]
        let (text, report) = try written(.coco, records)
        #expect(try fileNames(text) == ["a.png", two.path.string, "A.png"])
        #expect(report.remarks[.wholePath]?.keys == ["a.png"])
    }

    /// Joined to the input's folder, a reference leads to the picture.
    @Test(arguments: [
        "Screenshot from 10:30:00.png", "CON.png", "-o.png", "deep/dot./a b\n.png", "cafe\u{301}.png", #"b\c.png"#, #"b\xe9.png"#,
    ])
    func cocoNamesThePictureByItsPath(name: String) throws {
        let file = folder.picture(name)
        let (text, report) = try written(.coco, [.make(id: 1, key: FilePath(name).text, pictures: [.file(file)])])
        #expect(try fileNames(text).map { Array($0.utf8) } == [Array(name.utf8)])
        #expect(report.remarks.keys.sorted { $0.rawValue < $1.rawValue } == [.noSize])
    }

    @Test(arguments: [("../pics/a.png", "../pics/a.png"), ("./pics/a.png", "pics/a.png"), ("pics/a.png", "pics/a.png")])
    func cocoNamesAPictureUnderAKeyOfOnesOwnAsItWasWritten(given: String, name: String) throws {
        let file = folder.picture("pics/a.png")
        let text = try written(.coco, [.make(id: 1, key: "k", images: [given], pictures: [.file(file)], hasOwnKey: true)]).text
        #expect(try fileNames(text) == [name])
    }

    @Test func cocoLeavesOutAPathThatIsNotUTF8() throws {
        var file = folder.picture("a.png")
        let path = FilePath(bytes: folder.path.appending("caf").bytes + [0xE9])
        _ = path.withPlatformString { to in file.path.withPlatformString { rename($0, to) } }
        file.path = path
        let report = try written(.coco, [.make(id: 1, key: #"caf\xe9"#, pictures: [.file(file)])]).report
        #expect(report.leftOut.mapValues(\.keys) == [.notUnicode: [#"caf\xe9"#]] && report.total == 0)
    }

    /// The same names that caption files get, so that both fit pictures that were renamed so.
    @Test func cocoHasPortableNamesWhenAsked() throws {
        let records = ["CON.png", "10:30.png", "Case.png", "case.png"].enumerated().map { record(Int64($0 + 1), $1) }
        var order = ExportRequest(.coco, to: .file(folder.path.appending("out")))
        order.hasPortableNames = true
        let report = try export(order, records)
        #expect(
            try fileNames(String(decoding: contents(folder.path.appending("out")), as: UTF8.self))
                == ["_CON.png", "10_30.png", "Case.png", "case-4.png"])
        #expect(report.remarks[.portableName]?.keys == ["CON.png", "10:30.png", "case.png"])
    }

    @Test func cocoHasNoCaptionOfAnEarlierState() throws {
        var old = folder.picture("a.png", "old!")
        old.stamp.modified -= 1
        let new = folder.picture("a.png", "new!")
        let records = [Record.make(id: 1, caption: "old", pictures: [.file(old)]), .make(id: 2, caption: "new", pictures: [.file(new)])]
        let (text, report) = try written(.coco, records)
        #expect(try JSONValue(parsing: text.utf8)["annotations"]?.array?.compactMap { $0["caption"]?.string } == ["new"])
        #expect(report.written == [1] && report.leftOut.mapValues(\.count) == [.pictureChanged: 1])
    }

    @Test func cocoWithoutRecordsIsWhole() throws {
        let text = try written(.coco, []).text
        #expect(
            text == "{\"images\":[\n],\"annotations\":[\n],\"licenses\":[],\"info\":{\"description\":\"Captions, exported by Cutline\"}}\n")
    }

    @Test func cocoSkipsWhatCameAfterItsFirstPass() throws {
        let (first, late) = (record(1, "a.png"), record(2, "b.png"))
        var passes = 0
        let path = folder.path.appending("out")
        let source = RecordSource {
            passes += 1
            var rest = [passes == 1 ? [first] : [first, late]]
            return { rest.popLast() }
        }
        #expect(try Exporter.export(ExportRequest(.coco, to: .file(path)), source).written == [1])
        let value = try JSONValue(parsing: contents(path))
        #expect(value["images"]?.array?.count == 1 && value["annotations"]?.array?.count == 1)
    }

    // MARK: - Label Studio

    @Test func labelStudioHasATaskForEachPicture() throws {
        var first = record(1, "a b/ü.png", caption: nasty)
        first.extra = ["t": .string("x")]
        let web = Record.make(id: 2, key: "w", caption: nil, pictures: [.url("https://x.invalid/a.jpg")])
        let (text, report) = try written(.labelStudio(TaskLinks(root: folder.path)), [first, web])
        #expect(
            text == """
                [
                {"data":{"image":"/data/local-files/?d=a%20b/%C3%BC.png","key":"a b/\\u00fc.png","source":"photos/a b/\\u00fc.png",\
                "prompt":"Describe \\u2026","batch":"example","provider":"simulator","model":"sim-1","flags":"","extra":"{\\"t\\":\\"x\\"}"},\
                "predictions":[{"model_version":"sim-1","result":[{"id":"caption-1","from_name":"caption","to_name":"image","type":"textarea",\
                "value":{"text":["\(escaped)"]}}]}]},
                {"data":{"image":"https://x.invalid/a.jpg","key":"w","source":"examples/harbour.jpg","prompt":"Describe \\u2026",\
                "batch":"example","provider":"simulator","model":"sim-1","flags":"","extra":"{}"}}
                ]

                """)
        #expect(report.written == [2])
    }

    @Test func labelStudioGetsNoNULAndNothingFromElsewhere() throws {
        var nul = record(1, "a.png")
        nul.key = "k\u{0}"
        nul.extra = ["\u{0}x": .array([.string("\u{0}")])]
        var gone = record(2, "gone.png")
        gone.pictures = [.file(folder.picture("gone.png"))]
        unlink(folder.path.appending("gone.png").string)
        let links = TaskLinks(prefix: "https://x.invalid/", root: folder.path.appending("below"))
        let (text, report) = try written(.labelStudio(TaskLinks(prefix: "https://x.invalid/", root: folder.path)), [nul, gone])
        #expect(!text.contains("u0000") && text.contains(#""image":"https://x.invalid/a.png","key":"k""#))
        #expect(report.remarks[.droppedNUL]?.count == 1 && report.written == [2], "it may be served from elsewhere")
        #expect(try written(.labelStudio(links), [nul]).report.leftOut[.outsideRoot]?.keys == ["k\u{0}"])
    }

    // MARK: - kohya

    @Test func kohyaHasAPathForEachPicture() throws {
        let first = record(1, "ü.png", caption: nasty)
        let second = Record.make(id: 2, key: "again", pictures: first.pictures)
        let (text, report) = try written(.kohya, [first, record(2, "b.png"), second])
        let root = folder.path.string
        #expect(text == "{\n\"\(root)/\\u00fc.png\":{\"caption\":\"\(escaped)\"},\n\"\(root)/b.png\":{\"caption\":\"A cat.\"}\n}\n")
        #expect(report.leftOut.mapValues(\.count) == [.nameTaken: 1])
        #expect(try written(.kohya, []).text == "{\n}\n")
    }

    // MARK: - OpenAI's batch output

    @Test func openAIBatchHasAnswersAndErrors() throws {
        var answered = record(1, "a.png")
        answered.caption?.requestID = "req_1"
        answered.caption?.finishReason = .length
        var silent = record(2, "b.png")
        silent.caption?.usage = Usage()
        let (text, report) = try written(.openAIBatch, [answered, silent, .failed(), .make(id: 9, caption: nil)])
        #expect(
            text == """
                {"id":"batch_req_1","custom_id":"a.png","response":{"status_code":200,"request_id":"req_1","body":{"id":"chatcmpl-1",\
                "object":"chat.completion","created":1795176001,"model":"sim-1","choices":[{"index":0,"message":{"role":"assistant",\
                "content":"A cat."},"finish_reason":"length"}],"usage":{"prompt_tokens":300,"completion_tokens":50,"total_tokens":350}}},"error":null}
                {"id":"batch_req_2","custom_id":"b.png","response":{"status_code":200,"request_id":"","body":{"id":"chatcmpl-2",\
                "object":"chat.completion","created":1795176001,"model":"sim-1","choices":[{"index":0,"message":{"role":"assistant",\
                "content":"A cat."},"finish_reason":"stop"}]}},"error":null}
                {"id":"batch_req_1","custom_id":"bad","response":null,"error":{"code":"image_rejected","message":"the picture was not accepted"}}

                """)
        #expect(report.leftOut.mapValues(\.count) == [.noAnswer: 1])
    }

    @Test func aKeyThatStandsInTwoBatchesIsToldApart() throws {
        var other = record(2, "a.png")
        other.batch = "other"
        let (text, report) = try written(.openAIBatch, [record(1, "a.png"), other])
        #expect(text.contains(#""custom_id":"a.png""#) && text.contains(#""custom_id":"other/a.png""#))
        #expect(report.remarks[.keyRepeated]?.count == 1)
    }

    // MARK: - All

    @Test(arguments: [
        ("coco", ExportFormat.coco, true), ("kohya", .kohya, false), ("label-studio", .labelStudio(TaskLinks(root: "/")), true),
    ])
    func whatAFormatCannotHoldIsCounted(name: String, format: ExportFormat, holdsURLs: Bool) throws {
        let file = ImageSource.file(folder.picture("a.png"))
        var changed = folder.picture("changed.png", "old")
        changed.stamp.modified -= 1
        folder.write("changed.png", text: "new")
        let records = [
            Record.make(id: 1, key: "none", caption: nil, pictures: [file]), .make(id: 2, key: "pair", pictures: [file, file]),
            .make(id: 3, key: "web", pictures: [.url("https://x.invalid/a")]), .make(id: 4, key: "changed", pictures: [.file(changed)]),
            .make(id: 5, key: "empty", caption: "", pictures: [file]), .make(id: 6, key: "good", pictures: [file]),
        ]
        let report = try written(format, records).report
        var expected: [Omission: Int] = [.severalPictures: 1, .pictureChanged: 1]
        if name != "label-studio" { expected[.noCaption] = 2 }
        if !holdsURLs { expected[.onTheWeb] = 1 }
        #expect(report.leftOut.mapValues(\.count) == expected)
        #expect(report.total + expected.values.reduce(0, +) == records.count)
        #expect(report.leftOut[.pictureChanged]?.keys == ["changed"])
    }

    @Test func partsAreFilesOfTheirOwn() throws {
        let records = (1...40).map { Record.make(id: Int64($0), pictures: [.url("https://x.invalid/\($0)")]) }
        let split = Split([Split.Part(name: "train", share: 0.5), Split.Part(name: "val", share: 0.5)], seed: 1)
        let report = try export(.jsonl(), to: .file(folder.path.appending("set.jsonl")), split: split, records)
        #expect(names(in: folder.path) == ["set-train.jsonl", "set-val.jsonl"])
        let lines = ["train", "val"].map { contents(folder.path.appending("set-\($0).jsonl")).count { $0 == 0x0A } }
        #expect(lines == report.written && lines.reduce(0, +) == 40 && lines.allSatisfy { $0 > 8 })
    }

    @Test func aPartThatStandsThereKeepsAllFromBeingWritten() throws {
        folder.write("set-b.jsonl", text: "mine")
        let split = Split([Split.Part(name: "a", share: 0.5), Split.Part(name: "b", share: 0.5)])
        #expect(refusal { try export(.jsonl(), to: .file(folder.path.appending("set.jsonl")), split: split, [.make()]) } != nil)
        #expect(folder.tree() == ["set-b.jsonl": "mine"])
    }
}
