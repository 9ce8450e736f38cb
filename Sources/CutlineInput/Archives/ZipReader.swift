/// Walks the directory at the end of a zip file (APPNOTE 6.3, with its 64-bit form) and reads nothing of what its members hold.
struct ZipReader {
    /// Members are described where they stand, the directory stands elsewhere: a page for each.
    private let bytes: PositionedBytes
    private let directory: PositionedBytes
    private let end: ZipEnd
    /// Where the next member's line stands in the directory.
    var position: Int64

    init(_ bytes: PositionedBytes, directory: PositionedBytes) throws(ArchiveFault) {
        self.bytes = bytes
        self.directory = directory
        end = try ZipEnd(of: directory)
        position = end.directory.lowerBound
    }

    /// Nil at the end.
    mutating func next() throws(ArchiveFault) -> ArchiveMember? {
        guard position < end.directory.upperBound else { return nil }
        let begin = position
        let line = try ZipLine(directory, at: position)
        position = line.end
        let name = MemberName.tidied(line.name)
        guard let kind = line.kind else { return ArchiveMember(name: name, kind: .folder, position: begin, offset: 0, length: 0) }
        guard kind == .file else { return ArchiveMember(name: name, kind: kind, position: begin, offset: 0, length: 0) }
        let offset = try beginning(of: line, name)
        return ArchiveMember(name: name, kind: .file, position: begin, offset: offset, length: line.length)
    }

    /// Where the member's bytes begin: behind a header of its own, whose length stands in it alone.
    private func beginning(of line: ZipLine, _ name: [UInt8]) throws(ArchiveFault) -> Int64 {
        guard line.header < bytes.size - end.shift else { throw .damaged(at: line.position) }
        let position = line.header + end.shift
        let header = try bytes.whole(30, at: position)
        guard header.starts(with: [0x50, 0x4B, 3, 4]) else { throw .damaged(at: position) }
        let offset = position + 30 + Int64(header.number(2, at: 26)) + Int64(header.number(2, at: 28))
        guard offset <= bytes.size, line.length <= bytes.size - offset else { throw .cutOff(in: name) }
        return offset
    }
}

/// Where the directory of a zip file stands.
struct ZipEnd {
    let directory: Range<Int64>
    /// What stands in front of the archive, as in one that unpacks itself: its offsets do not count it.
    let shift: Int64

    private static let length = 22
    private static let longestComment = 0xFFFF

    init(of bytes: PositionedBytes) throws(ArchiveFault) {
        let tail = try bytes.some(Self.length + Self.longestComment, at: max(0, bytes.size - Int64(Self.length + Self.longestComment)))
        guard let index = Self.last(in: tail) else { throw .cutOff(in: nil) }
        let place = bytes.size - Int64(tail.count - index)
        let line = Array(tail[index...])
        var (end, count, start) = (place, UInt64(line.number(4, at: 12)), UInt64(line.number(4, at: 16)))
        if let large = try Self.large(before: place, bytes) { (end, count, start) = large }
        guard count <= UInt64(end), start <= UInt64(end) - count else { throw .damaged(at: place) }
        directory = (end - Int64(count))..<end
        shift = directory.lowerBound - Int64(start)
    }

    /// The last place that looks like the end and whose comment reaches no further than the file.
    private static func last(in tail: [UInt8]) -> Int? {
        guard tail.count >= length else { return nil }
        return stride(from: tail.count - length, through: 0, by: -1).first { index in
            tail[index] == 0x50 && tail[index + 1] == 0x4B && tail[index + 2] == 5 && tail[index + 3] == 6
                && index + length + Int(tail[index + 20]) + Int(tail[index + 21]) << 8 <= tail.count
        }
    }

    /// The 64-bit end, where a locator in front of the old one says that there is one.
    private static func large(before place: Int64, _ bytes: PositionedBytes) throws(ArchiveFault) -> (Int64, UInt64, UInt64)? {
        let locator = try bytes.some(20, at: place - 20)
        guard locator.count == 20, locator.starts(with: [0x50, 0x4B, 6, 7]) else { return nil }
        // It stands right in front of the locator, whatever precedes the archive.
        for end in [Int64(clamping: locator.number(8, at: 8)), place - 20 - 56] {
            let line = try bytes.some(56, at: end)
            guard line.count == 56, line.starts(with: [0x50, 0x4B, 6, 6]) else { continue }
            return (end, line.number(8, at: 40), line.number(8, at: 48))
        }
        throw .damaged(at: place - 20)
    }
}

/// A member's line in the directory of a zip file.
struct ZipLine {
    let position: Int64
    let end: Int64
    let name: [UInt8]
    /// Of its bytes as they are stored.
    private(set) var length: Int64
    /// Where its own header stands, before `ZipEnd.shift`.
    private(set) var header: Int64
    /// Nil: a folder.
    let kind: ArchiveMember.Kind?

    private static let fixed = 46

    init(_ bytes: PositionedBytes, at position: Int64) throws(ArchiveFault) {
        let line = try bytes.whole(Self.fixed, at: position)
        guard line.starts(with: [0x50, 0x4B, 1, 2]) else { throw .damaged(at: position) }
        let (nameCount, extraCount) = (Int(line.number(2, at: 28)), Int(line.number(2, at: 30)))
        let rest = try bytes.whole(nameCount + extraCount, at: position + Int64(Self.fixed))
        self.position = position
        name = Array(rest[..<nameCount])
        end = position + Int64(Self.fixed + nameCount + extraCount) + Int64(line.number(2, at: 32))
        var (size, stored, header) = (line.number(4, at: 24), line.number(4, at: 20), line.number(4, at: 42))
        Self.widen(&size, &stored, &header, by: Array(rest[nameCount...]))
        guard stored <= Int64.max, header <= Int64.max else { throw .damaged(at: position) }
        (length, self.header) = (Int64(stored), Int64(header))
        kind = Self.kind(of: line, name, isWhole: size == stored)
    }

    /// Numbers that have no room in 32 bits stand in an extra field, those alone and in this order.
    private static func widen(_ size: inout UInt64, _ stored: inout UInt64, _ header: inout UInt64, by extra: [UInt8]) {
        guard var field = extra.zipField(1) else { return }
        func widened(_ number: UInt64) -> UInt64 {
            guard number == 0xFFFF_FFFF, field.count >= 8 else { return number }
            defer { field = Array(field.dropFirst(8)) }
            return field.number(8, at: 0)
        }
        size = widened(size)
        stored = widened(stored)
        header = widened(header)
    }

    private static func kind(of line: [UInt8], _ name: [UInt8], isWhole: Bool) -> ArchiveMember.Kind? {
        if name.last == MemberName.slash { return nil }
        let (isUnix, mode) = (line[5] == 3, line.number(2, at: 40))
        // Links and devices; 0 where the writer did not say.
        if isUnix, ![0o100000, 0].contains(mode & 0o170000) { return mode & 0o170000 == 0o040000 ? nil : .special }
        let flags = line.number(2, at: 8)
        if flags & 0x2041 != 0 { return .sealed(.encrypted) }
        return line.number(2, at: 10) == 0 && isWhole ? .file : .sealed(.compressed)
    }
}

extension [UInt8] {
    /// A number of so many bytes, the lowest first.
    func number(_ count: Int, at offset: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(self[offset + $1]) << (8 * UInt64($1)) }
    }

    /// The extra field of this number: each has a number, a length and so many bytes.
    fileprivate func zipField(_ wanted: UInt64) -> [UInt8]? {
        var position = 0
        while position + 4 <= count {
            let length = Int(number(2, at: position + 2))
            guard position + 4 + length <= count else { return nil }
            if number(2, at: position) == wanted { return Array(self[(position + 4)..<(position + 4 + length)]) }
            position += 4 + length
        }
        return nil
    }
}
