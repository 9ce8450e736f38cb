/// WebP (RFC 9649, §2.3): the RIFF header says how long the file is.
struct WebPWalk: PictureWalk {
    private enum Step { case riff, chunk, header, exif }

    private var step = Step.riff
    private var end: Int64?
    private(set) var orientation: PictureOrientation?

    let first = PictureAppetite.bytes(12)

    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite {
        switch step {
        case .riff: end = 8 + Int64(bytes.little(4, at: 4) ?? 0)
        case .chunk: break
        case .header: return content(bytes)
        case .exif:
            orientation = PictureOrientation(exif: bytes)
            return .nothing
        }
        guard let end, position < end else { return .nothing }
        step = .header
        return .bytes(8)
    }

    /// Of a chunk, which has an even length (§2.3).
    private mutating func content(_ header: [UInt8]) -> PictureAppetite {
        let length = header.little(4, at: 4) ?? 0
        guard header.starts(with: "EXIF".utf8), length <= longestExif else {
            step = .chunk
            return .skip(Int64(length + length % 2))
        }
        step = .exif
        return .bytes(length)
    }

    func isWhole(at position: Int64, wanting appetite: PictureAppetite) -> Bool { end.map { position >= $0 } ?? false }
}
