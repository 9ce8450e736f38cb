/// Where and why a text is not JSON.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    /// Both counted from 1; the column in bytes.
    package let line: Int
    package let column: Int

    package var description: String { "\(reason) at line \(line), column \(column)" }
}

extension JSONValue {
    /// Reads RFC 8259. A byte-order mark and white space around the value are skipped, lone surrogates and invalid UTF-8 become U+FFFD, raw
    /// control characters inside strings are kept. Nesting ends at 512.
    ///
    /// - Throws: `JSONSyntaxError`.
    package init(parsing bytes: some Sequence<UInt8>) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: Array(bytes), isTolerant: false)
        self = try parser.document()
    }

    /// Reads what a provider sent, where an oddity must not lose an answer that was paid for: of a key that stands twice the last counts, as in
    /// the JavaScript and Python that the provider's own clients are written in; what follows a complete object or list is ignored; needless
    /// commas are skipped; a number that is none (`NaN`) is null; an unknown escape stays as it is written. Half a value is an error here too.
    ///
    /// - Throws: `JSONSyntaxError`.
    package init(tolerating bytes: some Sequence<UInt8>) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: Array(bytes), isTolerant: true)
        self = try parser.document()
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    let isTolerant: Bool
    var position = 0

    init(bytes: [UInt8], isTolerant: Bool) {
        self.bytes = bytes
        self.isTolerant = isTolerant
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        let value = try self.value(depth: 0)
        if isTolerant, value.object != nil || value.array != nil { return value }
        skipWhiteSpace()
        guard position == bytes.count else { throw error("unexpected text after the value") }
        return value
    }

    mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < 512 else { throw error("nested deeper than 512") }
        skipWhiteSpace()
        guard position < bytes.count else { throw error("the text ends too early") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        if takeEnd("}") { return .object([:]) }
        // Room for what most have: growing costs more than reading them.
        var members = [String: JSONValue](minimumCapacity: 6)
        repeat {
            skipWhiteSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
            let keyStart = position
            let key = try string()
            guard take(":") else { throw error("expected a colon after the key") }
            let member = try value(depth: depth + 1)
            guard members.updateValue(member, forKey: key) == nil || isTolerant else {
                throw error("the key \"\(key)\" stands twice", at: keyStart)
            }
        } while takeComma(before: "}")
        guard take("}") else { throw error("expected a comma or }") }
        return .object(members)
    }

    mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        var items: [JSONValue] = []
        if takeEnd("]") { return .array(items) }
        repeat { items.append(try value(depth: depth + 1)) } while takeComma(before: "]")
        guard take("]") else { throw error("expected a comma or ]") }
        return .array(items)
    }

    mutating func word(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw error("unexpected character") }
        position += word.utf8.count
        return value
    }

    mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        while position < bytes.count, Self.isNumberByte[Int(bytes[position])] { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, (0x30...0x39).contains(first), !digits.hasSuffix("."),
            digits.utf8.count == 1 || first != 0x30 || !digits.dropFirst().utf8.first.map({ (0x30...0x39).contains($0) })!
        else { return try oddNumber(text, at: start) }
        if let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text) else { throw error("not a number", at: start) }
        return .number(number)
    }

    /// `NaN`, `-Infinity`, `.5`, `007`.
    private mutating func oddNumber(_ text: String, at start: Int) throws(JSONSyntaxError) -> JSONValue {
        guard isTolerant else { throw error("unexpected character", at: start) }
        if let number = Double(text), number.isFinite { return .number(number) }
        for word in ["NaN", "Infinity"] where bytes[position...].starts(with: word.utf8) && ["", "-", "+"].contains(text) {
            position += word.utf8.count
            return .null
        }
        throw error("unexpected character", at: start)
    }

    mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        while position < bytes.count, !Self.endsPlainText[Int(bytes[position])] { position += 1 }
        guard position < bytes.count else { throw error("a string does not end", at: start - 1) }
        if bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        return try escapedString(from: start)
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\") {
                try escape(into: &text)
            } else {
                let plain = position
                while position < bytes.count, !Self.endsPlainText[Int(bytes[position])] { position += 1 }
                text.append(contentsOf: bytes[plain..<position])
            }
        }
        guard position < bytes.count else { throw error("a string does not end", at: start - 1) }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        guard position + 1 < bytes.count else { throw error("a string does not end") }
        let letter = bytes[position + 1]
        if letter == UInt8(ascii: "u"), !isTolerant || hasFourDigits { return text.append(contentsOf: String(try escapedScalar()).utf8) }
        if let byte = Self.escapes[letter] {
            text.append(byte)
        } else {
            guard isTolerant else { throw error("unknown escape in a string") }
            text.append(contentsOf: [UInt8(ascii: "\\"), letter])
        }
        position += 2
    }

    /// `\uXXXX`, two of them for a surrogate pair; a lone surrogate is U+FFFD.
    private mutating func escapedScalar() throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try codeUnit()
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        let saved = position
        guard bytes[position...].starts(with: "\\u".utf8), !isTolerant || hasFourDigits else { return "\u{FFFD}" }
        let second = try codeUnit()
        guard (0xDC00..<0xE000).contains(second) else {
            position = saved
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt32 {
        guard hasFourDigits, let unit = UInt32(String(decoding: bytes[(position + 2)..<(position + 6)], as: UTF8.self), radix: 16) else {
            throw error("\\u needs four hexadecimal digits")
        }
        position += 6
        return unit
    }

    /// Behind a backslash and a letter.
    private var hasFourDigits: Bool {
        let digits = bytes.dropFirst(position + 2).prefix(4)
        return digits.count == 4 && digits.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    /// The end of a list or object without members; also one that holds nothing but needless commas.
    private mutating func takeEnd(_ mark: Unicode.Scalar) -> Bool {
        while isTolerant, take(",") {}
        return take(mark)
    }

    /// A comma with a further member behind it.
    private mutating func takeComma(before end: Unicode.Scalar) -> Bool {
        guard take(",") else { return false }
        guard isTolerant else { return true }
        while take(",") {}
        return position == bytes.count || bytes[position] != UInt8(ascii: end)
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count, Self.isWhiteSpace[Int(bytes[position])] { position += 1 }
    }

    private func error(_ reason: String, at place: Int? = nil) -> JSONSyntaxError {
        let before = bytes.prefix(place ?? position)
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONSyntaxError(reason: reason, line: before.count(where: { $0 == 0x0A }) + 1, column: before.count - lineStart + 1)
    }

    // Looked up for every byte.
    private static let isNumberByte = table("0123456789+-.eE")
    private static let isWhiteSpace = table(" \n\r\t")
    private static let endsPlainText = table("\"\\")

    private static func table(_ characters: String) -> [Bool] { (UInt8.min...UInt8.max).map(Set(characters.utf8).contains) }

    private static let escapes: [UInt8: UInt8] = [
        0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
    ]
}
