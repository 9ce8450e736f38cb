import CutlineCore
import NIOHTTP1
import TestSupport
import Testing

@testable import CutlineProvider

/// Answers that no provider should send: the vectors, damaged. The seeds are fixed.
@Suite struct AnswerFuzzTests {
    @Test(.timeLimit(.minutes(15)), arguments: 0..<20)
    func damagedAnswerAlwaysHasAnOutcome(seed: UInt64) {
        var damage = Damage(seed: seed)
        var captions = 0
        var classes: Set<FailureClass> = []
        for round in 0..<5_000 {
            let (vector, answer) = damage.next()
            let outcome = vector.reader.outcome(of: answer)
            if outcome.caption != nil { captions += 1 }
            if let failure = outcome.failure { classes.insert(failure.kind) }
            if let objection = Self.objection(to: outcome) { Issue.record("seed \(seed), round \(round), \(vector): \(objection)") }
            if round % 8 == 0, let objection = damage.objectionToPieces(of: answer) {
                Issue.record("seed \(seed), round \(round), \(vector): \(objection)")
            }
        }
        // Damaged, not destroyed: else everything were malformed.
        #expect(captions > 200)
        #expect(classes.count > 15)
    }

    private static func objection(to outcome: Outcome) -> String? {
        switch outcome {
        case .caption(let caption):
            if caption.text.isEmpty { return "an empty caption" }
            return objection(to: caption.usage) ?? objection(toLine: caption.requestID) ?? objection(toLine: caption.resolvedModel)
        case .failure(let failure), .unknown(let failure):
            if failure.message.isEmpty { return "an empty message" }
            if let wait = failure.retryAfter, wait <= .zero || wait > .seconds(31 * 86_400) { return "a wait of \(wait)" }
            return objection(toLine: failure.message) ?? objection(toLine: failure.requestID) ?? failure.usage.flatMap { objection(to: $0) }
        case .notSent, .changed: return "it was sent"
        }
    }

    private static func objection(toLine line: String?) -> String? {
        guard let line else { return nil }
        if line.count > 500 { return "a line of \(line.count)" }
        if line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "a control character" }
        return Array(line.utf8).firstIndex(of: Array(Vector.key.utf8), from: 0) == nil ? nil : "the key"
    }

    private static func objection(to usage: Usage) -> String? {
        let tokens = [usage.inputTokens, usage.outputTokens, usage.cachedTokens].compactMap(\.self)
        if tokens.contains(where: { !(0...1_000_000_000).contains($0) }) { return "absurd tokens" }
        return (usage.cost ?? .zero) < Money(nanodollars: 100_000_000_000) && (usage.cost ?? .zero) >= .zero ? nil : "an absurd cost"
    }

    /// Linear work on large bodies: each would take minutes if it were not.
    @Test(
        .timeLimit(.minutes(15)),
        arguments: [
            String(repeating: "[", count: 1 << 20), String(repeating: #"{"error":"#, count: 1 << 17),
            String(repeating: "<", count: 1 << 20),
            String(repeating: "failed to ", count: 1 << 17), String(repeating: "data: {\"choices\":[]}\n", count: 1 << 13),
            String(repeating: "data: {\n", count: 1 << 15), String(repeating: "{\"error\": {}}\n", count: 1 << 14),
            ":" + String(repeating: "\r", count: 1 << 20),
            #"{"error":{"message":""# + String(repeating: "{\\\"", count: 1 << 18) + #""}}"#,
            "\"" + String(repeating: "\\u00e9", count: 1 << 17) + "\"",
            #"{"choices":[{"message":{"content":""# + String(repeating: "<think>", count: 1 << 17) + #""}}]}"#,
            #"{"error":{"message":""# + String(repeating: "sk-vector-ke", count: 1 << 16) + #""}}"#,
        ])
    func largeBodyTakesNoMoreThanItsShare(body: String) {
        for status in [200, 400] {
            let reader = AnswerReader(now: .fixture, sentAddresses: true, key: Vector.key, sentParameters: ["max_tokens"])
            #expect(Self.objection(to: reader.outcome(of: Answer(status: status, body: Array(body.utf8)))) == nil)
        }
    }
}

/// Makes damaged answers out of the vectors, the same ones for the same seed.
private struct Damage {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func next() -> (Vector, Answer) {
        let vector = Vector.all.randomElement(using: &random)!
        var answer = vector.answer
        for _ in 0..<Int.random(in: 1...3, using: &random) { damage(&answer.body) }
        if Bool.random(using: &random) { damage(&answer.headers) }
        if Int.random(in: 0..<4, using: &random) == 0 { answer.status = Self.statuses.randomElement(using: &random)! }
        return (vector, answer)
    }

    /// How an event stream cut into pieces differs from the same stream in one.
    mutating func objectionToPieces(of answer: Answer) -> String? {
        var (whole, pieces) = (EventStreamReader(), EventStreamReader())
        whole.append(answer.body)
        var rest = answer.body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...40, using: &random))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return whole.content == pieces.content && whole.text == pieces.text ? nil : "pieces are read differently"
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<16, using: &random) {
        case 0: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
        case 1: bytes.removeSubrange(place...)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...20, using: &random)))
        case 3: bytes.insert(contentsOf: bytes[place...].prefix(200), at: place)
        case 4:
            let other = Vector.all.randomElement(using: &random)!.answer.body
            bytes = Array(bytes[..<place]) + other.dropFirst(Int.random(in: 0...other.count, using: &random))
        case 5: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random)!, at: place)
        case 6: for _ in 0..<3 { bytes.insert(UInt8.random(in: 0x80...255, using: &random), at: place) }
        default: replaceValue(of: &bytes, behind: place)
        }
    }

    /// Puts another value behind a colon, so that it is read and not only refused.
    private mutating func replaceValue(of bytes: inout [UInt8], behind place: Int) {
        guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")), colon + 1 < bytes.count else { return }
        let start = colon + 1
        let ends = bytes[start] == UInt8(ascii: "\"") ? "\"" : ",}]"
        guard let end = bytes[(start + 1)...].firstIndex(where: { ends.utf8.contains($0) }) else { return }
        bytes.replaceSubrange(start..<(ends == "\"" ? end + 1 : end), with: Self.values.randomElement(using: &random)!)
    }

    private mutating func damage(_ headers: inout HTTPHeaders) {
        let name = Self.headerNames.randomElement(using: &random)!
        var value = Array(Self.headerValues.randomElement(using: &random)!.utf8)
        if !value.isEmpty, Bool.random(using: &random) {
            value[Int.random(in: 0..<value.count, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
        }
        headers.replaceOrAdd(name: name, value: String(decoding: value, as: UTF8.self))
    }

    private static let statuses = [
        200, 200, 201, 204, 301, 400, 401, 402, 403, 404, 408, 413, 422, 429, 498, 500, 502, 503, 504, 524, 529, 599,
    ]
    private static let values: [[UInt8]] = [
        "null", "{}", "[]", "\"\"", "1e999", "-9223372036854775808", "99999999999999999999", "0.0000001", "NaN", "true", "false",
        "\"\\ud800\"",
        "\"\\u0000\"", "[{}]", "\"sk-vector-key\"", "\"500\"", "429", "\"A cat.\"", "\"2026-13-45T99:99:99Z\"", "\"9999999999h\"",
        "\"error\"",
        "\"try again in 99999999999999999999s\"", "\"insufficient_quota\"", "\"length\"", "[\"x\",{\"text\":\"y\"}]",
    ].map { Array($0.utf8) }
    private static let pieces: [[UInt8]] = [
        " sk-vector-key\u{301} ", "\"error\":", "\"error\":{\"message\":\"sk-vector-key\"},", "\n\ndata: ", "\r\n\r\n", "[DONE]",
        "event: error\n", "<html>", "<think>", "</think>", "\u{202E}\u{0}\u{7}", ",,", "}", "\"", String(repeating: "[", count: 600),
        String(repeating: "{\"error\":", count: 300), String(repeating: "9", count: 400), String(repeating: "failed to ", count: 60),
    ].map { Array($0.utf8) }
    private static let headerNames = [
        "retry-after", "retry-after-ms", "x-ratelimit-reset", "x-ratelimit-reset-tokens", "ratelimit-reset", "ratelimit", "x-should-retry",
        "x-request-id", "content-type", "location", "x-litellm-response-cost", "anthropic-ratelimit-tokens-reset",
    ]
    private static let headerValues = [
        "", "0", "-1", "7", "1e300", "99999999999999999999", "1792567660", "1792567660000", "6m0s", "1h2m3.5s", "12ms", "h", "nan", "inf",
        "Wed, 21 Oct 2026 07:28:00 GMT", "2026-10-21T07:28:00+99:99", "9999-12-31T23:59:60Z", "limit=1, remaining=0, reset=99999999999",
        "text/event-stream", "text/html", "application/json", "true", "false", "sk-vector-key", "\u{1F408}",
    ]
}
