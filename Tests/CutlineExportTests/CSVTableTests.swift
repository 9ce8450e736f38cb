import CutlineCore
import CutlineExport
import Testing

struct CSVTableTests {
    private static let header =
        "id,key,batch,state,images,prompt,caption,finish_reason,flags,provider,requested_model,model,"
        + "usage_input_tokens,usage_output_tokens,usage_total_tokens,usage_cached_tokens,usage_cost_usd,usage_cost_source,"
        + "attempts,latency_ms,error_class,error_status,error_message,created_at,finished_at,extra,reused_from,missing_since,service_tier\r\n"

    /// The caption's field, as it stands in the file.
    private func captionField(_ caption: String) throws -> String {
        let row = try exported(.csv(), .make(images: [], prompt: "P", caption: caption)).dropFirstBytes(Self.header.utf8.count)
        let (before, after) = ("1,harbour,example,succeeded,[],P,", ",stop,[],simulator,")
        let end = row.range(ofBytes: after) ?? row.utf8.count
        return String(decoding: row.utf8.dropFirst(before.utf8.count).prefix(end - before.utf8.count), as: UTF8.self)
    }

    @Test func succeededAndFailedRows() throws {
        let usage = Usage(inputTokens: 300, outputTokens: 50, cost: Money(nanodollars: 1), costSource: .estimated)
        #expect(
            try exported(.csv(), .make(usage: usage, extra: ["n": .string("a,b")]), .failed(message: "no, \"really\""))
                == Self.header
                + #"1,harbour,example,succeeded,"[""examples/harbour.jpg""]",Describe …,A harbour.,stop,[],simulator,sim-1,sim-1,"#
                + #"300,50,350,,0.000000001,estimated,1,512,,,,2026-11-20T12:00:00Z,2026-11-20T12:00:01Z,"{""n"":""a,b""}",,,"# + "\r\n"
                + #"1,bad,example,failed,"[""examples/harbour.jpg""]",Describe …,,,[],simulator,sim-1,,"#
                + #",,,,,,1,,image_rejected,400,"no, ""really""",2026-11-20T12:00:00Z,,{},,,"# + "\r\n")
    }

    @Test(arguments: [
        ("plain", "plain"), (" spaces ", " spaces "), ("a,b", "\"a,b\""), ("say \"a\"", "\"say \"\"a\"\"\""), ("\"", "\"\"\"\""),
        ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("a\r\nb", "\"a\r\nb\""), ("a,\u{301}b", "\"a,\u{301}b\""),
        ("a\"\u{301}", "\"a\"\"\u{301}\""), ("\u{0}a\u{1B}", "'\u{0}a\u{1B}"), ("", "\"\""), ("a\u{2028}b", "a\u{2028}b"),
        ("=1+1", "'=1+1"), ("=\u{301}1", "'=\u{301}1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\ta", "'\ta"),
        ("\ra", "\"'\ra\""), ("=\"a\"", "\"'=\"\"a\"\"\""), ("'=a", "'=a"), ("a=1", "a=1"), ("\na", "\"\na\""),
    ])
    func fieldsAreQuotedAndGuarded(caption: String, field: String) throws {
        #expect(Array(try captionField(caption).utf8) == Array(field.utf8))
    }

    @Test func everyTextColumnIsGuardedAndNoNumber() throws {
        var record = Record.make(id: -1, key: "=k", prompt: "@p")
        record.batch = "-b"
        record.provider = "+x"
        record.requestedModel = "=m"
        record.caption?.resolvedModel = "=r"
        record.problem = Record.Problem(kind: .refused, status: -1, message: "=e")
        let text = try exported(.csv(), record)
        for field in ["\n-1,'=k,'-b,", ",'@p,", ",'+x,'=m,'=r,", ",refused,-1,'=e,"] { #expect(text.range(ofBytes: field) != nil) }
    }
}

extension String {
    fileprivate func dropFirstBytes(_ count: Int) -> String { String(decoding: utf8.dropFirst(count), as: UTF8.self) }

    fileprivate func range(ofBytes part: String) -> Int? {
        let (bytes, wanted) = (Array(utf8), Array(part.utf8))
        return bytes.indices.first { bytes[$0...].starts(with: wanted) }
    }
}
