import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Pictures that the simulator serves itself, so that fetching by URL can be tested on loopback.
///
/// | address under `/pictures/` | is |
/// |---|---|
/// | `NAME.png` | a PNG picture of 64 × 48 pixels, its colour made of the name |
/// | `redirect` | 302 to `harbour.png` |
/// | `loop` | 302 to itself |
/// | `page` | a page of HTML |
/// | `missing`, anything else | 404 |
enum ServedPictures {
    static let prefix = "/pictures/"

    static func reply(to path: String) -> Reply? {
        guard path.hasPrefix(prefix) else { return nil }
        switch path.dropFirst(prefix.count) {
        case "redirect": return redirect(to: "harbour.png")
        case "loop": return redirect(to: "loop")
        case "page": return .html(status: 200, "<p>This is not a picture.</p>")
        case let name where name.hasSuffix(".png") && !name.contains("/"):
            return Reply(status: 200, contentType: "image/png", body: png(named: String(name)))
        default: return .html(status: 404, "<h1>404 Not Found</h1>")
        }
    }

    /// A picture of the simulator's own, as a provider would fetch it: through one redirect, not more.
    ///
    /// - Throws: where its address leads to no picture; nil for other addresses.
    static func picture(at url: String, origin: String) throws(ScriptedRefusal) -> SentPicture? {
        guard !origin.isEmpty, url.hasPrefix(origin + prefix) else { return nil }
        let path = url.dropFirst(origin.count + prefix.count).prefix { $0 != "?" && $0 != "#" }
        let name = path == "redirect" ? "harbour.png" : String(path)
        guard let served = reply(to: prefix + name), served.status == 200 else { throw .unreachableImage(url) }
        guard served.contentType == "image/png" else { throw .invalidImage("The address \(url) is not a picture.") }
        return try SentPicture(base64: Data(served.body).base64EncodedString(), mimeType: "image/png")
    }

    private static func redirect(to name: String) -> Reply {
        var reply = Reply(status: 302, contentType: "text/plain", body: [])
        reply.headers = [("Location", prefix + name)]
        return reply
    }

    // MARK: A PNG picture

    private static let width = 64
    private static let height = 48

    static func png(named name: String) -> [UInt8] {
        let seed = name.utf8.reduce(UInt32(7)) { ($0 &* 31) &+ UInt32($1) }
        let pixel = (0..<3).map { UInt8(truncatingIfNeeded: seed >> (8 * $0)) }
        let row: [UInt8] = [0] + Array(repeatElement(pixel, count: width).joined())
        let rows: [UInt8] = Array(repeatElement(row, count: height).joined())
        let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        return signature + chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
    }

    /// zlib's form without compression (RFC 1950 and 1951), for at most 65,535 bytes.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt16(bytes.count)
        let length = [UInt8(truncatingIfNeeded: count), UInt8(count >> 8)]
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        let start: [UInt8] = [0x78, 0x01, 0x01] + length + length.map { ~$0 }
        return start + bytes + bigEndian(b << 16 | a)
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        return bigEndian(UInt32(content.count)) + body + bigEndian(checksum(body))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }

    /// CRC-32 as PNG wants it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
