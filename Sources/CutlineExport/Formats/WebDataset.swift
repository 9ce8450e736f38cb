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

/// WebDataset: tar files `data-000000.tar`, `data-000001.tar`, …; a sample is three members under one key: picture, `json`, `txt`.
///
/// The key is the entry's number: a key ends at the first dot of a name, so that names of pictures would run together.
struct WebDataset: RecordFolder {
    private let folder: Folder
    private let limit: ShardLimit
    private var shard: TarWriter?
    private var shards = 0
    private var samples = 0

    static let marks = DatasetMarks(mark: name(ofShard: 0)) { name in
        name.hasPrefix("data-") && name.hasSuffix(".tar") && name.utf8.count >= 15
            && name.utf8.dropFirst(5).dropLast(4).allSatisfy { (0x30...0x39).contains($0) }
    }

    init(_ folder: Folder, _ limit: ShardLimit) {
        self.folder = folder
        self.limit = limit
    }

    mutating func add(_ record: Record, _ report: inout ExportReport) throws {
        let caption = try record.captionText()
        let file = try record.onlyFile()
        try file.refuseDamaged()
        let picture = try PictureStream(file)
        guard picture.size <= TarWriter.largestMember else { throw Omission.pictureTooLarge }
        let (json, text) = (Self.json(record, caption), Array(caption.utf8))
        let length = [picture.size, Int64(json.count), Int64(text.count)].reduce(0) { $0 + TarWriter.length(ofMember: $1) }
        if let shard, samples > 0, samples >= limit.samples || shard.length + length > limit.bytes { try endShard() }
        if shard == nil { shard = try beginShard() }
        guard var shard else { return }
        let begin = shard.length
        let key = DatasetColumns.name(of: record)
        do {
            try shard.add("\(key).\(file.format.fileExtension)", size: picture.size) { try picture.read($0) }
            try shard.add("\(key).json", json)
            try shard.add("\(key).txt", text)
        } catch let why as Omission {
            try shard.truncate(to: begin)
            self.shard = shard
            throw why
        }
        self.shard = shard
        samples += 1
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

    private static func json(_ record: Record, _ caption: String) -> [UInt8] {
        var text = JSONText()
        text.openObject()
        text.key("caption")
        text.value(caption)
        DatasetColumns.add(record, to: &text)
        text.closeObject()
        return text.bytes
    }
}
