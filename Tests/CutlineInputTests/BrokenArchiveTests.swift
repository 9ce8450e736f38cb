import CutlineCore
import TestSupport
import Testing

@testable import CutlineInput

/// Bytes changed, cut and doubled at random: every archive is read to an end or refused, and no member reaches over its file.
struct BrokenArchiveTests {
    private static func tar() -> [UInt8] {
        var tar = TarFile()
        tar.add("a.jpg", Array(repeating: 0x61, count: 600))
        tar.addLong(String(repeating: "long/", count: 40) + "b.jpg", [0x62])
        tar.addExtended(["path": "c.jpg", "size": "3", "GNU.sparse.major": "1"])
        tar.add("short", Array("abc".utf8))
        tar.add("s.jpg", [0x61], type: "S", magic: "ustar  ")
        tar.add("link", type: "2", link: "a.jpg")
        tar.end()
        return tar.bytes
    }

    private static func zip(_ isLarge: Bool) -> [UInt8] {
        var zip = ZipFile(prefix: [1, 2, 3], isLarge: isLarge)
        zip.add("a.jpg", Array(repeating: 0x61, count: 300))
        zip.add("b.jpg", [1], method: 8)
        zip.add("deep/c.jpg", [2], localExtra: [1, 0, 0, 0])
        return zip.bytes(comment: "comment")
    }

    @Test(arguments: 0..<400) func anyBytesAreReadToAnEndOrRefused(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        for whole in [Self.tar(), Self.zip(false), Self.zip(true)] {
            let bytes = Self.broken(whole, &random)
            // A refusal is as good as members.
            for member in ((try? bytes.tar()) ?? []) + ((try? bytes.zip()) ?? []) where member.kind == .file {
                #expect(member.offset >= 0 && member.length >= 0 && member.offset + member.length <= Int64(bytes.count))
            }
        }
    }

    /// Headers whose sum is mended, so that what was changed is believed.
    private static func broken(_ whole: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] = [0xFF, 0x80, 0x7F, 0x30][Int.random(in: 0..<4, using: &random)]
            case 2: bytes = Array(bytes.prefix(max(1, place)))
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(512), at: place)
            default: bytes[place / 512 * 512 + Int.random(in: 124..<136, using: &random) % (bytes.count - place / 512 * 512)] ^= 0x87
            }
            mendSum(&bytes, at: place / 512 * 512)
        }
        return bytes
    }

    private static func mendSum(_ bytes: inout [UInt8], at start: Int) {
        guard start + 512 <= bytes.count, bytes[start + 257] == 0x75 else { return }
        let sum = (0..<512).reduce(0) { $0 + ((148..<156).contains($1) ? 0x20 : Int(bytes[start + $1])) }
        let text = Array(String(sum, radix: 8).utf8)
        for (index, byte) in ([UInt8](repeating: 0x30, count: 6 - text.count) + text + [0, 0x20]).enumerated() {
            bytes[start + 148 + index] = byte
        }
    }
}
