import CutlineCore
import SystemPackage

/// How pictures come into a folder.
package enum PictureTransfer: String, CaseIterable, Hashable, Sendable {
    /// The folder can be packed, moved and uploaded, and stays as it is whatever happens to the originals.
    case copy
    /// Symbolic links: no room, no protection.
    case link
    /// One file under two names: no room, on one file system.
    case hardlink
}

/// Hugging Face's imagefolder: pictures beside `metadata.jsonl`, whose lines say `file_name`, `text` and further columns.
///
/// Pictures are named by their entry's number. A name or folder with `train`, `test`, `val` or the like as a word would make the loader
/// build splits from those files alone and drop the metadata.
struct ImageFolder: RecordFolder {
    private let folder: Folder
    private let transfer: PictureTransfer
    /// Nil: one caption, `text`.
    private let join: JoinedColumns?
    private let metadata: FileDescriptor
    private var text = JSONText()

    static let marks = DatasetMarks(mark: Self.metadataName) { name in
        name == metadataName || DatasetColumns.rest(ofName: name).map { rest in endings.contains { rest == ".\($0)" } } ?? false
    }

    private static let metadataName = "metadata.jsonl"
    private static let endings = PictureFormat.allCases.map(\.fileExtension)

    init(_ folder: Folder, _ transfer: PictureTransfer, _ join: JoinedColumns?) throws(ExportError) {
        self.folder = folder
        self.transfer = transfer
        self.join = join
        metadata = try folder.create(FilePath.Component(Self.metadataName)!)
    }

    mutating func add(_ record: Record, _ report: inout ExportReport) throws {
        let captions = try captions(of: record)
        let file = try record.onlyFile()
        try file.refuseDamaged()
        guard file.format != .heic else { throw Omission.formatNotRead }
        let name = "\(DatasetColumns.name(of: record)).\(file.format.fileExtension)"
        try bring(file, as: FilePath.Component(name)!)
        if transfer != .copy, file.slice != nil { report.remark(.copiedFromArchive, record) }
        text.startOver()
        text.openObject()
        text.member("file_name", name)
        for (column, caption) in captions { text.member(column, caption) }
        DatasetColumns.add(record, to: &text)
        text.closeObject()
        text.raw("\n")
        if text.bytes.count >= 65_536 { try flush() }
    }

    /// By column. What a batch does not say is an empty text: readers settle a column's type by the first rows.
    private func captions(of record: Record) throws(Omission) -> [(column: String, text: String)] {
        guard let join else { return [("text", try record.captionText())] }
        try join.check(record)
        return zip(join.names(beside: Self.columns), join.captions(of: record)).map { ($0, $1 ?? "") }
    }

    private static let columns = ["file_name", "key", "source", "extra"]

    mutating func end() throws {
        try flush()
        try metadata.close()
    }

    private mutating func flush() throws {
        do throws(Errno) {
            try metadata.writeWhole(text.bytes)
        } catch {
            throw ExportError.cannotWrite(folder.path.appending(Self.metadataName), error)
        }
        text.removeAll()
    }

    private func bring(_ file: PictureFile, as name: FilePath.Component) throws {
        switch file.slice == nil ? transfer : .copy {
        case .copy: try folder.copy(file, as: name)
        case .link:
            try PictureStream.check(file)
            try folder.symlink(name, to: file.path)
        case .hardlink:
            try PictureStream.check(file)
            try folder.hardLink(name, to: file.path)
        }
    }
}

extension Folder {
    /// - Throws: `Omission` where the picture is not the one that was captioned; then nothing is left of it.
    fileprivate func copy(_ file: PictureFile, as name: FilePath.Component) throws {
        let picture = try PictureStream(file)
        let copy = try create(name)
        do {
            defer { try? copy.close() }  // What could not be written was said by the write.
            try picture.read { piece in
                do throws(Errno) {
                    try copy.writeWhole(Array(piece))
                } catch {
                    throw ExportError.cannotWrite(path.appending(name), error)
                }
            }
        } catch {
            remove(name)
            throw error
        }
    }
}
