/// PNG (third edition, §5.3): chunks up to `IEND`.
struct PNGWalk: PictureWalk {
    private enum Step { case chunk, header, exif, last }

    private var step = Step.chunk
    private(set) var orientation: PictureOrientation?

    /// The signature.
    let first = PictureAppetite.skip(8)

    /// Behind the content of a chunk.
    private static let checksum: Int64 = 4

    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite {
        switch step {
        case .chunk:
            step = .header
            return .bytes(8)
        case .header:
            let length = bytes.big(4) ?? 0
            let kind = bytes.dropFirst(4)
            if kind.elementsEqual("eXIf".utf8), length <= longestExif {
                step = .exif
                return .bytes(length)
            }
            step = kind.elementsEqual("IEND".utf8) ? .last : .chunk
            return .skip(Int64(length) + Self.checksum)
        case .exif:
            orientation = PictureOrientation(exif: bytes)
            step = .chunk
            return .skip(Self.checksum)
        case .last: return .nothing
        }
    }
}
