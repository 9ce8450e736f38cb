/// A caption as the checks look at it: its words, or where it is JSON the words of each text in it.
struct CheckedCaption: Sendable {
    let text: String
    let isCut: Bool
    /// Nil where it is no JSON object or list.
    let json: JSONValue?
    /// One for a plain text. The names of members are no part of a caption.
    let parts: [CheckedText]
    /// Numbers and truth values of a JSON caption say something, too.
    let hasOtherValues: Bool

    init(_ caption: Caption) {
        text = caption.text
        isCut = caption.finishReason == .length
        json = Self.json(caption.text)
        guard let json else {
            (parts, hasOtherValues) = ([CheckedText(caption.text)], false)
            return
        }
        var (texts, others) = ([String](), 0)
        Self.collect(json, &texts, &others)
        parts = texts.map { CheckedText($0) }
        hasOtherValues = others > 0
    }

    /// A Markdown fence around it is overlooked.
    private static func json(_ text: String) -> JSONValue? {
        let content = text.insideFence ?? text[...]
        guard let first = content.utf8.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            return nil
        }
        // What is not JSON is looked at as plain text.
        return try? JSONValue(parsing: content.utf8)
    }

    private static func collect(_ value: JSONValue, _ texts: inout [String], _ others: inout Int) {
        switch value {
        case .null: return
        case .bool, .integer, .number: others += 1
        case .string(let text): texts.append(text)
        case .array(let items): for item in items { collect(item, &texts, &others) }
        case .object(let members): for item in members.values { collect(item, &texts, &others) }
        }
    }
}
