import CutlineCore
import SystemPackage

/// What an input on the command line is.
enum InputKind {
    case pictures
    case jobFile(FilePath)
    /// A manifest or a list. Nil: its first bytes tell its form.
    case rows(FilePath, RowFile.Form?)
    case standardInput

    init(_ input: String, from folder: FilePath) throws(InputError) {
        self = .pictures
        if input.utf8.elementsEqual("-".utf8) {
            self = .standardInput
            return
        }
        guard !WebAddress.isMeant(by: input), !input.utf8.contains(0) else { return }
        let path = folder.pushing(FilePath(input)).lexicallyNormalized()
        guard let ending = path.extension?.lowercased(), Self.endings.contains(ending) else { return }
        // A glob, or a path that is not there: found out where pictures are looked for.
        guard let facts = try? FileFacts(path: folder.pushing(FilePath(input))), facts.kind != .folder else { return }
        switch ending {
        case "json": self = Self.holdsRows(path) ? .rows(path, .jsonLines) : .jobFile(path)
        case "jsonl", "ndjson": self = .rows(path, .jsonLines)
        case "csv", "tsv", "tab": self = .rows(path, .csv)
        default: if try Self.isList(path, facts, input) { self = .rows(path, nil) }
        }
    }

    private static let endings: Set<String> = ["json", "jsonl", "ndjson", "csv", "tsv", "tab", "txt", "lst", "list"]

    /// A list, or rows under the name of a single object, as many tools save them.
    private static func holdsRows(_ path: FilePath) -> Bool {
        // What cannot be read is told by the reader of job files.
        guard var head = try? PictureBytes.read(path, first: RowShape.length) else { return false }
        if var transcoder = UTF16Transcoder(mark: head) {
            _ = transcoder.take(Array(head.dropFirst(2)))
            head = transcoder.takeText()
        }
        let shape = RowShape(head)
        return shape.jsonList != nil || shape.isJSONLines
    }

    /// A text that is no picture under the name of one, and no caption that came along with its picture.
    private static func isList(_ path: FilePath, _ facts: FileFacts, _ input: String) throws(InputError) -> Bool {
        guard facts.kind == .regular, facts.stamp.size > 0 else { return false }
        // What cannot be read is told where it is read.
        if case .picture? = try? Finding.look(at: path).0 { return false }
        if let picture = picture(beside: path) {
            throw InputError(
                "\(input.shortened()) stands beside \(picture.shortened()) as its caption; take it out of the input, or name the folder"
            ).ofOneEntry
        }
        return true
    }

    /// `a.jpg` where `a.txt` is asked about.
    private static func picture(beside path: FilePath) -> String? {
        guard let stem = path.stem else { return nil }
        for ending in ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "avif"] {
            for name in ["\(stem).\(ending)", "\(stem).\(ending.uppercased())"] {
                if FileFacts.isPresent(path.removingLastComponent().appending(name)) { return name }
            }
        }
        return nil
    }
}
