import CutlineCore
import Foundation

/// Values that are stored as JSON in a column of their own.
enum JSONColumn {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Members that this build does not know are passed over.
    ///
    /// - Throws: `QueueError.unknownValue`, of words that it does not know: a newer build wrote them.
    static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) throws -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(text.utf8)) } catch {
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

    static func list(_ texts: [String]) -> String { JSONValue.array(texts.map(JSONValue.string)).text }

    /// Mostly there is nothing in it.
    static func object(_ column: String) throws -> [String: JSONValue] {
        column == "{}" ? [:] : try JSONValue(parsing: column.utf8).object ?? [:]
    }

    static func texts(_ column: String) throws -> [String] {
        try JSONValue(parsing: column.utf8).array?.compactMap(\.string) ?? []
    }
}

extension JSONColumn {
    /// The numbers of jobs, for `json_each`.
    static func list(_ jobs: [JobID]) -> String { "[\(jobs.map { String($0.number) }.joined(separator: ","))]" }
}
