import CutlineCore
import SystemPackage

/// Finds the place of each caption file and writes it there.
struct SidecarShelf {
    /// Nil: beside the pictures.
    private let root: Folder?
    private let split: Split?
    private let style: SidecarStyle
    /// Names that this export gave: exactly, beside pictures; without regard to case and composition below a folder of its own.
    private var takenPaths: Set<FilePath> = []
    private var takenNames: Set<String> = []
    /// The last one, since pictures of one folder follow each other.
    private var open: (path: FilePath, folder: Folder)?

    init(below root: Folder?, _ split: Split?, _ style: SidecarStyle) {
        self.root = root
        self.split = split
        self.style = style
    }

    /// The caption file of a record where it stands already.
    mutating func existing(_ record: Record, part: Int) throws -> FilePath? {
        guard let (folder, name) = try place(of: record, part: part, creating: false)?.found else { return nil }
        return try folder.kind(name) == .nothing ? nil : folder.path.appending(name)
    }

    mutating func write(_ caption: [UInt8], of record: Record, part: Int, _ report: inout ExportReport) throws {
        guard let place = try place(of: record, part: part, creating: true), let (folder, name) = place.found else { return }
        if place.isCleaned { report.remark(.cleanedName, record) }
        if place.isFullName { report.remark(.fullName, record) }
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

    // MARK: - Names

    private struct Place {
        /// Nil where the folder does not exist.
        var found: (folder: Folder, name: FilePath.Component)?
        var isCleaned = false
        var isFullName = false
    }

    private mutating func place(of record: Record, part: Int, creating: Bool) throws -> Place? {
        let file = try record.onlyFile()
        guard let root else {
            try PictureStream.check(file)
            return try placeBeside(file, record)
        }
        do {
            try PictureStream.check(file)
        } catch Omission.pictureGone {
            // Its text is still right; the pictures may have moved to where the texts go.
        }
        return try placeBelow(root, record, part: part, creating: creating)
    }

    private mutating func placeBeside(_ file: PictureFile, _ record: Record) throws -> Place {
        guard let last = file.path.lastComponent else { throw Omission.pictureUnreadable }
        let parent = file.path.removingLastComponent()
        let names = candidates(FilePath(root: nil, [last]).bytes, record)
        guard let index = names.firstIndex(where: { takenPaths.insert(parent.appending($0)).inserted }) else { throw Omission.nameTooLong }
        let folder = try folder(parent) { () throws(ExportError) in try Folder(at: parent) }
        return Place(found: folder.map { ($0, names[index]) }, isFullName: index > 0)
    }

    private mutating func placeBelow(_ root: Folder, _ record: Record, part: Int, creating: Bool) throws -> Place {
        let path = record.relativePath
        let folders = (split.map { [$0.parts[part].name] } ?? []) + path.parts.dropLast()
        guard folders.allSatisfy({ $0.utf8.count <= longestName }) else { throw Omission.nameTooLong }
        let names = candidates(Array(path.parts.last!.utf8), record)
        guard
            let index = names.firstIndex(where: {
                takenNames.insert("\(folders.joined(separator: "/"))/\($0.string)".lowercased()).inserted
            })
        else { throw Omission.nameTooLong }
        var place = Place(isCleaned: path.isChanged, isFullName: index > 0)
        let found = try folder(FilePath(folders.joined(separator: "/"))) { () throws(ExportError) in
            var folder = root
            for name in folders.compactMap({ FilePath.Component($0) }) {
                if !creating, try folder.kind(name) == .nothing { return nil }
                folder = try folder.subfolder(name, creating: creating)
            }
            return folder
        }
        place.found = found.map { ($0, names[index]) }
        return place
    }

    /// `cat.txt`; where another picture has that, `cat.png.txt`; and `cat.png-42.txt` for a second caption of one picture.
    private func candidates(_ picture: [UInt8], _ record: Record) -> [FilePath.Component] {
        let number = Array("-\(record.id)".utf8)
        return [Array(Stem.of(picture)), picture, picture + number].compactMap { name in
            let bytes = name + [UInt8(ascii: ".")] + Array(style.fileExtension.utf8)
            return bytes.count <= longestName ? FilePath(bytes: bytes).lastComponent : nil
        }
    }

    private mutating func folder(
        _ path: FilePath, _ find: () throws(ExportError) -> Folder?
    ) throws(ExportError) -> Folder? {
        if let open, open.path == path { return open.folder }
        guard let folder = try find() else { return nil }
        open = (path, folder)
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
