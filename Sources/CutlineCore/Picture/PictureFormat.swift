/// The picture formats that are recognised by their first bytes.
package enum PictureFormat: String, Codable, CaseIterable, Sendable {
    case jpeg, png, webp, gif, heic, avif, tiff, bmp

    package var mimeType: String { "image/\(rawValue)" }

    package init?(mimeType: String) {
        guard mimeType.hasPrefix("image/") else { return nil }
        self.init(rawValue: String(mimeType.dropFirst("image/".count)))
    }

    /// How many leading bytes `init(firstBytes:)` wants to see.
    package static let sniffLength = 32

    /// The format that these first bytes announce; nil where they are not a known picture.
    package init?(firstBytes bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(Self.sniffLength))
        func has(_ text: String, at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: text.utf8) }
        if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has("GIF87a") || has("GIF89a") {
            self = .gif
        } else if has("RIFF"), has("WEBP", at: 8) {
            self = .webp
        } else if head.starts(with: [0x49, 0x49, 0x2A, 0x00]) || head.starts(with: [0x4D, 0x4D, 0x00, 0x2A]) {
            self = .tiff
        } else if has("BM"), head.count >= 26, head[6...9].allSatisfy({ $0 == 0 }) {
            self = .bmp
        } else if has("ftyp", at: 4) {
            guard let format = Self.brands[String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self)] else { return nil }
            self = format
        } else {
            return nil
        }
    }

    /// Major brands of ISO base media files (ISO/IEC 23008-12 for HEIF, AV1 Image File Format 1.1 for AVIF).
    private static let brands: [String: PictureFormat] = [
        "heic": .heic, "heix": .heic, "hevc": .heic, "hevx": .heic, "heim": .heic, "heis": .heic, "mif1": .heic, "msf1": .heic,
        "avif": .avif, "avis": .avif,
    ]
}
