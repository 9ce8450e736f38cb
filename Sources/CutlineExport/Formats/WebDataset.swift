import CutlineCore
import SystemPackage

/// How large a shard grows.
package struct ShardLimit: Hashable, Sendable {
    package var samples: Int
    package var bytes: Int64

    package init(samples: Int = 10_000, bytes: Int64 = 1_000_000_000) {
        self.samples = samples
        self.bytes = bytes
    }
}

/// WebDataset: tar files `data-000000.tar`, `data-000001.tar`, …; a sample is three members under one key: picture, `json`, `txt`. Several captions
/// stand in `json` alone.
///
/// The key is the entry's number: a key ends at the first dot of a name, so that names of pictures would run together.
struct WebDataset: RecordFolder {
    private let folder: Folder
    private let limit: ShardLimit
    /// Nil: one caption.
    private let join: JoinedColumns?
    private var shard: TarWriter?
    private var shards = 0
    private var samples = 0

    static let marks = DatasetMarks(mark: name(ofShard: 0)) { name in
        name.hasPrefix("data-") && name.hasSuffix(".tar") && name.utf8.count >= 15
            && name.utf8.dropFirst(5).dropLast(4).allSatisfy { (0x30...0x39).contains($0) }
    }

    init(_ folder: Folder, _ limit: ShardLimit, _ join: JoinedColumns?) {
        self.folder = folder
        self.limit = limit
        self.join = join
    }

    mutating func add(_ record: Record, _ report: inout ExportReport) throws {
        let texts = try texts(of: record)
        let file = try record.onlyFile()
        try file.refuseDamaged()
        let picture = try PictureStream(file)
        guard picture.size <= TarWriter.largestMember else { throw Omission.pictureTooLarge }
        let length = [picture.size] + texts.map { Int64($0.bytes.count) }
        try makeRoom(for: length.reduce(0) { $0 + TarWriter.length(ofMember: $1) })
        guard var shard else { return }
        let begin = shard.length
        let key = DatasetColumns.name(of: record)
        do {
            try shard.add("\(key).\(file.format.fileExtension)", size: picture.size) { try picture.read($0) }
            for text in texts { try shard.add("\(key).\(text.field)", text.bytes) }
        } catch let why as Omission {
            try shard.truncate(to: begin)
            self.shard = shard
            throw why
        }
        self.shard = shard
        samples += 1
        report.count(file.format)
    }

    private mutating func makeRoom(for length: Int64) throws {
        if let shard, samples > 0, samples >= limit.samples || shard.length + length > limit.bytes { try endShard() }
        if shard == nil { shard = try beginShard() }
    }

    mutating func end() throws {
        if shard == nil { shard = try beginShard() }
        try endShard()
    }

    private mutating func beginShard() throws(ExportError) -> TarWriter {
        let name = Self.name(ofShard: shards)
        shards += 1
        samples = 0
        return TarWriter(try folder.create(FilePath.Component(name)!), path: folder.path.appending(name))
    }

    private mutating func endShard() throws {
        try shard?.close()
        shard = nil
        // What would have begun it changed meanwhile.
        guard samples == 0, shards > 1, let name = FilePath.Component(Self.name(ofShard: shards - 1)) else { return }
        folder.remove(name)
    }

    private static func name(ofShard number: Int) -> String {
        let digits = String(number)
        return "data-\(String(repeating: "0", count: max(0, 6 - digits.utf8.count)))\(digits).tar"
    }

    private func texts(of record: Record) throws(Omission) -> [(field: String, bytes: [UInt8])] {
        var json = JSONText()
        json.openObject()
        guard let join else {
            let caption = try record.captionText()
            json.member("caption", caption)
            DatasetColumns.add(record, to: &json)
            json.closeObject()
            return [("json", json.bytes), ("txt", Array(caption.utf8))]
        }
        try join.check(record)
        // Readers settle the type by the first samples, so that none may be null.
        json.captions(of: record, join, missing: "")
        DatasetColumns.add(record, to: &json)
        json.closeObject()
        return [("json", json.bytes)]
    }
}
