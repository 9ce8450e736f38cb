/// The size of the primary picture of a HEIC or AVIF file (ISO/IEC 23008-12, §6.5.3 and §9.3): its property `ispe`.
struct BoxedSize {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Nil where that is not there, or behind the bytes.
    var size: PictureSize? {
        guard let meta = content("meta", in: 0..<bytes.count)?.dropFirst(4), let properties = content("iprp", in: meta),
            let list = content("ipco", in: properties), let uses = content("ipma", in: properties), let primary = primary(in: meta)
        else { return nil }
        let boxes = boxes(in: list)
        let own = places(of: primary, in: uses).filter(boxes.indices.contains).map { boxes[$0] }
        guard let start = own.first(where: { $0.kind.elementsEqual("ispe".utf8) })?.content.lowerBound,
            let width = number(4, at: start + 4), let height = number(4, at: start + 8)
        else { return nil }
        // `irot` counts quarters; whoever decodes the picture turns it.
        let turn = own.first { $0.kind.elementsEqual("irot".utf8) }.flatMap { number(1, at: $0.content.lowerBound) } ?? 0
        return turn % 2 == 0 ? PictureSize(width: width, height: height) : PictureSize(width: height, height: width)
    }

    private typealias Box = (kind: ArraySlice<UInt8>, content: Range<Int>)

    private func boxes(in range: Range<Int>) -> [Box] {
        var (boxes, position): ([Box], Int) = ([], range.lowerBound)
        while position + 8 <= range.upperBound, let short = number(4, at: position) {
            let isLong = short == 1
            let length = isLong ? number(8, at: position + 8) ?? 0 : short == 0 ? range.upperBound - position : short
            let header = isLong ? 16 : 8
            guard length >= header, length <= bytes.count else { return boxes }
            boxes.append((bytes[(position + 4)..<(position + 8)], (position + header)..<min(position + length, range.upperBound)))
            position += length
        }
        return boxes
    }

    private func content(_ kind: String, in range: Range<Int>) -> Range<Int>? {
        boxes(in: range).first { $0.kind.elementsEqual(kind.utf8) }?.content
    }

    private func primary(in meta: Range<Int>) -> Int? {
        guard let box = content("pitm", in: meta)?.lowerBound, let version = number(1, at: box) else { return nil }
        return number(version == 0 ? 2 : 4, at: box + 4)
    }

    /// Which properties an item has, counted from 0 (ISO/IEC 23008-12, §9.3.2).
    private func places(of item: Int, in uses: Range<Int>) -> [Int] {
        guard let version = number(1, at: uses.lowerBound), let flags = number(3, at: uses.lowerBound + 1),
            let count = number(4, at: uses.lowerBound + 4)
        else { return [] }
        var position = uses.lowerBound + 8
        for _ in 0..<count {
            let width = version == 0 ? 2 : 4
            guard let id = number(width, at: position), let uses = number(1, at: position + width) else { return [] }
            position += width + 1
            let bits = flags & 1 == 0 ? 1 : 2
            if id == item {
                return (0..<uses).compactMap { number(bits, at: position + $0 * bits).map { $0 & (bits == 1 ? 0x7F : 0x7FFF) - 1 } }
            }
            position += uses * bits
        }
        return []
    }

    private func number(_ count: Int, at offset: Int) -> Int? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        let value = bytes[offset..<(offset + count)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(exactly: value)
    }
}
