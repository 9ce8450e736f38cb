/// JPEG (ITU-T T.81, annex B): segments and scans up to the marker EOI. A thumbnail's EOI stands inside a segment, which is passed over.
struct JPEGWalk: PictureWalk {
    private enum Step { case marker, length(UInt8), exif, segment }

    private var step = Step.segment
    private(set) var orientation: PictureOrientation?

    /// Past SOI.
    let first = PictureAppetite.skip(2)

    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite {
        switch step {
        case .marker: return segment(bytes[0])
        case .length(let kind):
            let length = max(0, (bytes.big(2) ?? 0) - 2)
            let mayBeExif = kind == 0xE1 && orientation == nil
            step = mayBeExif ? .exif : .segment
            return mayBeExif ? .bytes(length) : .skip(Int64(length))
        case .exif:
            if bytes.starts(with: "Exif\0\0".utf8) { orientation = PictureOrientation(exif: bytes) }
            step = .marker
            return .marker
        case .segment:
            step = .marker
            return .marker
        }
    }

    private mutating func segment(_ kind: UInt8) -> PictureAppetite {
        switch kind {
        // EOI
        case 0xD9: return .nothing
        // TEM and SOI have no length.
        case 0x01, 0xD8: return .marker
        default:
            step = .length(kind)
            return .bytes(2)
        }
    }
}
