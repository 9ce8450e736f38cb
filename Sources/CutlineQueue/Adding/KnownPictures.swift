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

        /// - Parameter row: its columns in the order of `columns`.
        init(_ row: Row, from first: Int) {
            id = row[first]
            digest = row[first + 1]
            format = row[first + 2]
            damage = (row[first + 3] as String?).flatMap(PictureDamage.init)
            orientation = (row[first + 4] as Int?).flatMap(PictureOrientation.init)
        }
    }

    private struct Look: Hashable {
        let path: FilePath
        let slice: FileSlice?
        let stamp: FileStamp

        init(_ file: PictureFile) { (path, slice, stamp) = (file.path, file.slice, file.stamp) }
    }

    private var pictures: [Look: Picture] = [:]

    package init() {}

    init(_ files: [PictureFile], _ db: any Session) throws {
        for row in try Row.fetchAll(db.cachedStatement(sql: Self.lookup), arguments: [Self.list(files)]) {
            let file = files[row[0]]
            pictures[Look(file)] = Picture(row, from: 1)
        }
        // Names that are no UTF-8 cannot stand in JSON; there are few.
        for file in files where file.path.exactText == nil {
            guard
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: Self.one),
                    arguments: [
                        file.path.bytes, file.slice?.offset ?? -1, file.stamp.size, file.stamp.modified,
                        Int64(bitPattern: file.stamp.inode), file.slice?.length,
                    ])
            else { continue }
            pictures[Look(file)] = Picture(row, from: 0)
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

    private static func list(_ files: [PictureFile]) -> String {
        JSONColumn.list(
            files.map { file -> JSONValue in
                guard let path = file.path.exactText else { return .null }
                return .array([
                    .string(path), .integer(file.stamp.size), .integer(file.stamp.modified), .integer(Int64(bitPattern: file.stamp.inode)),
                    .integer(file.slice?.offset ?? -1), file.slice.map { .integer($0.length) } ?? .null,
                ])
            })
    }

    static let lookup = """
        SELECT chosen.key, pictures.id, pictures.digest, pictures.format, pictures.damage, pictures.orientation FROM json_each(?) AS chosen
            CROSS JOIN pictures ON pictures.path = CAST(json_extract(chosen.value, '$[0]') AS BLOB)
                AND pictures.start = json_extract(chosen.value, '$[4]') AND pictures.length IS json_extract(chosen.value, '$[5]')
                AND pictures.size = json_extract(chosen.value, '$[1]') AND pictures.modified = json_extract(chosen.value, '$[2]')
                AND pictures.inode = json_extract(chosen.value, '$[3]')
        """

    private static let one = """
        SELECT id, digest, format, damage, orientation FROM pictures
        WHERE path = ? AND start = ? AND size = ? AND modified = ? AND inode = ? AND length IS NOT DISTINCT FROM ?
        """
}

extension FilePath {
    /// Nil where its bytes are no UTF-8.
    fileprivate var exactText: String? { String(validating: bytes, as: UTF8.self) }
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
