import CutlineCore
import Foundation
import GRDB
import SystemPackage

/// `jobs.images`: a JSON list in which a number is a row of `pictures` and a text is a URL.
enum ImageColumn {
    static func load(_ column: String, _ db: Database) throws -> [ImageSource] {
        try JSONValue(parsing: column.utf8).array?.map { item in
            if let url = item.string { return .url(url) }
            let statement = try db.cachedStatement(
                sql: "SELECT path, size, modified, inode, format, digest, damage, orientation FROM pictures WHERE id = ?")
            guard let id = item.int, let row = try Row.fetchOne(statement, arguments: [id]) else {
                throw DatabaseError(message: "no picture \(item.text)")
            }
            return .file(PictureFile(row))
        } ?? []
    }

    static func count(_ column: String) throws -> Int { try JSONValue(parsing: column.utf8).array?.count ?? 0 }

    /// Writes down the pictures as they stand now and returns the column.
    static func store(_ images: [ImageSource], _ db: Database) throws -> String {
        let items = try images.map { image -> JSONValue in
            switch image {
            case .url(let url): .string(url)
            case .file(let file): .integer(try id(of: file, db))
            }
        }
        return JSONValue.array(items).text
    }

    private static func id(of file: PictureFile, _ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO pictures (path, size, modified, inode, format, digest, damage, orientation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (path, start, size, modified, inode) DO UPDATE SET digest = ifnull(excluded.digest, digest), format = excluded.format,
                    damage = iif(excluded.digest IS NULL, damage, excluded.damage),
                    orientation = iif(excluded.digest IS NULL, orientation, excluded.orientation)
                RETURNING id
                """)
        return try Int64.fetchOne(
            statement,
            arguments: [
                Data(file.path.bytes), file.stamp.size, file.stamp.modified, Int64(bitPattern: file.stamp.inode), file.format.rawValue,
                file.digest.map { Data($0) }, file.damage?.rawValue, file.orientation?.rawValue,
            ])!
    }
}

extension PictureFile {
    fileprivate init(_ row: Row) {
        self.init(
            path: FilePath(bytes: Array(row["path"] as Data)),
            stamp: FileStamp(size: row["size"], modified: row["modified"], inode: UInt64(bitPattern: row["inode"] as Int64)),
            format: PictureFormat(rawValue: row["format"]) ?? .jpeg, digest: (row["digest"] as Data?).map { Array($0) },
            damage: (row["damage"] as String?).flatMap(PictureDamage.init),
            orientation: (row["orientation"] as Int?).flatMap(PictureOrientation.init))
    }
}
