import CutlineCore

/// A body with blanks: `$name` stands for a whole JSON value, `${name}` for text inside a string, `$$name` for bytes as they are.
/// A blank without a value is null, or nothing; a dollar sign before no letter is one.
struct Template: ExpressibleByStringLiteral, Hashable, Sendable {
    let text: String

    init(stringLiteral text: String) { self.text = text }

    func filled(_ values: [String: JSONValue]) -> [UInt8] { Array(text(values, isJSON: true).utf8) }

    /// As a sentence: `${name}` is not escaped.
    func sentence(_ values: [String: JSONValue]) -> String { text(values, isJSON: false) }

    private func text(_ values: [String: JSONValue], isJSON: Bool) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            result += Self.blank(&rest, values, isJSON: isJSON)
        }
        return result + rest
    }

    /// Reads what follows a dollar sign.
    private static func blank(_ rest: inout Substring, _ values: [String: JSONValue], isJSON: Bool) -> String {
        let mark = rest.first
        if mark == "$" || mark == "{" { rest.removeFirst() }
        let name = rest.prefix { $0.isLetter || $0 == "_" }
        rest = rest[name.endIndex...]
        guard mark == "{" || !name.isEmpty else { return "$" }
        let value = values[String(name)] ?? .null
        if mark == "$" { return value.plainText }
        guard mark == "{" else { return value.text }
        rest.removeFirst()
        return isJSON ? String(JSONValue.string(value.plainText).text.dropFirst().dropLast()) : value.plainText
    }
}

extension JSONValue {
    /// A string's own characters, else JSON.
    fileprivate var plainText: String { string ?? (self == .null ? "" : text) }

    init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
    init(_ number: Int) { self = .integer(Int64(number)) }
}
