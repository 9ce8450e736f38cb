import CutlineCore
import SystemPackage

/// Gives each caption file its name: the picture's own stem, byte for byte, so that the files fit where they are laid over the pictures.
struct SidecarNames {
    struct Place {
        /// Absolute beside the picture, relative below a folder of the captions' own.
        let folder: FilePath
        let name: FilePath.Component
        var remarks: [Remark] = []
    }

    /// What two names have in common that cannot stand beside each other.
    private enum Mark: Hashable {
        case exact(FilePath)
        /// Neither case nor composition counts.
        case folded(String)
    }

    private let fileExtension: String
    private var portable: PortableNames?
    /// The pictures whose captions have these names.
    private var taken: [Mark: UInt64] = [:]

    init(fileExtension: String, isPortable: Bool) {
        self.fileExtension = fileExtension
        portable = isPortable ? PortableNames() : nil
    }

    mutating func beside(_ file: PictureFile, _ record: Record) throws(Omission) -> Place {
        guard file.slice == nil else { throw .inArchive }
        guard let picture = file.path.lastComponent else { throw .pictureUnreadable }
        return try place(of: FilePath(root: nil, [picture]).bytes, in: file.path.removingLastComponent(), record)
    }

    mutating func below(_ set: [String], _ file: PictureFile, _ record: Record) throws(Omission) -> Place {
        let path = record.pathBelowInput(of: file)
        let names = portableNames(of: record, path) ?? path.names
        guard names.allSatisfy({ $0.count <= longestName }) else { throw .nameTooLong }
        let folders = set.map { Array($0.utf8) } + names.dropLast()
        let folder = FilePath(bytes: Array(folders.joined(separator: [UInt8(ascii: "/")])))
        var place = try place(of: names.last ?? [], in: folder, record)
        if path.isOutside { place.remarks.append(.outsidePath) }
        if names != path.names { place.remarks.append(.portableName) }
        return place
    }

    /// Nil where names stay as they are.
    private mutating func portableNames(of record: Record, _ path: PathBelowInput) -> [[UInt8]]? {
        guard portable != nil, let place = record.places.first else { return nil }
        let name = portable?.name(of: record, place, CleanPath(path.reference.text))
        return name.map { $0.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) } }
    }

    private mutating func place(of picture: [UInt8], in folder: FilePath, _ record: Record) throws(Omission) -> Place {
        let hash = record.pictureHash
        var holders: [UInt64] = []
        for name in candidates(picture, record) {
            if let holder = taken[mark(folder, name)] {
                holders.append(holder)
                continue
            }
            taken[mark(folder, name)] = hash
            guard !holders.isEmpty else { return Place(folder: folder, name: name) }
            return Place(folder: folder, name: name, remarks: [holders.contains(hash) ? .secondCaption : .sharedStem])
        }
        throw .nameTooLong
    }

    /// `cat.txt`; where another picture has that, `cat.png.txt`; and `cat.png-42.txt` for a second caption of one picture.
    private func candidates(_ picture: [UInt8], _ record: Record) -> [FilePath.Component] {
        let number = Array("-\(record.id)".utf8)
        return [Array(Stem.of(picture)), picture, picture + number].compactMap { name in
            let bytes = name + [UInt8(ascii: ".")] + Array(fileExtension.utf8)
            return bytes.count <= longestName ? FilePath(bytes: bytes).lastComponent : nil
        }
    }

    private func mark(_ folder: FilePath, _ name: FilePath.Component) -> Mark {
        let path = folder.appending(name)
        return portable == nil ? .exact(path) : .folded(path.text.lowercased())
    }
}
