import CutlineCore
import Synchronization
import Testing

@testable import CutlineProvider

struct SchemaCacheTests {
    private func request(_ format: String?) throws -> CaptionRequest {
        var parameters = Parameters()
        parameters.others["response_format"] = try format.map { try JSONValue(parsing: $0.utf8) }
        return .make(parameters: parameters)
    }

    @Test func aSchemaIsReadOnceHoweverManyAnswersMustFit() throws {
        let reads = Mutex(0)
        let cache = SchemaCache { format in
            reads.withLock { $0 += 1 }
            return try? JSONSchema(responseFormat: format)
        }
        let format = #"{"type":"json_schema","json_schema":{"schema":{"type":"object","required":["a"]}}}"#
        for _ in 0..<3 { #expect(cache.schema(of: try request(format))?.objection(to: .object([:])) == "the member \"a\" is missing") }
        #expect(reads.withLock { $0 } == 1)
        // What asks for no schema is not read again either.
        for _ in 0..<3 { #expect(cache.schema(of: try request(#"{"type":"json_object"}"#)) == nil) }
        #expect(reads.withLock { $0 } == 2)
        #expect(cache.schema(of: try request(nil)) == nil)
        #expect(reads.withLock { $0 } == 2)
    }
}
