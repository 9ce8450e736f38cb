/// Writes JSON in a fixed order of keys, so that the same values give the same bytes.
package struct JSONText: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private let isASCII: Bool

    /// - Parameter isASCII: Whether everything beyond ASCII is escaped, for readers that open a file in the encoding of their locale.
    package init(isASCII: Bool = false) { self.isASCII = isASCII }

    package mutating func openObject() { open("{") }
    package mutating func closeObject() { close("}") }
    package mutating func openArray() { open("[") }
    package mutating func closeArray() { close("]") }

    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func value(_ text: String?) {
        guard let text else { return null() }
        separate()
        quote(text)
    }

    package mutating func value(_ number: Int?) { literal(number.map(String.init)) }
    package mutating func value(_ number: Int64?) { literal(number.map(String.init)) }
    package mutating func value(_ flag: Bool?) { literal(flag.map { $0 ? "true" : "false" }) }

    /// Dollars, exactly.
    package mutating func value(_ amount: Money?) { literal(amount.map(\.decimalText)) }

    /// A number that is not finite has no JSON form and becomes null.
    package mutating func value(_ number: Double?) {
        literal(number.flatMap { $0.isFinite ? "\($0)" : nil })
    }

    /// Objects are written with their keys in order of Unicode scalars.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): self.value(flag)
        case .integer(let number): self.value(number)
        case .number(let number): self.value(number)
        case .string(let text): self.value(text)
        case .array(let items):
            openArray()
            for item in items { self.value(item) }
            closeArray()
        case .object(let members):
            openObject()
            for name in members.keys.sorted(by: { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }) {
                key(name)
                self.value(members[name] ?? .null)
            }
            closeObject()
        }
    }

    package mutating func value(_ texts: [String]) {
        openArray()
        for text in texts { value(text) }
        closeArray()
    }

    package mutating func null() { literal(nil) }
    /// Bytes that stand between two values, such as a line break.
    package mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }
    /// The next value starts a document of its own: no comma before it.
    package mutating func startOver() { needsComma = false }

    /// Forgets what was written and keeps its room, so that one writer serves a whole export.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    private mutating func literal(_ text: String?) {
        separate()
        bytes.append(contentsOf: (text ?? "null").utf8)
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Escapes what RFC 8259 §7 demands and nothing else; what stands between two escapes is copied at once.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        if isASCII, text.utf8.contains(where: { $0 >= 0x7F }) { addUnits(of: text) } else { addUTF8(&text) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Beyond the basic plane two units make one character, each escaped (RFC 8259, §7).
    private mutating func addUnits(of text: String) {
        for unit in text.utf16 {
            if unit >= 0x7F {
                let digits = String(unit, radix: 16)
                bytes.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8)
            } else if Self.needsEscape(UInt8(unit)) {
                escape(UInt8(unit))
            } else {
                bytes.append(UInt8(unit))
            }
        }
    }

    private mutating func addUTF8(_ text: inout String) {
        text.withUTF8 { utf8 in
            var start = 0
            while let index = Self.firstEscape(in: utf8, from: start) {
                bytes.append(contentsOf: utf8[start..<index])
                escape(utf8[index])
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
    }

    /// Looks at eight bytes at once: nearly all text holds nothing to be escaped.
    private static func firstEscape(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        while utf8.count - index >= 8, !holdsEscape(UnsafeRawBufferPointer(utf8).loadUnaligned(fromByteOffset: index, as: UInt64.self)) {
            index += 8
        }
        return utf8[index...].firstIndex(where: needsEscape)
    }

    /// Whether one of the eight bytes is below 0x20, a quote or a backslash. A byte is below `n` where taking `n` away sets its highest bit,
    /// which was not set; a borrow from the byte below it can only follow such a byte.
    private static func holdsEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let (quote, backslash) = (word ^ ones &* 0x22, word ^ ones &* 0x5C)
        let found = (word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
        return found & ones &* 0x80 != 0
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        default: bytes.append(contentsOf: "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
        }
    }
}

extension JSONText {
    /// What was written so far.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONValue {
    /// Compact, keys in order: the same value has the same text everywhere.
    package var text: String {
        var writer = JSONText()
        writer.value(self)
        return writer.text
    }

    /// The same in UTF-8.
    package var bytes: [UInt8] {
        var writer = JSONText()
        writer.value(self)
        return writer.bytes
    }
}
