import CutlineCore
import Testing

/// Headers made by hand after the formats' specifications.
private enum Header {
    static let png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + ascii("IHDR") + [0, 0, 2, 0x80, 0, 0, 1, 0xE0, 8, 2]
    static let gif = ascii("GIF89a") + [0x80, 0x02, 0xE0, 0x01, 0, 0, 0]
    static let bmp = ascii("BM") + [54, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 0x80, 2, 0, 0, 0x20, 0xFE, 0xFF, 0xFF, 1, 0]
    static let lossy = webp("VP8 ", [0x30, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x42, 0xE0, 0x81])
    /// 14 bits of width − 1 and 14 bits of height − 1.
    static let lossless = webp("VP8L", [0x2F, 0x7F, 0xC2, 0x77, 0x00, 0, 0, 0, 0, 0])
    static let extended = webp("VP8X", [0x10, 0, 0, 0, 0x7F, 2, 0, 0xDF, 1, 0])
    static let exif: [UInt8] = [0xFF, 0xE1, 0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 65_533)
    static let progressive: [UInt8] = [0xFF, 0xC2, 0, 17, 8, 1, 0xE0, 2, 0x80, 3]
    static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0] + exif + exif + [0xFF, 0xC4, 0, 3, 0, 0xFF, 0xFF] + progressive

    static func webp(_ kind: String, _ payload: [UInt8]) -> [UInt8] {
        ascii("RIFF") + [30, 0, 0, 0] + ascii("WEBP") + ascii(kind) + [10, 0, 0, 0] + payload
    }

    static func boxed(_ brand: String) -> [UInt8] { [0, 0, 0, 24] + ascii("ftyp") + ascii(brand) + [0, 0, 0, 0] }
    static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
}

struct PictureTests {
    @Test(
        arguments: [
            (Header.png, .png), (Header.gif, .gif), (Array("GIF87a".utf8), .gif), (Header.bmp, .bmp), (Header.lossy, .webp),
            (Header.jpeg, .jpeg), (Header.boxed("heic"), .heic), (Header.boxed("mif1"), .heic), (Header.boxed("avif"), .avif),
            ([0x49, 0x49, 0x2A, 0], .tiff), ([0x4D, 0x4D, 0, 0x2A], .tiff), (Header.boxed("isom"), nil), ([], nil),
            (Array("BM is a word and no picture".utf8), nil),
            (Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), nil), (Array("RIFF....WAVEfmt ".utf8), nil), ([0xFF, 0xD8], nil),
            (Array(Header.png.dropFirst()), nil),
        ] as [([UInt8], PictureFormat?)])
    func firstBytesTellTheFormat(bytes: [UInt8], format: PictureFormat?) {
        #expect(PictureFormat(firstBytes: bytes) == format)
        #expect(PictureFormat(firstBytes: bytes[...]) == format)
    }

    @Test(arguments: [Header.png, Header.gif, Header.bmp, Header.lossy, Header.lossless, Header.extended, Header.jpeg])
    func headersStateTheSize(bytes: [UInt8]) {
        #expect(PictureSize(header: bytes) == PictureSize(width: 640, height: 480))
    }

    @Test(arguments: [Header.png, Header.gif, Header.bmp, Header.lossy, Header.lossless, Header.extended])
    func aCutHeaderStatesNothing(bytes: [UInt8]) {
        for length in 0..<min(bytes.count, 9) { #expect(PictureSize(header: Array(bytes.prefix(length))) == nil) }
        #expect(PictureSize(header: Array(bytes.prefix(bytes.count == 26 ? 23 : bytes.count / 2))) == nil)
    }

    @Test func aCutOrEndlessJPEGStatesNothing() {
        for length in [2, 4, 7, 100, 65_000, Header.jpeg.count - 2] {
            #expect(PictureSize(header: Array(Header.jpeg.prefix(length))) == nil)
        }
        #expect(PictureSize(header: [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0]) == nil)
        #expect(PictureSize(header: [0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 100_000)) == nil)
        #expect(PictureSize(header: [0xFF, 0xD8, 0xFF, 0xE0, 0, 2, 0x12, 0x34]) == nil)
    }

    @Test func aSizeOfNothingIsNone() {
        var png = Header.png
        png.replaceSubrange(16..<20, with: [0, 0, 0, 0])
        #expect(PictureSize(header: png) == nil)
    }

    @Test func mimeTypesNameFormats() {
        for format in PictureFormat.allCases { #expect(PictureFormat(mimeType: format.mimeType) == format) }
        for type in ["jpeg", "video/jpeg", "image/", "image/svg+xml", ""] { #expect(PictureFormat(mimeType: type) == nil) }
    }
}
