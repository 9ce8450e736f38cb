import CutlineCore
import CutlineExport
import Testing

struct CSVStyleTests {
    @Test func exactTextsHaveNoGuard() throws {
        let text = try exported(.csv(CSVStyle(columns: [.key, .caption], isRaw: true)), .make(key: "=k", caption: "-1,\u{0}"))
        #expect(text == "key,caption\r\n=k,\"-1,\u{0}\"\r\n")
        #expect(try exported(.csv(CSVStyle(columns: [.key])), .make(key: "=k")) == "key\r\n'=k\r\n")
    }

    @Test func aByteOrderMarkStandsOnceAtTheBeginning() throws {
        let plain = try exported(.csv(), .make(), .make(id: 2))
        let marked = try exported(.csv(CSVStyle(hasByteOrderMark: true)), .make(), .make(id: 2))
        #expect(Array(marked.utf8) == [0xEF, 0xBB, 0xBF] + Array(plain.utf8))
    }

    @Test func columnsComeAsTheyAreNamed() throws {
        #expect(
            try exported(.csv(CSVStyle(columns: [.caption, .totalTokens, .id])), .make())
                == "caption,usage_total_tokens,id\r\nA harbour.,350,1\r\n")
    }

    @Test func linesHaveTheFieldsThatAreNamed() throws {
        #expect(
            try exported(.jsonl(JSONLinesStyle(fields: [.caption, .usage, .error, .key])), .failed())
                == #"{"caption":null,"usage":{"input_tokens":null,"output_tokens":null,"total_tokens":null,"cached_tokens":null,"cost_usd":null,"#
                + #""cost_source":null},"error":{"class":"image_rejected","status":400,"message":"the picture was not accepted"},"key":"bad"}"#
                + "\n")
    }
}
