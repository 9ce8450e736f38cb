import CutlineCore
import Testing

/// What is nothing but its pixels, from the bytes that formats are made of.
@Suite struct PlainPictureTests {
    private static func isPlain(_ bytes: [UInt8], _ format: PictureFormat, isBeginning: Bool = false) -> Bool {
        bytes.withUnsafeBytes { PlainPicture.isPlain($0, format, isBeginning: isBeginning) }
    }

    private static func segment(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
        [0xFF, kind, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 0xFF)] + content
    }

    /// A frame of 8 × 8, a scan with stuffed bytes and a restart, the end.
    private static func jpeg(_ more: [UInt8] = [], depth: UInt8 = 8, bands: UInt8 = 3, behind: [UInt8] = []) -> [UInt8] {
        [0xFF, 0xD8] + segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]) + more
            + segment(0xC0, [depth, 0, 8, 0, 8, bands] + [UInt8](repeating: 1, count: Int(bands) * 3)) + segment(0xDA, [1, 1, 0, 0, 63, 0])
            + [1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 0xFF, 0xD9] + behind
    }

    @Test func aJPEGIsPlainWithoutAnythingBeside() {
        #expect(Self.isPlain(Self.jpeg(), .jpeg) && Self.isPlain(Self.jpeg(bands: 1), .jpeg))
        let named = Array("ICC_PROFILE\0\u{1}\u{1}".utf8)
        #expect(Self.isPlain(Self.jpeg(Self.segment(0xE2, named + Array("desc sRGB IEC61966".utf8))), .jpeg))
        #expect(Self.isPlain(Self.jpeg(Self.segment(0xE2, named + [0x73, 0, 0x52, 0, 0x47, 0, 0x42, 0])), .jpeg))
    }

    @Test(arguments: [
        (jpeg(segment(0xE1, Array("Exif\0\0MM".utf8))), "EXIF"), (jpeg(segment(0xED, Array("Photoshop 3.0\0".utf8))), "IPTC"),
        (jpeg(segment(0xFE, Array("by me".utf8))), "a comment"),
        (jpeg(segment(0xE2, Array("ICC_PROFILE\0\u{1}\u{1}Display P3".utf8))), "P3"),
        (jpeg(segment(0xE2, Array("MPF\0".utf8))), "more pictures"), (jpeg(bands: 4), "CMYK"), (jpeg(depth: 12), "12 bits"),
        (jpeg(behind: [0]), "a byte behind the end"), (Array(jpeg().dropLast(2)), "no end"), ([0xFF, 0xD8], "nothing"),
    ])
    func aJPEGIsNotPlainWith(bytes: [UInt8], what: String) { #expect(!Self.isPlain(bytes, .jpeg), "\(what)") }

    @Test func ofABeginningTheRestIsTakenForPlain() {
        #expect(Self.isPlain(Array(Self.jpeg().dropLast(2)), .jpeg, isBeginning: true))
        #expect(!Self.isPlain(Array(Self.jpeg(Self.segment(0xFE, [1])).dropLast(2)), .jpeg, isBeginning: true))
    }

    private static func chunk(_ kind: String, _ content: [UInt8] = []) -> [UInt8] {
        [0, 0, 0, UInt8(content.count)] + Array(kind.utf8) + content + [0, 0, 0, 0]
    }

    private static func png(_ more: [UInt8] = [], depth: UInt8 = 8, colour: UInt8 = 2, behind: [UInt8] = []) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", [0, 0, 0, 8, 0, 0, 0, 8, depth, colour, 0, 0, 0])
            + chunk("gAMA", [0, 0, 0, 0]) + more + chunk("IDAT", [1, 2]) + chunk("IEND") + behind
    }

    @Test(arguments: [
        (png(), true), (png(colour: 3), true), (png(depth: 1, colour: 0), true), (png(depth: 16), false), (png(colour: 6), false),
        (png(colour: 4), false), (png(chunk("tRNS", [0])), false), (png(chunk("iCCP", [1])), false), (png(chunk("tEXt", [1])), false),
        (png(chunk("eXIf", [1])), false), (png(chunk("acTL", [1])), false), (png(behind: [1]), false), (Array(png().dropLast(12)), false),
    ])
    func aPNGIsPlain(bytes: [UInt8], isPlain: Bool) { #expect(Self.isPlain(bytes, .png) == isPlain) }

    private static func webp(_ kind: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array("WEBP".utf8) + Array(kind.utf8) + [UInt8(content.count), 0, 0, 0] + content
        return Array("RIFF".utf8) + [UInt8(body.count), 0, 0, 0] + body
    }

    @Test(arguments: [
        (webp("VP8 ", [UInt8](repeating: 0, count: 20)), true), (webp("VP8L", [0x2F, 0, 0, 0, 0x00, 0]), true),
        (webp("VP8L", [0x2F, 0, 0, 0, 0x10, 0]), false), (webp("VP8X", [0x00, 0, 0, 0, 1, 0]), true),
        (webp("VP8X", [0x08, 0, 0, 0, 1, 0]), false), (webp("VP8X", [0x10, 0, 0, 0, 1, 0]), false),
        (webp("VP8 ", [UInt8](repeating: 0, count: 20)) + [1, 2, 3], false),
    ])
    func aWebPIsPlain(bytes: [UInt8], isPlain: Bool) { #expect(Self.isPlain(bytes, .webp) == isPlain) }

    @Test(arguments: [PictureFormat.gif, .heic, .avif, .tiff, .bmp])
    func othersAreNeverPlain(format: PictureFormat) { #expect(!Self.isPlain(Self.jpeg(), format)) }
}
