import CutlineCore
import Foundation

/// The one way in which the queue writes and reads JSON: columns, and the lines of the rescue file.
///
/// Whole values (rules, profiles, settlements) are coded, and members of them that this build does not know are passed over. Lists and what users
/// bring along (`jobs.images`, `entries.extra`) are `JSONValue`s, whose text is the same wherever the same is stored.
enum JSONColumn {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// - Throws: `QueueError.unknownValue`, of words that it does not know: a newer build wrote them.
    static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) throws -> Value {
        try decode(type, fromBytes: Data(text.utf8))
    }

    static func decode<Value: Decodable>(_ type: Value.Type = Value.self, fromBytes bytes: Data) throws -> Value {
        do { return try JSONDecoder().decode(Value.self, from: bytes) } catch {
            throw QueueError.unknownValue(of: "\(Value.self)", reason: Self.reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found), .dataCorrupted(let found):
            context = found
        @unknown default: return "\(error)"
        }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }

    /// Whether it is JSON at all, of whatever build.
    static func isJSON(_ bytes: Data) -> Bool {
        // What a crash cut off is what is asked about here.
        (try? JSONValue(parsing: bytes)) != nil
    }
}

extension JSONColumn {
    static func list(_ items: [JSONValue]) -> String { JSONValue.array(items).text }
    static func list(_ texts: [String]) -> String { list(texts.map(JSONValue.string)) }
    static func object(_ members: [String: JSONValue]) -> String { JSONValue.object(members).text }

    /// Of the same list or object, to be compared with what is stored.
    static func bytes(_ texts: [String]) -> [UInt8] { JSONValue.array(texts.map(JSONValue.string)).bytes }
    static func bytes(_ members: [String: JSONValue]) -> [UInt8] { JSONValue.object(members).bytes }

    /// The numbers of jobs, for `json_each`.
    static func list(_ jobs: [JobID]) -> String { "[\(jobs.map { String($0.number) }.joined(separator: ","))]" }

    static func items(_ column: String) throws -> [JSONValue] { try JSONValue(parsing: column.utf8).array ?? [] }
    static func texts(_ column: String) throws -> [String] { try items(column).compactMap(\.string) }

    /// In most entries the object is empty.
    static func members(_ column: String) throws -> [String: JSONValue] {
        column == "{}" ? [:] : try JSONValue(parsing: column.utf8).object ?? [:]
    }
}
