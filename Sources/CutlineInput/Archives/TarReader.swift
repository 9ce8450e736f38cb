/// Walks the headers of a tar file and reads nothing of what its members hold.
struct TarReader {
    private let bytes: PositionedBytes
    /// Where the next member is described.
    var position: Int64 = 0

    /// Empty blocks at an end are padding; behind this many nothing is looked for any more.
    private static let longestPadding: Int64 = 1 << 20

    init(_ bytes: PositionedBytes) { self.bytes = bytes }

    /// Nil at the end. Archives that were put one behind the other are read as one.
    mutating func next() throws(ArchiveFault) -> ArchiveMember? {
        guard let begin = try beginning() else { return nil }
        var more = TarExtension()
        position = begin
        while true {
            let header = try header()
            let isExtension = Self.extensions.contains(header.type)
            let size = isExtension || Self.hasBytes(header.type) ? (isExtension ? nil : more.size) ?? header.size : 0
            guard let size else { throw .damaged(at: position) }
            let name = MemberName.tidied(more.path ?? header.fullName)
            position += Int64(TarHeader.length)
            if header.isContinued { try skipSparseMap() }
            let offset = position
            guard size <= bytes.size - offset else { throw .cutOff(in: isExtension ? nil : name) }
            position += size + (512 - size % 512) % 512
            guard isExtension else {
                let kind = Self.kind(header, more, name)
                return ArchiveMember(name: name, kind: kind, position: begin, offset: offset, length: size)
            }
            try read(header.type, at: offset, size, into: &more)
        }
    }

    private mutating func header() throws(ArchiveFault) -> TarHeader {
        guard let header = TarHeader(try bytes.whole(TarHeader.length, at: position)) else { throw .damaged(at: position) }
        return header
    }

    /// Where the next header stands; nil at the end.
    private func beginning() throws(ArchiveFault) -> Int64? {
        var (next, padding) = (position, Int64(0))
        while padding < Self.longestPadding {
            let block = try bytes.some(TarHeader.length, at: next)
            if block.isEmpty { return nil }
            guard block.allSatisfy({ $0 == 0 }) else {
                if block.count < TarHeader.length { throw .cutOff(in: nil) }
                // What stands behind an end need not be an archive.
                return padding == 0 || TarHeader(block) != nil ? next : nil
            }
            next += Int64(TarHeader.length)
            padding += Int64(TarHeader.length)
        }
        return nil
    }

    private func read(_ type: UInt8, at offset: Int64, _ size: Int64, into more: inout TarExtension) throws(ArchiveFault) {
        guard type != UInt8(ascii: "g") else { return }
        guard size <= TarExtension.longest else { throw .damaged(at: offset) }
        let text = try bytes.whole(Int(size), at: offset)
        switch type {
        case UInt8(ascii: "L"): more.path = Array(text.prefix { $0 != 0 })
        case UInt8(ascii: "K"): more.link = Array(text.prefix { $0 != 0 })
        default: guard more.read(records: text) else { throw .damaged(at: offset) }
        }
    }

    /// The blocks of a sparse map that did not fit into the header; each says whether another one follows.
    private mutating func skipSparseMap() throws(ArchiveFault) {
        while true {
            let block = try bytes.whole(TarHeader.length, at: position)
            position += Int64(TarHeader.length)
            if block[504] == 0 { return }
        }
    }

    /// Of the next member (`x`, Solaris' `X`), of all (`g`), and GNU's long names.
    private static let extensions = Set("xXgLK".utf8)

    /// Links, devices, folders and FIFOs have none, whatever their size field says.
    private static func hasBytes(_ type: UInt8) -> Bool { !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type) }

    private static func kind(_ header: TarHeader, _ more: TarExtension, _ name: [UInt8]) -> ArchiveMember.Kind {
        if more.isSparse { return .sealed(.sparse) }
        let link = more.link ?? Array(header.link)
        switch header.type {
        // Before POSIX a folder was a file whose name ended like one.
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): return header.name.last == MemberName.slash && more.path == nil ? .folder : .file
        case UInt8(ascii: "1"): return .link(to: MemberName.tidied(link))
        case UInt8(ascii: "2"): return .link(to: MemberName.target(link, of: name))
        case UInt8(ascii: "5"), UInt8(ascii: "D"): return .folder
        case UInt8(ascii: "S"): return .sealed(.sparse)
        default: return .special
        }
    }
}
