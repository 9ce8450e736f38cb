/// What the header of a picture says of how it can be sent.
package struct PictureFacts: Hashable, Sendable {
    /// Nil where it does not say it, or not in its first bytes.
    package var size: PictureSize?
    /// Whether more than one frame is announced.
    package var isAnimated = false

    package init(size: PictureSize? = nil, isAnimated: Bool = false) { (self.size, self.isAnimated) = (size, isAnimated) }

    /// How many leading bytes `init(header:)` wants to see.
    package static let headerLength = 4 * 1_024

    package init(header bytes: [UInt8]) {
        size = PictureSize(header: bytes)
        switch PictureFormat(firstBytes: bytes) {
        case .gif: isAnimated = Self.gifMoves(bytes)
        case .png: isAnimated = Self.pngMoves(bytes)
        // RFC 9649, §2.7: the flag of animation.
        case .webp: isAnimated = bytes.count > 20 && bytes[12..<16].elementsEqual("VP8X".utf8) && bytes[20] & 0x02 != 0
        case .jpeg, .heic, .avif, .tiff, .bmp, nil: break
        }
    }

    /// Whether a TIFF is what a camera's sensor saw (DNG, NEF, CR2, ARW and the like), of which a reader of TIFF sees a preview of the size of a
    /// stamp: it says so, has pictures beside it, or begins with one that is smaller than another.
    package static func isCameraRaw(header bytes: [UInt8]) -> Bool {
        guard let tiff = Tiff(bytes: bytes[...]) else { return false }
        if bytes.dropFirst(8).starts(with: "CR".utf8) { return true }
        guard let first = tiff.directory(at: tiff.firstDirectory) else { return false }
        return first.tags.contains(dngVersion) || first.tags.contains(subDirectories) || (first.entries[subfileType] ?? 0) & 1 == 1
    }

    private static let (subfileType, subDirectories, dngVersion) = (254, 330, 50_706)

    /// The extension that says how often an animation is played, or a second image, as far as the bytes go (GIF89a, §20 to §26).
    private static func gifMoves(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 13 else { return false }
        func table(_ packed: UInt8) -> Int { packed & 0x80 == 0 ? 0 : 3 << Int(packed & 7 + 1) }
        var (position, images) = (13 + table(bytes[10]), 0)
        while position + 1 < bytes.count {
            switch bytes[position] {
            case 0x21:
                let name = bytes.dropFirst(position + 3).prefix(11)
                if bytes[position + 1] == 0xFF, name.elementsEqual("NETSCAPE2.0".utf8) || name.elementsEqual("ANIMEXTS1.0".utf8) {
                    return true
                }
                position += 2
            case 0x2C:
                images += 1
                guard images < 2, position + 9 < bytes.count else { return images > 1 }
                position += 11 + table(bytes[position + 9])
            default: return false
            }
            // Sub-blocks
            while position < bytes.count, bytes[position] > 0 { position += Int(bytes[position]) + 1 }
            position += 1
        }
        return false
    }

    /// `acTL` stands before the pixels (PNG, third edition, §11.3.6.1).
    private static func pngMoves(_ bytes: [UInt8]) -> Bool {
        var position = 8
        while let length = bytes.big(4, at: position), position + 8 <= bytes.count {
            let kind = bytes[(position + 4)..<(position + 8)]
            if kind.elementsEqual("acTL".utf8) { return (bytes.big(4, at: position + 8) ?? 0) > 1 }
            if kind.elementsEqual("IDAT".utf8) { return false }
            position += 12 + length
        }
        return false
    }
}
