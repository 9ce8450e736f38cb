import CutlineCore
import Testing

/// Small pictures that end as their format says; nothing in them need be decoded.
struct WholePicture: CustomTestStringConvertible {
    let name: String
    let format: PictureFormat
    let bytes: [UInt8]
    var orientation: Int?

    var testDescription: String { name }

    static let all = jpegs + pngs + gifs + webps + boxes + bmps + tiffs

    private static func big(_ value: Int, _ count: Int = 4) -> [UInt8] { little(value, count).reversed() }
    private static func little(_ value: Int, _ count: Int = 4) -> [UInt8] {
        (0..<count).map { place in UInt8(truncatingIfNeeded: value >> (place * 8)) }
    }
    private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A TIFF part with one entry, the orientation.
    private static func exif(_ orientation: Int) -> [UInt8] {
        joined(ascii("MM"), big(42, 2), big(8), big(1, 2), big(0x0112, 2), big(3, 2), big(1), big(orientation, 2), big(0, 2), big(0))
    }

    private static func joined(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }

    // MARK: - JPEG

    private static func segment(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] { joined([0xFF, kind], big(content.count + 2, 2), content) }
    private static let end: [UInt8] = [0xFF, 0xD9]
    /// Stuffed bytes and restart markers are data.
    private static let data: [UInt8] = [1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 0xFF, 0xD7, 5]

    private static let jpegs: [WholePicture] = {
        let begin: [UInt8] = [0xFF, 0xD8]
        let thumbnail = joined(begin, segment(0xDA, [0]), data, end)
        let app1 = segment(0xE1, joined(ascii("Exif\0\0"), exif(6), thumbnail))
        let scan = segment(0xDA, [1, 1, 0]) + data
        let plain = joined(begin, segment(0xE0, ascii("JFIF\0")), segment(0xC0, [8, 0, 1, 0, 1]), scan, end)
        let xmp = segment(0xE1, ascii("http://ns.adobe.com/xap/1.0/\0<x/>"))
        let filled: [UInt8] = [0xFF] + segment(0xC4, [7])
        return [
            WholePicture(name: "JPEG", format: .jpeg, bytes: plain),
            WholePicture(name: "JPEG with a thumbnail", format: .jpeg, bytes: joined(begin, app1, scan, end), orientation: 6),
            WholePicture(
                name: "JPEG with XMP, several scans and filling", format: .jpeg,
                bytes: joined(begin, xmp, app1, scan, filled, scan, end), orientation: 6),
        ]
    }()

    // MARK: - PNG

    private static func chunk(_ kind: String, _ content: [UInt8] = []) -> [UInt8] {
        joined(big(content.count), ascii(kind), content, [9, 9, 9, 9])
    }

    private static let pngs: [WholePicture] = {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let begin = signature + chunk("IHDR", [UInt8](repeating: 1, count: 13))
        let pixels = chunk("IDAT", ascii("IEND inside")) + chunk("IDAT")
        return [
            WholePicture(name: "PNG", format: .png, bytes: joined(begin, pixels, chunk("IEND"))),
            WholePicture(
                name: "PNG with EXIF", format: .png, bytes: joined(begin, pixels, chunk("eXIf", exif(8)), chunk("IEND")), orientation: 8),
        ]
    }()

    // MARK: - GIF

    private static let gifs: [WholePicture] = {
        let pixels: [UInt8] = [2, 3, 0x3B, 0x3B, 0x3B, 1, 7, 0]
        let image = joined([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0], pixels)
        let tabled = joined([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x81], [UInt8](repeating: 0x3B, count: 12), pixels)
        let comment: [UInt8] = [0x21, 0xFE, 2, 0x3B, 0x3B, 0]
        return [
            WholePicture(
                name: "GIF", format: .gif,
                bytes: joined(
                    ascii("GIF89a"), [1, 0, 1, 0, 0x80, 0, 0], [UInt8](repeating: 0x3B, count: 6), comment, image, tabled, [0x3B])),
            WholePicture(
                name: "GIF without a table", format: .gif, bytes: joined(ascii("GIF87a"), [1, 0, 1, 0, 0, 0, 0], image, [0x3B])),
        ]
    }()

    // MARK: - WebP

    private static let webps: [WholePicture] = {
        func riff(_ chunks: [UInt8]) -> [UInt8] { joined(ascii("RIFF"), little(chunks.count + 4), ascii("WEBP"), chunks) }
        func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
            joined(ascii(kind), little(content.count), content, content.count % 2 == 1 ? [0] : [])
        }
        return [
            WholePicture(name: "WebP", format: .webp, bytes: riff(chunk("VP8L", [UInt8](repeating: 7, count: 21)))),
            WholePicture(
                name: "WebP with EXIF", format: .webp,
                bytes: riff(
                    joined(
                        chunk("VP8X", [UInt8](repeating: 0, count: 10)), chunk("VP8 ", [UInt8](repeating: 7, count: 33)),
                        chunk("EXIF", joined(ascii("Exif\0\0"), exif(3))), chunk("XMP ", [1, 2]))), orientation: 3),
        ]
    }()

    // MARK: - HEIC and AVIF

    private static let boxes: [WholePicture] = {
        func box(_ kind: String, _ content: [UInt8]) -> [UInt8] { joined(big(content.count + 8), ascii(kind), content) }
        func places(_ extents: [(offset: Int, length: Int)], method: Int = 0) -> [UInt8] {
            var items: [UInt8] = []
            for extent in extents {
                items += joined(big(1, 2), big(method, 2), big(0, 2), big(1, 2), big(extent.offset), big(extent.length))
            }
            return box("iloc", joined([1, 0, 0, 0, 0x44, 0x00], big(extents.count, 2), items))
        }
        func meta(_ places: [UInt8], more: [UInt8] = []) -> [UInt8] {
            box("meta", joined([0, 0, 0, 0], box("hdlr", ascii("pict")), places, more))
        }
        func brand(_ name: String) -> [UInt8] { box("ftyp", joined(ascii(name), [0, 0, 0, 0], ascii("mif1"))) }
        let pixels = [UInt8](repeating: 7, count: 40)
        let begin = brand("heic").count + meta(places([(0, 0), (0, 0)])).count + 8
        let single = brand("avif").count + meta(places([(0, 0)])).count + 16
        return [
            WholePicture(
                name: "HEIC", format: .heic,
                bytes: joined(brand("heic"), meta(places([(begin, 10), (begin + 10, 30)])), box("mdat", pixels))),
            WholePicture(
                name: "AVIF whose data has a long length", format: .avif,
                bytes: joined(brand("avif"), meta(places([(single, 40)])), big(1), ascii("mdat"), big(56, 8), pixels)),
            WholePicture(
                name: "HEIC with its data in the description", format: .heic,
                bytes: joined(brand("mif1"), meta(places([(0, 40)], method: 1), more: box("idat", pixels)))),
            WholePicture(
                name: "AVIF sequence", format: .avif,
                bytes: joined(brand("avis"), box("moov", ascii("trak")), box("free", [0]), box("mdat", pixels))),
        ]
    }()

    // MARK: - BMP

    private static let bmps: [WholePicture] = {
        func file(_ info: [UInt8], _ pixels: [UInt8], claims length: Int? = nil) -> [UInt8] {
            let offset = 14 + info.count
            return joined(ascii("BM"), little(length ?? (offset + pixels.count)), little(0), little(offset), info, pixels)
        }
        let core = joined(little(12), little(3, 2), little(2, 2), little(1, 2), little(24, 2))
        func info(height: Int, compression: Int) -> [UInt8] {
            joined(
                little(40), little(3), little(height), little(1, 2), little(24, 2), little(compression), [UInt8](repeating: 0, count: 20))
        }
        let rows = [UInt8](repeating: 7, count: 24)
        return [
            WholePicture(name: "BMP of OS/2", format: .bmp, bytes: file(core, rows)),
            WholePicture(
                name: "BMP from the top, of a wrong length", format: .bmp,
                bytes: file(info(height: -2, compression: 0), rows, claims: 9_999)),
            WholePicture(name: "BMP, packed", format: .bmp, bytes: file(info(height: 2, compression: 1), rows)),
        ]
    }()

    // MARK: - TIFF

    private static let tiffs: [WholePicture] = {
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
            joined(little(tag, 2), little(type, 2), little(count), value)
        }
        func directory(_ entries: [[UInt8]], next: Int = 0) -> [UInt8] {
            joined(little(entries.count, 2), entries.flatMap { $0 }, little(next))
        }
        let begin = ascii("II") + [42, 0]
        let pixels = [UInt8](repeating: 7, count: 20)
        // In front of the pixels, which are two strips: their places stand behind the directory.
        let entries = [
            entry(273, 4, 2, little(62)), entry(274, 3, 1, little(5)), entry(279, 4, 2, little(70)), entry(282, 5, 1, little(78)),
        ]
        let values = joined(little(86), little(96), little(10), little(10), little(1), little(1))
        let front = joined(begin, little(8), directory(entries), values, pixels)
        // Behind them.
        let back = joined(begin, little(28), pixels, directory([entry(273, 4, 1, little(8)), entry(279, 3, 1, little(20))]))
        let pages = joined(
            begin, little(8), directory([entry(273, 4, 1, little(68)), entry(279, 4, 1, little(10))], next: 38),
            directory([entry(273, 4, 1, little(78)), entry(279, 4, 1, little(10))]), pixels)
        return [
            WholePicture(name: "TIFF", format: .tiff, bytes: front, orientation: 5),
            WholePicture(name: "TIFF whose directory comes last", format: .tiff, bytes: back),
            WholePicture(name: "TIFF of two pages", format: .tiff, bytes: pages),
        ]
    }()
}
