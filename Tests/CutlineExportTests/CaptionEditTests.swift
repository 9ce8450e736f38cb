import CutlineCore
import TestSupport
import Testing

@testable import CutlineExport

struct CaptionEditTests {
    private let folder = TemporaryFolder(inMemory: true)

    private func edited(_ edit: CaptionEdit, _ caption: String) -> String? {
        var report = ExportReport(sets: 1)
        return edit.applied(to: .make(caption: caption), &report).caption?.text
    }

    private func replacing(_ pairs: (String, String)...) -> CaptionEdit {
        CaptionEdit(replacements: pairs.map { .init(from: $0.0, to: $0.1) })
    }

    @Test func replacementsComeInTheirOrder() {
        #expect(edited(replacing(("cat", "dog"), ("dog", "sks dog")), "A cat and a cat.") == "A sks dog and a sks dog.")
        #expect(edited(replacing(("dog", "sks dog"), ("cat", "dog")), "A cat.") == "A dog.")
        #expect(edited(replacing((" of a cat", "")), "A photo of a cat.") == "A photo.")
    }

    @Test func textsAreTakenByTheirBytes() {
        #expect(edited(replacing(("Cat", "x"), (".*", "y")), "A cat. Cat") == "A cat. x")
        // To Swift these are one character, and another one than the letter.
        #expect(edited(replacing(("\r\n", "|")), "a\r\nb\nc")?.utf8.elementsEqual("a|b\nc".utf8) == true)
        #expect(edited(replacing((",", ";")), "a,\u{301}b")?.utf8.elementsEqual("a;\u{301}b".utf8) == true)
        #expect(edited(replacing(("\u{e9}", "e")), "e\u{301}")?.utf8.elementsEqual("e\u{301}".utf8) == true)
    }

    @Test func triggerWordsStandAroundWhatIsLeftAndOneLineIsOneLine() {
        let edit = CaptionEdit(replacements: [.init(from: "cat", to: "dog\n")], prefix: "cat\n", suffix: "\r\n, cat", isOneLine: true)
        #expect(edited(edit, "\u{2028}A\u{0B}cat") == "cat A dog , cat")
    }

    @Test func whereNothingIsLeftThereIsNoCaption() {
        let edit = CaptionEdit(replacements: [.init(from: "cat", to: " ")], prefix: "sks ")
        #expect(edited(edit, "cat") == "" && edited(edit, "") == "" && edited(edit, "a cat") == "sks a  ")
    }

    @Test(arguments: ["one\r\ntwo\n\n\u{2028}three\u{0B}four\u{85}five \u{301}six"])
    func lineBreaksBecomeSpaces(caption: String) {
        #expect(edited(CaptionEdit(isOneLine: true), caption)?.utf8.elementsEqual("one two three four five \u{301}six".utf8) == true)
    }

    /// Every format from which somebody trains, and the stored record stays what it is.
    @Test(arguments: [
        ExportFormat.jsonl(), .csv(), .sidecar(), .imagefolder(), .webdataset(), .coco, .kohya,
    ])
    func everyFormatHasTheWords(format: ExportFormat) throws {
        let record = Record.make(caption: "A cat\nsleeps.", pictures: [.file(folder.picture("harbour"))])
        var order = ExportRequest(format, to: .file(folder.path.appending("out")))
        order.edit = CaptionEdit(replacements: [.init(from: "cat", to: "dog")], prefix: "sks, ", suffix: " End", isOneLine: true)
        let report = try export(order, [record])
        let text = folder.tree().filter { $0.key.hasPrefix("out") }.values.joined()
        #expect(text.contains("sks, A dog sleeps. End") && !text.contains("cat"))
        #expect(report.remarks[.joinedLines]?.count == 1 && report.usedReplacements == [0])
        #expect(record.caption?.text == "A cat\nsleeps.")
    }

    @Test func aReplacementThatChangesNothingIsKnown() throws {
        var order = ExportRequest(.jsonl(), to: .file(folder.path.appending("out")))
        order.edit = replacing(("cow", "x"), ("cat", "x"))
        #expect(try export(order, [.make(caption: "A cat.")]).usedReplacements == [1])
    }
}
