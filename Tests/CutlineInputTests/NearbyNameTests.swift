import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

/// Names that are written otherwise than the files are called.
struct NearbyNameTests {
    private let folder = TemporaryFolder.make(pictures: "photos/cats/One.JPG", "photos/Käse.png", "photos/cat_1.jpg", "photos/my cat.jpg")

    private func list(_ lines: String...) throws(InputError) -> TestPlan {
        folder.write("list.txt", text: lines.joined(separator: "\n"))
        return try folder.plan("list.txt")
    }

    @Test(arguments: [
        (#"photos\cats\One.JPG"#, "photos/cats/One.JPG"), (#".\photos\cats\one.jpg"#, "photos/cats/One.JPG"),
        ("photos/cats/one.jpg", "photos/cats/One.JPG"), ("PHOTOS/Cats/ONE.jpg", "photos/cats/One.JPG"),
        ("photos/Ka\u{308}se.png", "photos/Käse.png"), ("photos/KA\u{308}SE.PNG", "photos/Käse.png"),
        (" photos/cat_1.jpg\t", "photos/cat_1.jpg"), ("\"photos/my cat.jpg\"", "photos/my cat.jpg"),
        ("'photos\\my cat.jpg'", "photos/my cat.jpg"), ("photos/my%20cat.jpg", "photos/my cat.jpg"),
        ("photos/../Photos/cat_1.jpg", "photos/cat_1.jpg"),
    ])
    func oneFileThatFitsIsTaken(written: String, key: String) throws {
        let plan = try list(written)
        #expect(plan.keys.map { Array($0.utf8) } == [Array(key.utf8)])
        #expect(plan.paths.map(\.lastComponent) == [FilePath(key).lastComponent])
        #expect(plan.notes.count == 1)
    }

    @Test func itIsSaidOnceForEachKindWithACountAndAnExample() throws {
        let plan = try list(#"photos\cat_1.jpg"#, #"photos\my cat.jpg"#, "photos/CATS/one.jpg", "photos/cat_1.jpg")
        #expect(
            plan.notes == [
                #"note: 2 names were paths as Windows writes them: photos\cat_1.jpg is photos/cat_1.jpg"#,
                "note: 1 name differed in upper and lower case from the file's: photos/CATS/one.jpg is photos/cats/One.JPG",
            ])
        #expect(try folder.plan("photos").notes.isEmpty)
    }

    @Test func everyPlaceThatNamesAFileIsHeld() throws {
        folder.write("rows.csv", text: "image\nPhotos\\Cat_1.JPG\n")
        folder.write("jobs.json", text: #"{"images": ["PHOTOS/cats"], "jobs": [{"key": "k", "images": ["photos\\KÄSE.png"]}]}"#)
        #expect(try folder.plan("Photos").keys == ["Käse.png", "cat_1.jpg", "cats/One.JPG", "my cat.jpg"])
        #expect(try folder.plan("Photos").batchName == "photos")
        #expect(try folder.plan("ROWS.CSV").keys == ["photos/cat_1.jpg"])
        #expect(try folder.plan("Jobs.json").keys == ["photos/cats/One.JPG", "k"])
        #expect(try folder.plan("Photos/*.jpg").keys == ["cat_1.jpg", "my cat.jpg"])
        #expect(try folder.plan(#"photos\cats\*"#).keys == ["One.JPG"])
        #expect(try folder.plan("file://\(folder.path.string)/photos/my%20cat.jpg").keys == ["my cat.jpg"])
    }

    @Test func whatIsThereIsTakenAsItIsWritten() throws {
        folder.write(#"photos\cat_1.jpg"#, png("other"))
        folder.write("photos/CAT_1.jpg", png("upper"))
        let plan = try list(#"photos\cat_1.jpg"#, "photos/cat_1.jpg", "photos/CAT_1.jpg")
        #expect(plan.keys == [#"photos\cat_1.jpg"#, "photos/cat_1.jpg", "photos/CAT_1.jpg"])
        #expect(plan.notes.isEmpty)
    }

    @Test func twoFilesThatFitAreNotChosenFrom() {
        folder.write("photos/CAT_1.jpg", png("upper"))
        #expect(
            sentence { () throws(InputError) in try list("photos/Cat_1.jpg") }
                == "list.txt, line 1: there is no file or folder photos/Cat_1.jpg; photos/CAT_1.jpg and photos/cat_1.jpg differ in case; write the one that is meant"
        )
    }

    @Test(arguments: [
        ("photos/cat1.jpg", "photos/cat1.jpg; the nearest name is photos/cat_1.jpg"),
        ("photos/cat_1.png", "photos/cat_1.png; the nearest name is photos/cat_1.jpg"),
        ("photos/cat_1", "photos/cat_1; the nearest name is photos/cat_1.jpg"),
        ("photo/cat_1.jpg", "photo/cat_1.jpg; the nearest name is photos"),
        (#"photos\cta_1.jpg"#, #"photos\cta_1.jpg; the nearest name is photos/cat_1.jpg"#),
        ("photos/zebra.png", "photos/zebra.png; check the path"),
        (
            #"C:\Users\me\a.jpg"#,
            #"C:\Users\me\a.jpg; it is a path on a Windows machine; write it as it is seen from here, below the list or with its folder"#
        ),
        ("www.host.invalid/a.jpg", "www.host.invalid/a.jpg; for an address give https://www.host.invalid/a.jpg"),
    ])
    func elseTheNearestNameIsShown(written: String, expected: String) {
        #expect(sentence { () throws(InputError) in try list(written) } == "list.txt, line 1: there is no file or folder \(expected)")
    }

    @Test func aPatternThatMatchesInAnotherCaseIsTold() {
        #expect(
            sentence { () throws(InputError) in try folder.plan("photos/*.JPG") }
                == "nothing matches photos/*.JPG; 2 names differ in case, as photos/cat_1.jpg")
    }

    @Test func excludedNamesNeedNotBeThere() throws {
        folder.write("l.csv", text: "image\nphotos/CATS/one.jpg\nphotos/cat_1.jpg\n")
        #expect(try folder.plan("l.csv", selecting: InputSelection(exclude: ["cats"])).keys == ["photos/cat_1.jpg"])
    }

    @Test func aLongListOfWrongNamesReadsAFolderOnce() throws {
        for index in 0..<100 { folder.write("many/IMG_\(index).JPG", png("\(index)")) }
        let names = (0..<400).map { "many/img_\($0 % 100).jpg" }
        folder.write("list.txt", text: names.joined(separator: "\n"))
        let before = processorTime()
        #expect(try folder.plan("list.txt").items.count == 100)
        #expect(processorTime() - before < 20)
    }
}

/// What is given in the place of pictures, called what it is.
struct KnownInputTests {
    private let folder = TemporaryFolder.make(pictures: "a.png")

    @Test(arguments: [
        ("x.xlsx", Array("PK\u{03}\u{04}".utf8), "is an Excel workbook; save the sheet as CSV and name that"),
        ("list.csv", Array("PK\u{03}\u{04}".utf8), "is a ZIP archive; name it as an input of its own, "),
        ("x.ods", Array("PK\u{03}\u{04}".utf8), "is an OpenDocument spreadsheet; save the sheet as CSV and name that"),
        (
            "x.parquet", Array("PAR1".utf8),
            "is a parquet file; save its pictures as files with a .csv or .jsonl of their names, and name that"
        ),
        ("x.arrow", [0xFF, 0xFF, 0xFF, 0xFF, 0], "is an Arrow file; "),
        ("x.7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "is a 7z archive; "),
        ("x.rar", Array("Rar!\u{1A}\u{07}".utf8), "is a RAR archive; "),
        ("x.tar.gz", [0x1F, 0x8B, 8], "is a tar archive compressed with gzip; "),
        ("list.csv.gz", [0x1F, 0x8B, 8], "is a file compressed with gzip; unpack it (gzip -d) and name what was in it"),
        ("x.nef", [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8], "is a RAW photograph; "),
        ("x.CR2", [0x49, 0x49, 0x2A, 0, 16, 0, 0, 0, 0x43, 0x52, 2], "is a RAW photograph; "),
        ("x.pdf", Array("%PDF-1.7".utf8), "is a PDF document; save its pages as pictures"),
        ("x.mp4", Array("\0\0\0\u{18}ftypmp42".utf8), "is a video; "),
        ("x.svg", Array("<svg xmlns='x'/>".utf8), "is an SVG drawing; "), ("x.psd", Array("8BPS".utf8), "is a Photoshop document; "),
        ("x.jxl", [0xFF, 0x0A], "is a picture in the form JPEG XL, which providers do not take; "),
        ("x.jpg", Array("<!DOCTYPE html><html>".utf8), "is an HTML page; download again what should be here"),
        ("list.txt", Array("<!DOCTYPE html><html>".utf8), "is an HTML page; download again what should be here"),
        ("x.jpg", Array("version https://git-lfs.github.com/spec/v1\n".utf8), "is a Git LFS pointer, not the file itself; "),
        ("list.csv", png(), "is a picture (PNG), not a list; "),
    ])
    func aFileIsCalledWhatItIs(name: String, bytes: [UInt8], expected: String) {
        folder.write(name, bytes)
        let said = sentence { () throws(InputError) in try folder.plan(name) }
        #expect(said?.hasPrefix("\(name) \(expected)") == true, "\(said ?? "nothing")")
    }

    @Test(arguments: [
        "data:image/png;base64," + String(repeating: "iVBORw0KGgo", count: 200),
        "/9j/" + String(repeating: "4AAQSkZJRg", count: 100),
    ])
    func aPictureWrittenOutIsCalledThat(text: String) {
        folder.write("l.csv", text: "image\n\(text)\n")
        folder.write("l.txt", text: text)
        folder.write("jobs.json", text: "{\"images\": [\"\(text)\"]}")
        for input in ["l.csv", "l.txt", "jobs.json"] {
            let said = sentence { () throws(InputError) in try folder.plan(input) } ?? ""
            #expect(said.contains("is a picture written out as text") && said.hasSuffix("; save it as a file and name that"))
            #expect(said.count < 300)
        }
    }

    @Test func noMessageIsLongerThanAScreen() {
        let long = String(repeating: String(repeating: "a", count: 120) + "/", count: 17) + "long.png"
        folder.write("l.jsonl", text: "{\"image\": \"\(long)\"}\n")
        folder.write(
            "k.jsonl", text: "{\"key\": \"\(long)\", \"image\": \"a.png\", \"n\": 1}\n{\"key\": \"\(long)\", \"image\": \"a.png\"}\n")
        folder.write("jobs.json", text: "{\"\(long)\": 1}")
        for input in [long, "l.jsonl", "k.jsonl", "jobs.json", "https:///\(long)", "\(long)*"] {
            let said = sentence { () throws(InputError) in try folder.plan(input) }
            #expect((said ?? long).count < 24 * 80)
        }
    }
}
