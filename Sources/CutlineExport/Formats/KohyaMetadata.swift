import CutlineCore
import SystemPackage

/// The metadata file of sd-scripts: one object, a picture's absolute path → its caption. A path as the key is found wherever the training
/// starts, and does not run pictures of the same name in two folders together.
struct KohyaMetadata: RecordText {
    private var text = JSONText(isASCII: true)
    private var isFirst = true
    private var taken: Set<FilePath> = []

    var bytes: [UInt8] { text.bytes }
    mutating func removeAll() { text.removeAll() }

    mutating func begin(pass: Int) { text.raw("{") }

    mutating func add(_ record: Record, _ report: inout ExportReport) throws {
        let caption = try record.captionText()
        let file = try record.onlyFile()
        guard file.slice == nil else { throw Omission.inArchive }
        guard let path = String(validating: file.path) else { throw Omission.notUnicode }
        try PictureStream.check(file)
        // A key that stands twice is read as the last one.
        guard taken.insert(file.path).inserted else { throw Omission.nameTaken }
        text.raw(isFirst ? "\n" : ",\n")
        isFirst = false
        text.startOver()
        text.openObject(path)
        text.member("caption", caption)
        text.closeObject()
    }

    mutating func end(pass: Int) { text.raw("\n}\n") }
}
