/// HEIC and AVIF (ISO/IEC 14496-12, §4.2): boxes at the top level, and in `meta` the places of the coded pictures.
struct BoxWalk: PictureWalk {
    private enum Step { case header, length, brand, meta, content }

    private var step = Step.header
    private var kind: [UInt8] = []
    /// Of sequences the pictures stand in `moov`.
    private var needsMovie = false
    private var seen: Set<[UInt8]> = []
    /// Where the last coded picture ends; nil: that is not known.
    private var end: Int64?

    let first = PictureAppetite.bytes(8)

    /// A larger one is passed over.
    private static let longestMeta: Int64 = 4 << 20
    /// What must be whole where it has begun; others may be cut as far as the pictures are concerned.
    private static let needed = ["ftyp", "meta", "moov", "moof", "mdat", "idat"].map { Array($0.utf8) }
    private static let known = needed + ["free", "skip", "wide", "uuid", "pdin", "mfra", "sidx", "styp"].map { Array($0.utf8) }

    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite {
        switch step {
        case .header: return box(bytes)
        case .length: return content(Int64(bytes.big(4) ?? 0) << 32 | Int64(bytes.big(4, at: 4) ?? 0), header: 16)
        case .brand:
            needsMovie = ["avis", "msf1", "hevc", "hevx"].contains { bytes.starts(with: $0.utf8) }
        case .meta: end = ItemPlaces.end(inMeta: bytes)
        case .content: break
        }
        seen.insert(kind)
        step = .header
        return .bytes(8)
    }

    private mutating func box(_ bytes: [UInt8]) -> PictureAppetite {
        kind = Array(bytes[4...])
        switch bytes.big(4) ?? 0 {
        // It goes on to the end of the file, whatever that is.
        case 0 where Self.known.contains(kind):
            seen.insert(kind)
            return .nothing
        case 1:
            step = .length
            return .bytes(8)
        case let size: return content(Int64(size), header: 8)
        }
    }

    private mutating func content(_ size: Int64, header: Int64) -> PictureAppetite {
        let rest = size - header
        // It is no box: something else was put behind the picture.
        guard rest >= 0, Self.known.contains(kind) || !isSatisfied(at: .max) else { return .nothing }
        if kind.elementsEqual("ftyp".utf8), rest < 4_096 {
            step = .brand
            return .bytes(Int(rest))
        }
        if kind.elementsEqual("meta".utf8), rest <= Self.longestMeta {
            step = .meta
            return .bytes(Int(rest))
        }
        step = .content
        return .skip(rest)
    }

    /// Whether all coded pictures have gone by.
    private func isSatisfied(at position: Int64) -> Bool {
        if needsMovie, !has("moov") { return false }
        guard let end else { return has("mdat") && (has("meta") || has("moov")) }
        return position >= end && (!needsMovie || has("mdat"))
    }

    private func has(_ kind: String) -> Bool { seen.contains(Array(kind.utf8)) }

    func isWhole(at position: Int64, wanting appetite: PictureAppetite) -> Bool {
        guard isSatisfied(at: position) else { return false }
        switch step {
        case .header: return true
        case .length, .brand, .meta, .content: return appetite == .nothing || !Self.needed.contains(kind)
        }
    }
}

/// The box `iloc` (ISO/IEC 14496-12, §8.11.3).
private struct ItemPlaces {
    private let bytes: ArraySlice<UInt8>
    private var offset = 0

    private init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Where the last item ends that stands in the file itself; 0 where none does, nil where that cannot be read.
    static func end(inMeta bytes: [UInt8]) -> Int64? {
        // Version and flags come first.
        var offset = 4
        while let size = bytes.big(4, at: offset), size >= 8, offset + size <= bytes.count {
            let box = bytes[(offset + 4)..<(offset + size)]
            if box.starts(with: "iloc".utf8) {
                var places = ItemPlaces(box.dropFirst(4))
                return places.end()
            }
            offset += size
        }
        return nil
    }

    private mutating func number(_ count: Int) -> Int64? {
        guard count > 0 else { return 0 }
        defer { offset += count }
        // Offsets beyond 2^63 are no places in a file.
        return bytes.big(count, at: offset).flatMap { $0 < 0 ? nil : Int64($0) }
    }

    private mutating func end() -> Int64? {
        guard let version = number(1), version <= 2, number(3) != nil, let sizes = number(2) else { return nil }
        let (offsetSize, lengthSize, baseSize) = (Int(sizes >> 12), Int(sizes >> 8 & 15), Int(sizes >> 4 & 15))
        let indexSize = version > 0 ? Int(sizes & 15) : 0
        guard let count = number(version < 2 ? 2 : 4) else { return nil }
        var end: Int64 = 0
        for _ in 0..<count {
            guard number(version < 2 ? 2 : 4) != nil, let method = version > 0 ? number(2) : 0, let reference = number(2),
                let base = number(baseSize), let extents = number(2)
            else { return nil }
            for _ in 0..<extents {
                guard number(indexSize) != nil, let start = number(offsetSize), let length = number(lengthSize) else { return nil }
                guard method & 15 == 0, reference == 0 else { continue }
                let (from, isFar) = base.addingReportingOverflow(start)
                let (to, isLong) = from.addingReportingOverflow(length)
                guard !isFar, !isLong else { return nil }
                end = max(end, to)
            }
        }
        return end
    }
}
