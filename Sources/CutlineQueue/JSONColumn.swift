import CutlineCore
import Foundation

/// Values that are stored as JSON in a column of their own.
enum JSONColumn {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    static func list(_ texts: [String]) -> String { JSONValue.array(texts.map(JSONValue.string)).text }

    static func texts(_ column: String) throws -> [String] {
        try JSONValue(parsing: column.utf8).array?.compactMap(\.string) ?? []
    }
}
