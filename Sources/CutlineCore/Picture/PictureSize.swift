/// A picture's size in pixels, as its header states it (an EXIF rotation is not applied).
package struct PictureSize: Codable, Hashable, Sendable {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Reads the size from a picture's leading bytes. Nil where the header is damaged or cut off. A JPEG's size may stand behind metadata
    /// of some 100 kB, a TIFF's anywhere in the file: see `tiffDirectory`.
    package init?(header bytes: [UInt8]) {
        let reader = HeaderReader(bytes: bytes)
        let size: PictureSize? =
            switch PictureFormat(firstBytes: bytes) {
            case .png: reader.png()
            case .gif: reader.gif()
            case .bmp: reader.bmp()
            case .webp: reader.webp()
            case .jpeg: reader.jpeg()
            case .heic, .avif: BoxedSize(bytes).size
            case .tiff: Tiff(bytes: bytes[...]).flatMap { reader.tiff($0) }
            case nil: nil
            }
        guard let size, size.width > 0, size.height > 0 else { return nil }
        self = size
    }

    /// Where the first directory of a TIFF stands; nil where these leading bytes are none's.
    package static func tiffDirectory(header bytes: [UInt8]) -> Int64? {
        guard let tiff = Tiff(bytes: bytes[...]), tiff.firstDirectory > 0 else { return nil }
        return Int64(tiff.firstDirectory)
    }

    /// Reads the size from the first directory of a TIFF.
    ///
    /// - Parameters:
    ///   - header: the first 8 bytes of the file.
    ///   - directory: what stands where `tiffDirectory` says.
    package init?(tiff header: [UInt8], directory: [UInt8]) {
        guard header.count >= 8 else { return nil }
        let place: [UInt8] = header[0] == 0x4D ? [0, 0, 0, 8] : [8, 0, 0, 0]
        self.init(header: header[..<4] + place + directory)
    }
}

private struct HeaderReader {
    let bytes: [UInt8]

    /// PNG specification, §11.2.2: IHDR comes first.
    func png() -> PictureSize? {
        guard let width = big(at: 16, 4), let height = big(at: 20, 4) else { return nil }
        return PictureSize(width: width, height: height)
    }

    /// GIF89a specification, §18: logical screen descriptor.
    func gif() -> PictureSize? {
        guard let width = little(at: 6, 2), let height = little(at: 8, 2) else { return nil }
        return PictureSize(width: width, height: height)
    }

    /// BITMAPINFOHEADER; a negative height means rows from the top.
    func bmp() -> PictureSize? {
        guard let width = little(at: 18, 4), let height = little(at: 22, 4) else { return nil }
        return PictureSize(width: width, height: abs(Int(Int32(truncatingIfNeeded: height))))
    }

    /// RFC 9649, §2.5–2.7: lossy, lossless and extended files state their size in three ways.
    func webp() -> PictureSize? {
        guard bytes.count >= 30 else { return nil }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8 ":
            guard let width = little(at: 26, 2), let height = little(at: 28, 2) else { return nil }
            return PictureSize(width: width & 0x3FFF, height: height & 0x3FFF)
        case "VP8L":
            guard let bits = little(at: 21, 4) else { return nil }
            return PictureSize(width: bits & 0x3FFF + 1, height: (bits >> 14) & 0x3FFF + 1)
        case "VP8X":
            guard let width = little(at: 24, 3), let height = little(at: 27, 3) else { return nil }
            return PictureSize(width: width + 1, height: height + 1)
        default: return nil
        }
    }

    /// ITU-T T.81, annex B: walks the segments up to the first start of frame.
    func jpeg() -> PictureSize? {
        var position = 2
        while let mark = big(at: position, 1), mark == 0xFF, let kind = big(at: position + 1, 1) {
            if kind == 0xFF {
                position += 1
            } else if (0xC0...0xCF).contains(kind), ![0xC4, 0xC8, 0xCC].contains(kind) {
                guard let height = big(at: position + 5, 2), let width = big(at: position + 7, 2) else { return nil }
                return PictureSize(width: width, height: height)
            } else if kind == 0x01 || (0xD0...0xD8).contains(kind) {
                position += 2
            } else {
                guard let length = big(at: position + 2, 2), length >= 2 else { return nil }
                position += 2 + length
            }
        }
        return nil
    }

    /// TIFF 6.0, §8: ImageWidth and ImageLength.
    func tiff(_ tiff: Tiff) -> PictureSize? {
        guard let first = tiff.directory(at: tiff.firstDirectory), let width = first.entries[256], let height = first.entries[257] else {
            return nil
        }
        return PictureSize(width: width, height: height)
    }

    private func big(at offset: Int, _ count: Int) -> Int? {
        guard offset + count <= bytes.count else { return nil }
        return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private func little(at offset: Int, _ count: Int) -> Int? {
        guard offset + count <= bytes.count else { return nil }
        return bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
