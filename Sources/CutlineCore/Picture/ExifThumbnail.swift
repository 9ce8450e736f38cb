/// The small picture that cameras put into the EXIF part of a JPEG (Exif 2.32, §4.5 and §4.6.2).
package struct ExifThumbnail: Hashable, Sendable {
    /// A JPEG of its own.
    package let bytes: [UInt8]
    /// How the picture is to be turned, 1…8 (tag `Orientation`); 1 is as it is.
    package let orientation: Int

    /// Nil where these leading bytes of a JPEG hold none that is whole. It stands within the first 64 kB of metadata.
    package init?(header bytes: [UInt8]) {
        guard let exif = Self.exif(in: bytes), let tiff = Tiff(bytes: bytes[exif]) else { return nil }
        let first = tiff.directory(at: tiff.firstDirectory)
        guard let first, let second = tiff.directory(at: first.next), let start = second.entries[0x0201],
            let length = second.entries[0x0202],
            let thumbnail = tiff.slice(start, length), Array(thumbnail.prefix(3)) == [0xFF, 0xD8, 0xFF]
        else { return nil }
        self.bytes = Array(thumbnail)
        orientation = first.entries[0x0112].flatMap { (1...8).contains($0) ? $0 : nil } ?? 1
    }

    /// How many leading bytes `init(header:)` wants to see.
    package static let headerLength = 192 * 1_024

    /// Where the TIFF part of the segment APP1 stands, as far as it is there.
    private static func exif(in bytes: [UInt8]) -> Range<Int>? {
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF, bytes[position + 1] != 0xDA {
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let end = position + 2 + length
            guard length >= 2, end <= bytes.count else { return nil }
            if bytes[position + 1] == 0xE1, bytes[(position + 4)..<end].starts(with: Array("Exif\0\0".utf8)) {
                return (position + 10)..<end
            }
            position = end
        }
        return nil
    }
}

/// Directories of tags (TIFF 6.0, §2). Every offset comes from outside and is checked.
struct Tiff {
    struct Directory {
        /// Tags with one number.
        var entries: [Int: Int] = [:]
        /// All tags.
        var tags: Set<Int> = []
        /// Where the next one stands; 0 for none.
        var next = 0
    }

    private let bytes: ArraySlice<UInt8>
    private let isBigEndian: Bool

    init?(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        switch Array(bytes.prefix(4)) {
        case [0x4D, 0x4D, 0, 0x2A]: isBigEndian = true
        case [0x49, 0x49, 0x2A, 0]: isBigEndian = false
        default: return nil
        }
    }

    var firstDirectory: Int { number(at: 4, 4) ?? 0 }

    func directory(at offset: Int) -> Directory? {
        guard offset > 0, let count = number(at: offset, 2) else { return nil }
        var directory = Directory()
        for index in 0..<count {
            let entry = offset + 2 + index * 12
            guard let tag = number(at: entry, 2), let type = number(at: entry + 2, 2), let values = number(at: entry + 4, 4) else {
                return nil
            }
            directory.tags.insert(tag)
            // One SHORT or one LONG stands in the entry itself.
            if values == 1, type == 3 || type == 4 { directory.entries[tag] = number(at: entry + 8, type == 3 ? 2 : 4) }
        }
        directory.next = number(at: offset + 2 + count * 12, 4) ?? 0
        return directory
    }

    func slice(_ offset: Int, _ length: Int) -> ArraySlice<UInt8>? {
        guard length > 0, offset + length <= bytes.count else { return nil }
        return bytes[(bytes.startIndex + offset)..<(bytes.startIndex + offset + length)]
    }

    private func number(at offset: Int, _ count: Int) -> Int? {
        guard let slice = slice(offset, count) else { return nil }
        return isBigEndian ? slice.reduce(0) { $0 << 8 | Int($1) } : slice.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
