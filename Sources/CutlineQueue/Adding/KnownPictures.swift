import CutlineCore
import SystemPackage

/// What the queue knows of files as they stand now, looked up a page at a time.
package struct KnownPictures: Sendable {
    struct Picture: Sendable {
        let id: Int64
        let digest: [UInt8]?
        let format: String
        let damage: PictureDamage?
        let orientation: PictureOrientation?

        fileprivate init(_ row: PlacedRow<Column>) {
            (id, digest, format) = (row[.id], row.bytes(optional: .digest), row[.format])
            damage = (row[.damage] as String?).flatMap(PictureDamage.init)
            orientation = (row[.orientation] as Int?).flatMap(PictureOrientation.init)
        }
    }

    enum Column: Int, CaseIterable { case id, digest, format, damage, orientation }

    private struct Look: Hashable {
        let path: FilePath
        let slice: FileSlice?
        let stamp: FileStamp

        init(_ file: PictureFile) { (path, slice, stamp) = (file.path, file.slice, file.stamp) }
    }

    private var pictures: [Look: Picture] = [:]

    package init() {}

    init(_ files: [PictureFile], _ db: any Session) throws {
        let statement = try db.cachedStatement(sql: Self.lookup)
        for file in files {
            let arguments: Arguments = [
                file.path.bytes, file.slice?.offset ?? -1, file.stamp.size, file.stamp.modified, Int64(bitPattern: file.stamp.inode),
                file.slice?.length,
            ]
            if let picture = try statement.first(arguments, Picture.init) { pictures[Look(file)] = picture }
        }
    }

    /// What was found in a picture that was read before and whose file has not changed since.
    package func content(of file: PictureFile) -> PictureContent? {
        guard let picture = pictures[Look(file)], let digest = picture.digest else { return nil }
        return PictureContent(digest: digest, damage: picture.damage, orientation: picture.orientation)
    }

    /// The row that storing the picture would find as it is; nil where it would write.
    func row(of file: PictureFile) -> Int64? {
        guard let picture = pictures[Look(file)], picture.format == file.format.rawValue,
            file.digest == nil || picture.digest == file.digest
        else { return nil }
        return picture.id
    }

    static let lookup = """
        SELECT id, digest, format, damage, orientation FROM pictures
        WHERE path = ? AND start = ? AND size = ? AND modified = ? AND inode = ? AND length IS NOT DISTINCT FROM ?
        """
}

extension QueueReader {
    /// What is known of the files among `images`.
    package func knownPictures(_ images: [ImageSource]) throws -> KnownPictures {
        try read { try KnownPictures(images.compactMap(\.file), $0) }
    }
}

extension ImageSource {
    var file: PictureFile? { if case .file(let file) = self { file } else { nil } }
}
