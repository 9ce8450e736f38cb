import CutlineCore
import SystemPackage

/// `jobs.images`: a JSON list in which a number is a row of `pictures` and a text is a URL.
enum ImageColumn {
    static func load(_ column: String, _ db: any Session) throws -> [ImageSource] {
        if let picture = onlyPicture(column) { return [.file(try file(picture, db))] }
        return try JSONColumn.items(column).map { item in
            if let url = item.string { return .url(url) }
            guard let id = item.int else { throw StoreError(message: "no picture \(item.text)") }
            return .file(try file(Int64(id), db))
        }
    }

    static func count(_ column: String) throws -> Int {
        try onlyPicture(column) == nil ? JSONColumn.items(column).count : 1
    }

    /// Of `[17]`, as most jobs have it; nil of any other list.
    private static func onlyPicture(_ column: String) -> Int64? { Int64(column.dropFirst().dropLast()) }

    private static func file(_ picture: Int64, _ db: any Session) throws -> PictureFile {
        let statement = try db.cachedStatement(sql: "SELECT \(PictureFile.columns) FROM pictures WHERE id = ?")
        guard let file = try statement.first([picture], PictureFile.init) else { throw StoreError(message: "no picture \(picture)") }
        return file
    }

    /// Writes down the pictures as they stand now and returns the column.
    static func store(_ images: [ImageSource], _ db: any Session) throws -> String {
        let items = try images.map { image -> JSONValue in
            switch image {
            case .url(let url): .string(url)
            case .file(let file): .integer(try id(of: file, db))
            }
        }
        return JSONColumn.list(items)
    }

    private static func id(of file: PictureFile, _ db: any Session) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO pictures (path, member, start, length, size, modified, inode, format, digest, damage, orientation)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (path, start, size, modified, inode) DO UPDATE SET
                    digest = coalesce(excluded.digest, pictures.digest), format = excluded.format,
                    damage = CASE WHEN excluded.digest IS NULL THEN pictures.damage ELSE excluded.damage END,
                    orientation = CASE WHEN excluded.digest IS NULL THEN pictures.orientation ELSE excluded.orientation END
                RETURNING id
                """)
        return try Int64.fetchOne(
            statement,
            arguments: [
                file.path.bytes, file.slice.map { $0.member }, file.slice?.offset ?? -1, file.slice?.length, file.stamp.size,
                file.stamp.modified, Int64(bitPattern: file.stamp.inode), file.format.rawValue, file.digest.map { $0 },
                file.damage?.rawValue, file.orientation?.rawValue,
            ])!
    }
}

extension ImageColumn {
    /// What was seen at an entry's place when it was added, the last look first.
    static func looks(at place: FilePath, _ db: any Session) throws -> [(id: Int64, file: PictureFile)] {
        let statement = try db.cachedStatement(
            sql: "SELECT \(PictureFile.columns) FROM pictures WHERE path = ? AND start = -1")
        let own = try looks(statement, [place.bytes])
        // Only archives have something below them.
        return try own.isEmpty ? looksIntoArchive(place.bytes, db) : own
    }

    private static func looksIntoArchive(_ place: [UInt8], _ db: any Session) throws -> [(id: Int64, file: PictureFile)] {
        let statement = try db.cachedStatement(
            sql: "SELECT \(PictureFile.columns) FROM pictures WHERE path = ? AND member = ?")
        for end in place.indices.reversed() where place[end] == UInt8(ascii: "/") {
            let looks = try looks(statement, [Array(place[..<end]), Array(place[(end + 1)...])])
            if !looks.isEmpty { return looks }
        }
        return []
    }

    private static func looks(_ statement: any Statement, _ arguments: Arguments) throws -> [(id: Int64, file: PictureFile)] {
        try statement.all(arguments) { row in (id: row[.id], file: try PictureFile(row)) }.sorted { $0.id > $1.id }
    }
}

extension PictureFile {
    fileprivate enum Column: Int, CaseIterable {
        case id, path, member, start, length, size, modified, inode, format, digest, damage, orientation
    }

    fileprivate static let columns = Column.allCases.map { "\($0)" }.joined(separator: ", ")

    fileprivate init(_ row: PlacedRow<Column>) throws {
        guard let format = PictureFormat(rawValue: row[.format]) else {
            throw QueueError.unknownValue(of: "picture format", reason: row[.format])
        }
        self.init(
            path: FilePath(bytes: row.bytes(.path)),
            stamp: FileStamp(size: row[.size], modified: row[.modified], inode: UInt64(bitPattern: row[.inode] as Int64)),
            format: format, digest: row.bytes(optional: .digest),
            slice: row.bytes(optional: .member).map { FileSlice(member: $0, offset: row[.start], length: row[.length]) },
            damage: (row[.damage] as String?).flatMap(PictureDamage.init),
            orientation: (row[.orientation] as Int?).flatMap(PictureOrientation.init))
    }
}
