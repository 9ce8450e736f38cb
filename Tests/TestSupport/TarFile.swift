/// A tar file, made by hand: what programs write, and what none should.
package struct TarFile {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// A member with its header. `size` and `magic` may tell what is not so.
    package mutating func add(
        _ name: String, _ content: [UInt8] = [], type: Character = "0", link: String = "", size: [UInt8]? = nil,
        magic: String = "ustar\u{0}00",
        prefix: String = ""
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ field: some Sequence<UInt8>, at offset: Int) { for (index, byte) in field.enumerated() { block[offset + index] = byte } }
        put(name.utf8.prefix(100), at: 0)
        put("0000644\u{0}0000000\u{0}0000000".utf8, at: 100)
        put(size ?? Self.octal(content.count, digits: 11), at: 124)
        put("00000000000".utf8, at: 136)
        put("        ".utf8, at: 148)
        put(String(type).utf8, at: 156)
        put(link.utf8.prefix(100), at: 157)
        put(magic.utf8, at: 257)
        put(prefix.utf8, at: 345)
        put(Self.octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + [0], at: 148)
        append(block)
        append(content)
    }

    /// A name of any length as GNU writes it.
    package mutating func addLong(_ name: String, _ content: [UInt8]) {
        add("././@LongLink", Array(name.utf8) + [0], type: "L", magic: "ustar  ")
        add(name, content, magic: "ustar  ")
    }

    /// What POSIX.1-2001 has no room for in a header.
    package mutating func addExtended(_ records: KeyValuePairs<String, String>, type: Character = "x") {
        add("PaxHeaders/member", records.flatMap { Self.record($0.key, $0.value) }, type: type)
    }

    /// Two empty blocks.
    package mutating func end() { append([UInt8](repeating: 0, count: 1_024)) }

    package mutating func append(_ raw: [UInt8]) { bytes += raw + [UInt8](repeating: 0, count: (512 - raw.count % 512) % 512) }

    /// Its length counts itself.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n".utf8
        var length = rest.count + 1
        while String(length).utf8.count + rest.count != length { length = String(length).utf8.count + rest.count }
        return Array("\(length)".utf8) + rest
    }

    private static func octal(_ number: Int, digits: Int) -> [UInt8] {
        let text = Array(String(number, radix: 8).utf8)
        return [UInt8](repeating: 0x30, count: digits - text.count) + text
    }
}
