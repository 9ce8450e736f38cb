/// Turns UTF-16 into UTF-8, piece by piece.
struct UTF16Transcoder {
    private let isLittleEndian: Bool
    /// The first byte of a letter whose second one is still to come.
    private var odd: UInt8?
    /// The first half of a letter of four bytes.
    private var high: UInt16?
    private var text: [UInt8] = []
    private var count = 2

    /// - Parameter mark: the first bytes of the file; nil where they are not the mark of UTF-16.
    init?(mark: [UInt8]) {
        guard mark.starts(with: [0xFF, 0xFE]) || mark.starts(with: [0xFE, 0xFF]) else { return nil }
        isLittleEndian = mark[0] == 0xFF
    }

    /// False where it is not UTF-16: then `fault` says where.
    mutating func take(_ bytes: [UInt8]) -> Bool {
        for byte in bytes {
            count += 1
            guard let first = odd else {
                odd = byte
                continue
            }
            odd = nil
            let unit = isLittleEndian ? UInt16(byte) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(byte)
            guard take(unit) else { return false }
        }
        return true
    }

    /// What was turned since the last time.
    mutating func takeText() -> [UInt8] {
        defer { text.removeAll(keepingCapacity: true) }
        return text
    }

    /// Nil where all was right, asked for at the end.
    var fault: String? {
        guard odd != nil || high != nil || isBroken else { return nil }
        return "half a letter stands at byte \(odd == nil ? count - 1 : count)"
    }

    private var isBroken = false

    private mutating func take(_ unit: UInt16) -> Bool {
        if let first = high {
            guard UTF16.isTrailSurrogate(unit) else { return fail() }
            high = nil
            append(Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)))
            return true
        }
        if UTF16.isLeadSurrogate(unit) {
            high = unit
            return true
        }
        guard let scalar = Unicode.Scalar(unit) else { return fail() }
        append(scalar)
        return true
    }

    private mutating func fail() -> Bool {
        isBroken = true
        return false
    }

    private mutating func append(_ scalar: Unicode.Scalar?) {
        guard let scalar else { return }
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
