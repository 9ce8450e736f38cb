import CutlineCore
import SystemPackage

/// Finds the place of each caption file and writes it there.
struct SidecarWriter {
    /// Nil: beside the pictures.
    private let root: Folder?
    private let sets: [[String]]
    private let style: SidecarStyle
    private var names: SidecarNames
    /// The last one, since pictures of one folder follow each other.
    private var open: (path: FilePath, folder: Folder)?

    init(below root: Folder?, _ order: ExportRequest, _ style: SidecarStyle) {
        (self.root, self.style) = (root, style)
        sets = order.sets
        names = SidecarNames(fileExtension: style.fileExtension, isPortable: order.hasPortableNames)
    }

    /// The caption file of a record where it stands already.
    mutating func existing(_ record: Record, set: Int) throws -> FilePath? {
        guard let (folder, name) = try find(try place(of: record, set: set), creating: false) else { return nil }
        return try folder.kind(name) == .nothing ? nil : folder.path.appending(name)
    }

    mutating func write(_ caption: [UInt8], of record: Record, set: Int, _ report: inout ExportReport) throws {
        let place = try place(of: record, set: set)
        guard let (folder, name) = try find(place, creating: true) else { return }
        for remark in place.remarks { report.remark(remark, record) }
        var bytes = caption
        if style.existing == .append, let before = try Self.content(of: name, in: folder) {
            guard !before.hasLastLines(caption) else { throw Omission.captionFileExists }
            bytes = before + (before.isEmpty || before.last == 0x0A ? [] : [0x0A]) + caption
            report.remark(.appended, record)
        }
        let isReplacing = style.existing == .overwrite || bytes.count != caption.count
        guard try Self.put(bytes, as: name, in: folder, replacing: isReplacing) else { throw Omission.captionFileExists }
    }

    mutating func end() throws {
        try (root ?? open?.folder)?.syncAll()
        open = nil
    }

    // MARK: - Places

    private mutating func place(of record: Record, set: Int) throws(Omission) -> SidecarNames.Place {
        let file = try record.onlyFile()
        do {
            try PictureStream.check(file)
        } catch {
            // In a folder of its own the text is still right; the pictures may have moved to where the texts go.
            guard root != nil, error == .pictureGone else { throw error }
        }
        return try root == nil ? names.beside(file, record) : names.below(sets[set], file, record)
    }

    /// Nil where the folder does not exist.
    private mutating func find(
        _ place: SidecarNames.Place, creating: Bool
    ) throws(ExportError) -> (folder: Folder, name: FilePath.Component)? {
        if let open, open.path == place.folder { return (open.folder, place.name) }
        guard let folder = try folder(place.folder, creating: creating) else { return nil }
        open = (place.folder, folder)
        return (folder, place.name)
    }

    private func folder(_ path: FilePath, creating: Bool) throws(ExportError) -> Folder? {
        guard var folder = root else { return try Folder(at: path) }
        for name in path.components {
            if !creating, try folder.kind(name) == .nothing { return nil }
            folder = try folder.subfolder(name, creating: creating)
        }
        return folder
    }

    // MARK: - Files

    private static let temporary = FilePath.Component(".cutline-export.part")

    /// False where the name is taken and nothing may be replaced.
    private static func put(
        _ bytes: [UInt8], as name: FilePath.Component, in folder: Folder, replacing: Bool
    ) throws(ExportError) -> Bool {
        if !replacing, try folder.kind(name) != .nothing { return false }
        // Left behind by one that was killed.
        folder.remove(temporary)
        let file = try folder.create(temporary)
        do {
            try file.closeAfter { try file.writeWhole(bytes) }
        } catch {
            folder.remove(temporary)
            throw .cannotWrite(folder.path.appending(name), error as? Errno ?? .ioError)
        }
        if replacing {
            try folder.rename(temporary, to: name, in: folder)
            return true
        }
        defer { folder.remove(temporary) }
        return try folder.link(temporary, as: name)
    }

    /// Nil where there is no file of its own.
    private static func content(of name: FilePath.Component, in folder: Folder) throws(ExportError) -> [UInt8]? {
        guard let file = try folder.openForReading(name) else { return nil }
        do {
            return try file.closeAfter {
                var bytes: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 65_536)
                while case let count = try piece.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 { bytes += piece[..<count] }
                return bytes
            }
        } catch {
            throw .cannotWrite(folder.path.appending(name), error as? Errno ?? .ioError)
        }
    }
}

extension [UInt8] {
    /// Whether it ends with these lines, and they begin a line.
    fileprivate func hasLastLines(_ lines: [UInt8]) -> Bool {
        let text = last == 0x0A ? dropLast() : self[...]
        guard text.count >= lines.count, text.suffix(lines.count).elementsEqual(lines) else { return false }
        return text.count == lines.count || text[text.endIndex - lines.count - 1] == 0x0A
    }
}
