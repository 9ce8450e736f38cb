import CutlineCore
import Foundation
import NIOHTTP1

@testable import CutlineProvider

/// One answer of a provider and what must be read from it, out of a file in `Vectors/`. What a vector does not expect must not be there; only
/// the message may be left open.
struct Vector: Sendable, CustomStringConvertible {
    let description: String
    let answer: Answer
    let sentAddresses: Bool
    let sentParameters: Set<String>
    let schema: JSONSchema?
    let expected: [String: JSONValue]

    /// Some bodies repeat it.
    static let key = "sk-vector-key"

    /// All of them, in the order of their files.
    static let all: [Vector] = {
        do {
            let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
            return try names.flatMap { name in
                let json = try JSONValue(parsing: Data(contentsOf: folder.appending(path: name)))
                return try JSONCursor(json, path: name).items().map { try Vector(json: $0, file: name) }
            }
        } catch {
            fatalError("\(error)")
        }
    }()

    private init(json: JSONCursor, file: String) throws {
        _ = try json.members(allowed: ["name", "status", "headers", "body", "stream", "addresses", "sent", "schema", "expect"])
        description = try "\(file): \(json["name"]?.string() ?? "without a name")"
        var headers = HTTPHeaders(try (json["headers"]?.object() ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value.string ?? "") })
        var body = json["body"].map { $0.value.string ?? $0.value.text } ?? ""
        if let stream = try json["stream"]?.items().map({ try $0.string() }) {
            headers.add(name: "content-type", value: "text/event-stream")
            body = stream.joined(separator: "\n")
        }
        answer = Answer(status: try json["status"]?.positiveInt() ?? 200, headers: headers, body: Array(body.utf8))
        sentAddresses = json["addresses"]?.value.bool ?? true
        sentParameters = Set(try (json["sent"]?.items() ?? []).map { try $0.string() })
        schema = try json["schema"].map { try JSONSchema(json: $0) }
        var expected = try json["expect"]?.object() ?? [:]
        if let cost = expected["cost"]?.double, let money = Money(dollars: cost) { expected["cost"] = .integer(money.nanodollars) }
        self.expected = expected
    }

    var reader: AnswerReader {
        AnswerReader(
            now: .fixture, sentAddresses: sentAddresses, key: Self.key, sentParameters: sentParameters, quirks: Quirks(), schema: schema)
    }
}

extension Outcome {
    /// In the words of the vectors.
    var described: [String: JSONValue] {
        var members: [String: JSONValue?] = [:]
        switch self {
        case .caption(let caption):
            members = ["caption": .string(caption.text), "finish": caption.finishReason.map { .string($0.rawValue) }]
            members["model"] = caption.resolvedModel.map { .string($0) }
            members["request_id"] = caption.requestID.map { .string($0) }
            members.merge(Self.described(caption.usage)) { $1 }
        case .failure(let failure):
            members = Self.described(failure)
            members["decision"] = .string(
                RetryPolicy().decision(after: failure, tally: JobTally(failures: 1), jitter: 0).word)
        case .unknown(let failure):
            members = Self.described(failure)
            members["unknown"] = .bool(true)
            members["decision"] = .string(RetryPolicy().decision(afterUnknown: JobTally(unanswered: 1), crashed: false, jitter: 0).word)
        case .notSent, .changed: members = ["never": .bool(true)]
        }
        return members.compactMapValues { $0 }
    }

    private static func described(_ failure: Failure) -> [String: JSONValue?] {
        let members: [String: JSONValue?] = [
            "class": .string(failure.kind.rawValue), "message": .string(failure.message), "billed": .string(failure.billed.rawValue),
            "retry_after_ms": failure.retryAfter.map { .integer($0.milliseconds) }, "request_id": failure.requestID.map { .string($0) },
            "answer": failure.answer.map { .string($0) }, "worth_repeating": failure.isWorthRepeating.map { .bool($0) },
            "remedy": failure.remedy.map { .string($0.words) },
            "excess": failure.excess.map { .array([.integer(Int64($0.limit)), .integer(Int64($0.requested))]) },
        ]
        return members.merging(failure.usage.map(described) ?? [:]) { $1 }
    }

    private static func described(_ usage: Usage) -> [String: JSONValue?] {
        let tokens = [usage.inputTokens, usage.outputTokens, usage.cachedTokens]
        return [
            "usage": tokens.contains { $0 != nil } ? .array(tokens.map { $0.map { .integer(Int64($0)) } ?? .null }) : nil,
            "cost": usage.cost.map { .integer($0.nanodollars) }, "cost_source": usage.costSource.map { .string($0.rawValue) },
        ]
    }
}

extension Decision {
    fileprivate var word: String {
        switch self {
        case .retry, .askAgain: "retry"
        case .release, .postpone: "release"
        case .hold: "hold"
        case .fail: "fail"
        }
    }
}

extension Remedy {
    fileprivate var words: String {
        switch self {
        case .drop(let name): "drop \(name)"
        case .rename(let name, let other): "rename \(name) \(other)"
        case .chatPath(let path): "path \(path)"
        }
    }
}
