import CutlineCore
import SystemPackage

/// A file of rows that is read more than once: first to check all of it, then to add. It stays open, and must stay as it is.
final class RowFile: Sendable {
    enum Form: Sendable {
        /// One JSON object a line.
        case jsonLines
        /// One JSON list of objects.
        case objects
        case csv
        /// One path, glob or address a line.
        case list
        /// The same as one JSON list of texts.
        case names

        /// Whether its rows have columns.
        var hasColumns: Bool { self != .list && self != .names }
    }

    /// As the user wrote it.
    let name: String
    let form: Form
    /// Where relative paths begin; absolute.
    let folder: FilePath
    let lineEnd: LineEnd
    let dialect: CSVDialect
    /// Bytes of its byte-order mark.
    let markLength: Int
    /// What is read: the file itself, or a copy of it without a name.
    private let text: FileDescriptor
    /// What must not change: the file itself.
    private let file: FileDescriptor
    private let stamp: FileStamp

    /// - Parameters:
    ///   - form: Nil: the first bytes tell.
    ///   - currentFolder: Where names of a list begin that are not there beside the list.
    convenience init(
        _ path: FilePath, name: String, form: Form?, currentFolder: FilePath, temporaryFolder: FilePath
    ) throws(InputError) {
        let file: FileDescriptor
        do throws(Errno) { file = try .openForReading(path) } catch { throw InputError("the manifest \(name) cannot be read: \(error)") }
        try self.init(
            file, name: name, form: form, folders: [path.removingLastComponent(), currentFolder], temporaryFolder: temporaryFolder)
    }

    /// Copies all of `input` to a file without a name; its first bytes say what it holds.
    convenience init(spooling input: FileDescriptor, folder: FilePath, temporaryFolder: FilePath) throws(InputError) {
        let copy = try Spool.copy(input, named: "stdin", to: temporaryFolder)
        try self.init(copy, name: "stdin", form: nil, folders: [folder], temporaryFolder: temporaryFolder)
    }

    /// - Parameter folders: where relative paths may begin, the likeliest first.
    private init(_ file: FileDescriptor, name: String, form: Form?, folders: [FilePath], temporaryFolder: FilePath) throws(InputError) {
        (self.file, self.name) = (file, name)
        do throws(InputError) {
            stamp = try Self.stamp(of: file, name)
            text = try Spool.utf8(of: file, named: name, in: temporaryFolder) ?? file
        } catch {
            file.closeAfterReading()
            throw error
        }
        let head = try Spool.head(of: text, name)
        let shape = RowShape(head)
        let form = shape.jsonList ?? form ?? shape.form { text in folders.contains { FileFacts.isPresent($0.pushing(FilePath(text))) } }
        (self.form, lineEnd, markLength) = (form, shape.lineEnd, shape.markLength)
        dialect = CSVDialect(head: shape.head)
        folder = form.hasColumns ? folders[0] : Self.folder(of: shape, among: folders)
        if let objection = Self.objection(to: shape, named: name) { throw objection }
    }

    deinit {
        file.closeAfterReading()
        if text.rawValue != file.rawValue { text.closeAfterReading() }
    }

    /// Fills `buffer` from `offset` on; the number of bytes read, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(InputError) -> Int {
        do {
            return try text.read(fromAbsoluteOffset: offset, into: buffer)
        } catch {
            throw InputError("\(name) cannot be read: \(error)")
        }
    }

    /// What was checked must be what is added.
    func checkUnchanged() throws(InputError) {
        guard try Self.stamp(of: file, name) == stamp else {
            throw InputError("\(name) was changed while it was read; run again when it is complete")
        }
    }

    private static func stamp(of descriptor: FileDescriptor, _ name: String) throws(InputError) -> FileStamp {
        do throws(Errno) {
            let facts = try FileFacts(descriptor: descriptor)
            guard facts.kind == .regular else { throw .invalidArgument }
            return facts.stamp
        } catch {
            throw InputError("\(name) is not a regular file; name a file, or pipe it to `-`")
        }
    }

    /// A list's names begin beside the list, else where the program that wrote it most likely stood.
    private static func folder(of shape: RowShape, among folders: [FilePath]) -> FilePath {
        let end: (UInt8) -> Bool = { $0 == 0 || $0 == 0x0A || $0 == 0x0D }
        let names = shape.head.split(maxSplits: 20, whereSeparator: end).prefix(20).compactMap { String(validating: $0, as: UTF8.self) }
        let paths = names.map(WrittenName.bare).filter { !$0.isEmpty && !WebAddress.isMeant(by: $0) }.map { FilePath($0) }
        let isNamed = { (folder: FilePath) in paths.contains { FileFacts.isPresent(folder.pushing($0)) } }
        return folders.first(where: isNamed) ?? folders[0]
    }

    /// What was given in the place of a text.
    private static func objection(to shape: RowShape, named name: String) -> InputError? {
        if let format = PictureFormat(firstBytes: shape.head) {
            return InputError("\(name) is a picture (\(format.rawValue.uppercased())), not a list; save it as a file and name that")
        }
        if shape.looksLikeUTF16 { return InputError("\(name) is UTF-16 without the mark that says so; save it as UTF-8") }
        return KnownFile(named: name.utf8, content: Array(shape.head.prefix(KnownFile.sniffLength))).map {
            InputError($0.sentence(for: name))
        }
    }
}
