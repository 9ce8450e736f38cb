import CutlineCore
import CutlineInput
import TestSupport
import Testing

struct BatchLineTests {
    private static func line(
        _ id: String = "one", model: String = "m", more: String = "", system: String? = nil, content: String? = nil
    ) -> String {
        let parts = content ?? #"{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"https://h.invalid/\#(id).jpg"}}"#
        let first = system.map { #"{"role":"system","content":"\#($0)"},"# } ?? ""
        return
            #"{"custom_id":"\#(id)","method":"POST","url":"/v1/chat/completions","body":{"model":"\#(model)"\#(more),"messages":[\#(first){"role":"user","content":[\#(parts)]}]}}"#
    }

    private func plan(_ lines: String..., settings: BatchSettings? = nil) throws(InputError) -> TestPlan {
        let folder = TemporaryFolder()
        folder.write("b.jsonl", text: lines.joined(separator: "\n"))
        let plan = try InputPlan.read(["b.jsonl"], from: folder.path)
        return if let settings { try TestPlan(plan, settings: settings) } else { try TestPlan(plan, prompt: "") }
    }

    @Test func aLineIsAJobUnderItsOwnKey() throws {
        let content =
            #"{"type":"text","text":"{{a}}"},{"type":"image_url","image_url":{"url":"https://h.invalid/1","detail":"low"}},{"type":"image_url","image_url":{"url":"https://h.invalid/2"}},{"type":"text","text":"B"}"#
        let plan = try plan(Self.line(more: #","max_tokens":9,"seed":7,"stream":false"#, system: "Brief.", content: content))
        #expect(plan.plan.stated?.model == "m" && plan.plan.stated?.system == "Brief.")
        #expect(plan.plan.stated?.parameters == Parameters(maxTokens: 9, detail: .low, others: ["seed": .integer(7)]))
        #expect(plan.keys == ["one"])
        #expect(plan.items[0].prompt == "{{a}}\nB")
        #expect(plan.asGiven == [["https://h.invalid/1", "https://h.invalid/2"]])
    }

    @Test func allLinesAskForTheSame() {
        let first = Self.line(more: #","max_tokens":9"#, system: "Brief.")
        let end = "; one batch asks for one: give it to a batch of its own"
        let cases = [
            (Self.line("two", model: "n", more: #","max_tokens":9"#, system: "Brief."), "asks for model n, its batch for m"),
            (Self.line("two", more: #","max_tokens":8"#, system: "Brief."), "asks for max_tokens 8, its batch for 9"),
            (Self.line("two", system: "Brief."), "asks for max_tokens none, its batch for 9"),
            (Self.line("two", more: #","max_tokens":9"#), "asks for system text none, its batch for Brief."),
        ]
        for (second, expected) in cases {
            #expect(sentence { () throws(InputError) in try plan(first, second) } == "b.jsonl, line 2: \(expected)\(end)")
        }
    }

    @Test func whatTheUserGaveMustAgreeWhereALineSaysSomething() throws {
        var settings = BatchSettings(
            name: "b", profile: Profile(name: "simulator"), model: "m", system: "Brief.", prompt: "", parameters: Parameters(maxTokens: 5))
        #expect(try plan(Self.line(), Self.line("two"), settings: settings).keys == ["one", "two"])
        settings.model = "n"
        #expect(
            sentence { () throws(InputError) in try plan(Self.line(), settings: settings) }?.hasPrefix("b.jsonl, line 1: asks for model m")
                == true)
    }

    @Test(arguments: [
        (#"{"type":"text","text":"t"}"#, "content: has no picture"),
        (#"{"type":"image_url","image_url":{"url":"https://h.invalid/a"}}"#, "content: has no text"),
        (
            #"{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}"#,
            "content[0].image_url.url: is a data URL; save the picture as a file and name it in a manifest, or give its https:// address"
        ),
        (
            #"{"type":"image_url","image_url":{"url":"a.png"}}"#,
            "content[0].image_url.url: is not an http(s) address; a picture of this machine goes into a manifest with `image`"
        ),
        (#"{"type":"input_audio"}"#, "content[0].type: must be text or image_url"),
        (#"{"type":"image_url"}"#, "content[0].image_url: is missing"),
    ])
    func whatIsNoPictureAndTextIsRefused(content: String, expected: String) {
        #expect(
            sentence { () throws(InputError) in try plan(Self.line(content: content)) } == "b.jsonl, line 1, body.messages[0].\(expected)")
    }

    @Test func otherRequestsAreRefused() {
        #expect(
            sentence { () throws(InputError) in try plan(Self.line().replacing("/chat/completions", with: "/embeddings")) }
                == "b.jsonl, line 1, url: must be /v1/chat/completions: only chat requests can be captions")
        #expect(
            sentence { () throws(InputError) in try plan(Self.line().replacing("POST", with: "GET")) }
                == "b.jsonl, line 1, method: must be POST")
    }
}
