/// The 512 bytes in front of a member of a tar file: POSIX.1-1988 ("ustar"), GNU, or the form before them.
struct TarHeader {
    static let length = 512

    let name: ArraySlice<UInt8>
    let link: ArraySlice<UInt8>
    /// Nil where the field holds no number.
    let size: Int64?
    let type: UInt8
    /// Whether more blocks of a GNU sparse map follow.
    let isContinued: Bool
    private let prefix: ArraySlice<UInt8>

    /// Nil where the sum of its bytes is not the one that it tells.
    init?(_ block: [UInt8]) {
        guard block.count == Self.length, Self.hasRightSum(block) else { return nil }
        func text(_ range: Range<Int>) -> ArraySlice<UInt8> { block[range].prefix { $0 != 0 } }
        name = text(0..<100)
        size = Self.number(block[124..<136])
        type = block[156]
        link = text(157..<257)
        // GNU keeps other things where POSIX has the folders of a long name, and says so.
        prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? text(345..<500) : []
        isContinued = type == UInt8(ascii: "S") && block[482] != 0
    }

    var fullName: [UInt8] { prefix.isEmpty ? Array(name) : prefix + [MemberName.slash] + name }

    /// Octal digits between blanks, or, where the first bit is set, 256 in each byte.
    static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 { return large(field) }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x37).contains(digit), value <= Int64.max >> 3 else { return nil }
            value = value << 3 | Int64(digit - 0x30)
        }
        return value
    }

    private static func large(_ field: ArraySlice<UInt8>) -> Int64? {
        guard field.first == 0x80 else { return nil }
        var value: Int64 = 0
        for byte in field.dropFirst() {
            guard value <= Int64.max >> 8 else { return nil }
            value = value << 8 | Int64(byte)
        }
        return value
    }

    /// Some old writers summed bytes with a sign.
    private static func hasRightSum(_ block: [UInt8]) -> Bool {
        guard let told = number(block[148..<156]) else { return false }
        return block.withUnsafeBytes { bytes in
            var (sum, signed) = (Int64(8 * 0x20), Int64(8 * 0x20))
            for index in 0..<length where index < 148 || index > 155 {
                sum += Int64(bytes[index])
                signed += Int64(Int8(bitPattern: bytes[index]))
            }
            return told == sum || told == signed
        }
    }
}

/// What stands in front of a header where the header has no room for it: `path`, `linkpath` and `size` of POSIX.1-2001, long names of GNU.
struct TarExtension {
    var path: [UInt8]?
    var link: [UInt8]?
    var size: Int64?
    var isSparse = false

    /// Longer ones are not written by anybody.
    static let longest: Int64 = 1 << 20

    /// Records of the form `27 path=photos/long name.jpg` and a line break; the number counts the record's bytes.
    ///
    /// - Returns: false where they are not of this form.
    mutating func read(records: [UInt8]) -> Bool {
        var rest = records[...]
        while let first = rest.first, first != 0 {
            guard let blank = rest.firstIndex(of: 0x20), let count = Int(String(decoding: rest[..<blank], as: UTF8.self)),
                count > blank - rest.startIndex + 1, count <= rest.count
            else { return false }
            let record = rest[(blank + 1)..<(rest.startIndex + count)]
            guard record.last == 0x0A, let equals = record.firstIndex(of: UInt8(ascii: "=")) else { return false }
            guard take(record[..<equals], record[(equals + 1)...].dropLast()) else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private mutating func take(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Bool {
        switch String(decoding: key, as: UTF8.self) {
        case "path": path = path ?? Array(value)
        case "linkpath": link = Array(value)
        case "size":
            guard let number = Int64(String(decoding: value, as: UTF8.self)), number >= 0 else { return false }
            size = number
        // The path beside it is made up.
        case "GNU.sparse.name": (path, isSparse) = (Array(value), true)
        case let key where key.hasPrefix("GNU.sparse."): isSparse = true
        default: break
        }
        return true
    }
}
