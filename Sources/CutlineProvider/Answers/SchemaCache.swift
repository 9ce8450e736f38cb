import CutlineCore
import Synchronization

/// The schemas that captions must fit, by the `response_format` that asks for them: each is read once, not with every answer.
final class SchemaCache: Sendable {
    /// A run has few batches with a schema; beyond this all are read anew.
    private static let most = 64

    private let known = Mutex<[JSONValue: JSONSchema?]>([:])
    private let read: @Sendable (JSONValue) -> JSONSchema?

    /// - Parameter read: nil for a format that asks for no schema. It was looked at when the batch was made; one that no longer can be used checks
    ///   nothing.
    init(read: @escaping @Sendable (JSONValue) -> JSONSchema? = { try? JSONSchema(responseFormat: $0) }) { self.read = read }

    /// What the answer to a request must fit; nil where any will do.
    func schema(of request: CaptionRequest) -> JSONSchema? {
        guard let format = request.parameters.others["response_format"] else { return nil }
        return known.withLock { known in
            if let schema = known[format] { return schema }
            if known.count >= Self.most { known.removeAll() }
            let schema = read(format)
            known.updateValue(schema, forKey: format)
            return schema
        }
    }
}
