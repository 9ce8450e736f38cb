import CutlineCore
import CutlineExport
import Testing

struct JSONLinesTests {
    @Test func aSucceededRecord() throws {
        #expect(
            try exported(
                .jsonl(), .make(usage: Usage(inputTokens: 300, outputTokens: 50, cost: Money(nanodollars: 229_000), costSource: .reported)))
                == #"{"id":1,"key":"harbour","batch":"example","state":"succeeded","images":["examples/harbour.jpg"],"prompt":"Describe …","#
                + #""caption":"A harbour.","finish_reason":"stop","flags":[],"provider":"simulator","requested_model":"sim-1","model":"sim-1","#
                + #""usage":{"input_tokens":300,"output_tokens":50,"total_tokens":350,"cached_tokens":null,"cost_usd":0.000229,"#
                + #""cost_source":"reported"},"attempts":1,"latency_ms":512,"error":null,"created_at":"2026-11-20T12:00:00Z","#
                + #""finished_at":"2026-11-20T12:00:01Z","extra":{},"reused_from":null,"missing_since":null,"service_tier":null}"# + "\n")
    }

    @Test func aFailedRecordHasTheSameKeys() throws {
        #expect(
            try exported(.jsonl(), .failed())
                == #"{"id":1,"key":"bad","batch":"example","state":"failed","images":["examples/harbour.jpg"],"prompt":"Describe …","#
                + #""caption":null,"finish_reason":null,"flags":[],"provider":"simulator","requested_model":"sim-1","model":null,"#
                + #""usage":{"input_tokens":null,"output_tokens":null,"total_tokens":null,"cached_tokens":null,"cost_usd":null,"#
                + #""cost_source":null},"attempts":1,"latency_ms":null,"error":{"class":"image_rejected","status":400,"#
                + #""message":"the picture was not accepted"},"created_at":"2026-11-20T12:00:00Z","finished_at":null,"extra":{},"reused_from":null,"missing_since":null,"service_tier":null}"#
                + "\n")
    }

    @Test func textsAreExact() throws {
        let caption = "\u{0}\u{1B}[1m \"q\" \\ a\r\nb\rc\u{2028}\u{FEFF}e\u{301},\u{301} 🐈‍⬛"
        let line = try exported(.jsonl(), .make(key: "\u{0}=k", caption: caption))
        #expect(line.utf8.count(where: { $0 == 0x0A }) == 1 && line.utf8.last == 0x0A)
        #expect(line.utf8.contains(0) == false)
        let value = try JSONValue(parsing: line.utf8)
        #expect(value["caption"]?.string.map { Array($0.utf8) } == Array(caption.utf8))
        #expect(value["key"]?.string.map { Array($0.utf8) } == Array("\u{0}=k".utf8))
    }

    @Test func extraColumnsAndFlagsAreKept() throws {
        var record = Record.make(extra: ["z": .integer(1), "a": .array([.null, .number(0.5)])])
        record.caption?.finishReason = .length
        record.caption?.flags = [.truncated]
        let line = try exported(.jsonl(), record)
        #expect(line.hasSuffix(#""extra":{"a":[null,0.5],"z":1},"reused_from":null,"missing_since":null,"service_tier":null}"# + "\n"))
        #expect(line.contains(#""finish_reason":"length","flags":["truncated"]"#))
    }

    @Test func everyRecordIsOneLine() throws {
        let text = try exported(.jsonl(), .make(id: 1), .failed(), .make(id: 3))
        let lines = text.split(separator: "\n")
        #expect(try lines.map { try JSONValue(parsing: $0.utf8)["id"] } == [.integer(1), .integer(1), .integer(3)])
    }
}
