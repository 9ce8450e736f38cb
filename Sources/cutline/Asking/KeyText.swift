import CutlineInput

/// What a key file or a variable holds. People leave a byte-order mark, quotes, a variable's name or the header around a key; all of that is
/// taken off, and no sentence about it shows a value.
struct KeyText {
    /// Why there is no key. Names only, never a value.
    enum Objection: Error, Hashable {
        case empty
        case encoding(String)
        case severalKeys
        /// None of these variables is the one that is looked for.
        case otherVariables([String])
        case oddCharacters
    }

    private let lines: [KeyLine]

    init(_ bytes: [UInt8]) throws(Objection) {
        let text = try Self.text(bytes)
        lines = text.split(whereSeparator: \.isNewline).compactMap { KeyLine($0) }
        guard !lines.isEmpty else { throw .empty }
    }

    /// The key, for a provider whose key stands in `variable`.
    func key(for variable: String?) throws(Objection) -> String {
        let key = try value(for: variable)
        guard !key.isEmpty else { throw .empty }
        guard !key.contains(where: \.isWhitespace) else { throw .severalKeys }
        guard key.canStandInAHeader else { throw .oddCharacters }
        return key
    }

    private func value(for variable: String?) throws(Objection) -> String {
        // As in a shell, of a name that stands twice the last counts.
        if let variable, let line = lines.last(where: { $0.name == variable }) { return line.value }
        if lines.count == 1 { return lines[0].value }
        let unnamed = lines.filter { $0.name == nil }
        if unnamed.count == 1 { return unnamed[0].value }
        guard unnamed.isEmpty else { throw .severalKeys }
        throw .otherVariables(lines.compactMap(\.name))
    }

    private static func text(_ bytes: [UInt8]) throws(Objection) -> String {
        let little = bytes.starts(with: [0xFF, 0xFE])
        if little || bytes.starts(with: [0xFE, 0xFF]) {
            let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place in
                UInt16(bytes[place + (little ? 1 : 0)]) << 8 | UInt16(bytes[place + (little ? 0 : 1)])
            }
            guard let text = String(validating: units, as: UTF16.self) else { throw .encoding("is not valid UTF-16; save it as UTF-8") }
            return text
        }
        let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        if let fault = TextFault(in: bytes[..<end]) { throw .encoding(fault.reason) }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}

/// One line that holds something: a key, or a variable with its value.
private struct KeyLine {
    var name: String?
    var value: String

    init?(_ line: Substring) {
        var rest = String(line).bare
        for word in ["export ", "setx ", "set ", "$env:"] where rest.lowercased().hasPrefix(word) {
            rest = String(rest.dropFirst(word.count)).bare
        }
        guard !rest.isEmpty, !["#", "//", ";"].contains(where: rest.hasPrefix), !rest.allSatisfy({ "{}[],".contains($0) }) else {
            return nil
        }
        (name, value) = (nil, rest)
        if let (name, value) = Self.assignment(rest) { (self.name, self.value) = (name, value) }
        value = Self.unquoted(value)
        for word in ["authorization:", "bearer "] where value.lowercased().hasPrefix(word) {
            value = Self.unquoted(String(value.dropFirst(word.count)).bare)
        }
    }

    /// `NAME=value`, `"NAME": "value"`, `x-api-key: value`. A key may end in `=` and hold `:`, so not every name is one.
    private static func assignment(_ line: String) -> (name: String?, value: String)? {
        guard let mark = line.firstIndex(where: { "=:".contains($0) }) else { return nil }
        let name = line[..<mark].filter { !KeyLine.quotes.contains($0) && !$0.isWhitespace }
        let value = line[line.index(after: mark)...]
        if line[mark] == ":" {
            if ["authorization", "x-api-key", "api-key", "x-goog-api-key"].contains(name.lowercased()) { return (nil, String(value).bare) }
            guard let next = value.first, next.isWhitespace || KeyLine.quotes.contains(next) else { return nil }
        }
        guard name.isVariableName, !(value.isEmpty && !name.contains("_")), value.isEmpty || !value.allSatisfy({ $0 == "=" }) else {
            return nil
        }
        return (name, String(value).bare)
    }

    private static let quotes: Set<Character> = ["\"", "'", "`", "“", "”", "„", "‘", "’", "‚", "«", "»"]

    /// What stands in quotes, or before a comment; no key begins or ends with a quote, a comma or a semicolon.
    private static func unquoted(_ value: String) -> String {
        var text = value[...]
        if let first = text.first, quotes.contains(first) {
            text = text.dropFirst()
            if let end = text.firstIndex(where: quotes.contains) { text = text[..<end] }
        } else if let comment = text.firstRange(of: " #") {
            text = text[..<comment.lowerBound]
        }
        while let last = text.last, quotes.contains(last) || ",;".contains(last) || last.isWhitespace { text.removeLast() }
        return String(text).bare
    }
}

extension String {
    /// Without white space, and what cannot be seen, on either side.
    fileprivate var bare: String {
        let isNothing = { (scalar: Unicode.Scalar) in
            scalar.properties.isWhitespace || [.control, .format].contains(scalar.properties.generalCategory)
        }
        let start = unicodeScalars.drop(while: isNothing)
        guard let end = start.lastIndex(where: { !isNothing($0) }) else { return "" }
        return String(start[...end])
    }

    /// As variables for keys are called; a part of a key is not to be taken for one, and shown.
    fileprivate var isVariableName: Bool {
        guard (2...64).contains(utf8.count), let first = utf8.first, !(0x30...0x39).contains(first),
            utf8.allSatisfy({ byte in byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80 })
        else { return false }
        let lower = lowercased()
        return self == uppercased() && !contains(where: \.isNumber) || ["key", "token", "secret"].contains(where: lower.contains)
    }
}
