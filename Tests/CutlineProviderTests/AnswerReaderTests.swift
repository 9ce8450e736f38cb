import CutlineCore
import Testing

@testable import CutlineProvider

@Suite struct AnswerReaderTests {
    /// Each shape holds "A cat." under some key.
    static let shapes: [(String, String)] = [
        ("OpenAI", #"{"choices":[{"message":{"content":"A cat."},"finish_reason":"stop"}]}"#),
        ("list of parts", #"{"choices":[{"message":{"content":[{"type":"text","text":"A "},{"type":"text","text":"cat."}]}}]}"#),
        ("part with value", #"{"choices":[{"message":{"content":[{"type":"output_text","text":{"value":"A cat."}}]}}]}"#),
        ("thinking part", #"{"choices":[{"message":{"content":[{"type":"thinking","text":"hm"},{"type":"text","text":"A cat."}]}}]}"#),
        ("content as object", #"{"choices":[{"message":{"content":{"type":"text","text":"A cat."}}}]}"#),
        ("reasoning beside", #"{"choices":[{"message":{"content":"A cat.","reasoning_content":"hm","refusal":null}}]}"#),
        ("IndoxHub A", #"{"request_id":"r","success":true,"message":"","error":null,"data":"A cat.","finish_reason":null}"#),
        (
            "IndoxHub B",
            #"{"object":"response","error":null,"output":[{"type":"reasoning","content":[{"text":"hm"}]},"#
                + #"{"type":"message","content":[{"type":"output_text","text":"A cat."}]}],"status":"completed"}"#
        ),
        ("nested in data", #"{"success":true,"data":{"choices":[{"message":{"content":"A cat."}}]}}"#),
        ("content in data", #"{"success":true,"data":{"content":"A cat."}}"#),
        ("leading spaces", "          \n" + #"{"choices":[{"message":{"content":"A cat."}}]}"#),
        ("byte-order mark", "\u{FEFF}" + #"{"choices":[{"message":{"content":"A cat."}}]}"#),
        ("empty error", #"{"error":{"message":"","code":0},"choices":[{"message":{"content":"A cat."}}]}"#),
        ("empty error text", #"{"error":"","choices":[{"message":{"content":"A cat."},"error":{}}]}"#),
    ]

    @Test(arguments: shapes)
    func textIsFoundInEveryShape(name: String, body: String) {
        #expect(read(body).caption?.text == "A cat.", "\(name)")
        #expect(read(body).caption?.finishReason == .stop)
    }

    @Test(arguments: [
        (#"  \n A \t cat.\n\n"#, "A \t cat."), (#"A\u0000 cat.\u0000"#, "A cat."), (#"\u00a0\u2003Café 🐈‍⬛ é\u3000"#, "Café 🐈‍⬛ é"),
        (#"e\u0301\r\nx"#, "e\u{301}\r\nx"), ("\"A cat.\"".replacing("\"", with: "\\\""), "\"A cat.\""),
    ])
    func captionKeepsAllButOuterWhiteSpace(json: String, text: String) {
        let caption = read(#"{"choices":[{"message":{"content":"\#(json)"}}]}"#).caption
        #expect(caption.map { Array($0.text.unicodeScalars) } == Array(text.unicodeScalars))
    }

    @Test func exampleOfAnyFastIsReadWhole() {
        let body = """
            {"id":"chatcmpl-gemini-vision-123","object":"chat.completion","created":1677652288,"model":"gemini-1.5-pro-latest",
            "choices":[{"index":0,"message":{"role":"assistant","content":"The image shows a logo..."},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":300,"completion_tokens":50,"total_tokens":350}}
            """
        let usage = Usage(inputTokens: 300, outputTokens: 50)
        #expect(
            read(body)
                == .caption(
                    Caption(
                        text: "The image shows a logo...", finishReason: .stop, resolvedModel: "gemini-1.5-pro-latest", usage: usage,
                        requestID: "chatcmpl-gemini-vision-123")))
    }

    @Test func exampleOfHackClubHasNoUsage() {
        let body = """
            {"id":"chatcmpl-123","object":"chat.completion","model":"google/gemini-2.5-flash","choices":[{"index":0,
            "message":{"role":"assistant","content":"This image shows a sunset..."},"finish_reason":"stop"}]}
            """
        #expect(read(body).caption?.usage == Usage())
    }

    @Test func envelopeOfIndoxHubIsReadWhole() {
        let body = """
            {"request_id":"550e8400","created_at":"2025-05-19T06:07:38.077269","duration_ms":9664.65,"provider":"openai","model":"gpt-4o-mini",
            "success":true,"message":"","usage":{"tokens_prompt":15,"tokens_completion":107,"tokens_total":122,"cost":0.000229,
            "cache_read_tokens":0,"cost_breakdown":{"input_tokens":0.000025,"output_tokens":0.000204}},"raw_response":null,
            "data":"The text answer is this string","finish_reason":"STOP","images":null,"byok_api_key":false}
            """
        let usage = Usage(
            inputTokens: 15, outputTokens: 107, cachedTokens: 0, cost: Money(nanodollars: 229_000), costSource: .reported)
        #expect(
            read(body)
                == .caption(
                    Caption(
                        text: "The text answer is this string", finishReason: .stop, resolvedModel: "gpt-4o-mini", usage: usage,
                        requestID: "550e8400")))
    }

    @Test(
        arguments: [
            (#""usage":{"prompt_tokens":7,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":2}}"#, 7, 3, 2),
            (#""usage":{"input_tokens":7,"output_tokens":3,"input_tokens_details":{"cached_tokens":2}}"#, 7, 3, 2),
            (#""usage":{"tokens_prompt":7,"tokens_completion":3,"cache_read_tokens":2}"#, 7, 3, 2),
            (#""usage":{"prompt_tokens":"7","completion_tokens":3.0,"prompt_tokens_details":null}"#, 7, 3, nil),
            (#""usage":{"prompt_tokens":7,"prompt_cache_hit_tokens":2}"#, 7, nil, 2),
            (#""usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":3}"#, 7, 3, nil),
            (#""usage":null"#, nil, nil, nil), (#""usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, nil, nil, nil),
            (#""usage":{"prompt_tokens":-1,"completion_tokens":3}"#, nil, 3, nil), (#""usage":[]"#, nil, nil, nil),
        ] as [(String, Int?, Int?, Int?)])
    func tokensAreReadUnderEveryKey(json: String, input: Int?, output: Int?, cached: Int?) {
        let usage = read(#"{"choices":[{"message":{"content":"x"}}],\#(json)}"#).caption?.usage
        #expect(usage == Usage(inputTokens: input, outputTokens: output, cachedTokens: cached))
    }

    @Test(
        arguments: [
            (#""cost":0.0025"#, 2_500_000), (#""cost":"0.0025""#, 2_500_000), (#""usage":{"cost":0.0025}"#, 2_500_000),
            (#""usage":{"cost_breakdown":{"total_cost":0.0025}}"#, 2_500_000),
            (#""usage":{"cost":0,"cost_details":{"upstream_inference_cost":0.0025}}"#, 2_500_000), (#""usage":{"cost":0}"#, 0),
            (#""usage":{"cost":-1}"#, nil), (#""cost":"free""#, nil),
        ] as [(String, Int64?)])
    func costIsReadUnderEveryKey(json: String, nanodollars: Int64?) {
        let usage = read(#"{"choices":[{"message":{"content":"x"}}],\#(json)}"#).caption?.usage
        #expect(usage?.cost == nanodollars.map { Money(nanodollars: $0) })
        #expect(usage?.costSource == nanodollars.map { _ in .reported })
    }

    @Test(
        arguments: [
            ("stop", .stop), ("STOP", .stop), ("end_turn", .stop), ("length", .length), ("MAX_TOKENS", .length), ("model_length", .length),
            ("tool_calls", .tool), ("surprise", nil),
        ] as [(String, FinishReason?)])
    func finishReasonIsNormalised(word: String, reason: FinishReason?) {
        let caption = read(#"{"choices":[{"message":{"content":"x"},"finish_reason":"\#(word)"}]}"#).caption
        #expect(caption?.finishReason == reason)
    }

    @Test func incompleteResponseIsTruncated() {
        let body = #"{"output":[{"content":[{"text":"x"}]}],"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}"#
        #expect(read(body).caption?.finishReason == .length)
    }

    @Test(
        arguments: [
            ("", .emptyAnswer), ("        ", .emptyAnswer), ("<html>Hi</html>", .malformedAnswer), ("{\"choices\":", .malformedAnswer),
            ("{}", .malformedAnswer), ("[]", .malformedAnswer),
            (#"{"success":true,"data":""}"#, .emptyAnswer), (#"{"choices":[]}"#, .malformedAnswer),
            (#"{"choices":[{"message":{"content":" \n"},"finish_reason":"stop"}]}"#, .emptyAnswer),
            (#"{"choices":[{"message":{"content":null,"reasoning":"hm"},"finish_reason":"length"}]}"#, .emptyAnswer),
            (#"{"choices":[{"message":{"content":null,"refusal":"I cannot."}}]}"#, .refused),
            (#"{"output":[{"content":[{"type":"refusal","refusal":"I cannot."}]}]}"#, .refused),
            (#"{"choices":[{"message":{},"finish_reason":"SAFETY"}]}"#, .contentFiltered),
            (#"{"choices":[{"message":{"content":"x"},"finish_reason":"content_filter: PROHIBITED_CONTENT"}]}"#, .contentFiltered),
            (#"{"choices":[{"message":{"content":"part"},"finish_reason":"error"}]}"#, .serverError),
        ] as [(String, FailureClass)])
    func unusableAnswerOfStatus200(body: String, kind: FailureClass) {
        let failure = read(body).failure
        #expect(failure?.kind == kind)
        #expect(failure?.billed == .unknown)
        #expect(failure?.status == 200)
    }

    @Test func unusableAnswerWithUsageIsBilled() {
        let failure = read(#"{"choices":[{"message":{"content":""}}],"usage":{"prompt_tokens":9,"completion_tokens":0}}"#).failure
        #expect(failure?.billed == .yes)
        #expect(failure?.usage == Usage(inputTokens: 9, outputTokens: 0))
    }

    @Test func refusalIsTheMessage() {
        #expect(read(#"{"choices":[{"message":{"content":null,"refusal":"I cannot."}}]}"#).failure?.message == "I cannot.")
    }

    @Test func lengthWithoutTextSaysWhatToDo() {
        let failure = read(#"{"choices":[{"message":{"content":null},"finish_reason":"length"}]}"#).failure
        #expect(failure?.message == "the token limit was reached before any text; allow more max_tokens")
    }

    @Test(
        arguments: [
            ("x-request-id", "{}", "h-1"), ("request-id", "{}", "h-1"), ("cf-ray", "{}", nil), ("x-request-id", #"{"id":"b-1"}"#, "h-1"),
            ("cf-ray", #"{"id":"b-1"}"#, "b-1"), ("x-request-id", #"{"request_id":"b-1"}"#, "b-1"),
        ] as [(String, String, String?)])
    func requestIDComesFromBodyOrHeaders(header: String, body: String, id: String?) {
        #expect(read(body, headers: [(header, "h-1")]).failure?.requestID == id)
    }

    /// Error bodies and the one sentence they come down to.
    static let sentences: [(String, String)] = [
        (#"{"error":{"message":"Bad.","type":"t","code":"c"}}"#, "Bad."), (#"{"error":"Bad."}"#, "Bad."),
        (#"[{"error":{"code":400,"message":"Bad.","status":"INVALID_ARGUMENT"}}]"#, "Bad."), (#"{"detail":"Bad."}"#, "Bad."),
        (#"{"detail":[{"loc":["body","messages",0],"msg":"Bad.","type":"t"},{"msg":"Worse."}]}"#, "body.messages.0: Bad.; Worse."),
        (#"{"detail":{"message":"Bad."}}"#, "Bad."), (#"{"message":"Bad.","code":7}"#, "Bad."),
        (#"{"errors":[{"message":"Bad."},{"message":"Worse."}]}"#, "Bad.; Worse."), (#"{"errors":["Bad."]}"#, "Bad."),
        (#"{"success":false,"error":"NotFoundError","message":"Bad."}"#, "Bad."),
        (#"{"type":"error","error":{"type":"overloaded_error","message":"Bad."},"request_id":"r"}"#, "Bad."),
        (#"{"msg":"Bad.","code":"1"}"#, "Bad."), (#"{"error":{"error":{"message":"Bad."}}}"#, "Bad."),
        (#"{"error":{"code":"bad_thing"}}"#, "bad_thing"), (#"{"error_msg":"Bad.","error_code":1}"#, "Bad."),
        (#"{"error":{"message":"{\"error\":{\"message\":\"Bad.\"}}"}}"#, "Bad."),
        (#"{"error":{"message":"Upstream: {\"error\":{\"message\":\"Bad.\"}}"}}"#, "Upstream: Bad."),
        (
            #"{"error":{"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"Bad.\"}}"}}}"#,
            "Provider returned error: Bad."
        ),
        (#"{"error":{"message":"Provider returned error","metadata":{"raw":"Bad."}}}"#, "Provider returned error: Bad."),
        ("Bad.", "Bad."), ("<html><head><title>400</title><style>p{}</style></head><body><p>Bad.</p></body></html>", "400 Bad."),
        ("", "the provider answered HTTP 400 without a message"), ("{}", "the provider answered HTTP 400 without a message"),
        ("a\u{1B}[31mb\r\nc\u{202E}d\u{0}", "a [31mb c d"),
    ]

    @Test(arguments: sentences)
    func errorBodyBecomesOneSentence(body: String, sentence: String) {
        #expect(read(body, status: 400).failure?.message == sentence)
    }

    @Test func messageIsBounded() {
        let message = read(String(repeating: "é", count: 9_000), status: 400).failure?.message
        #expect(message?.count == 500)
        #expect(message?.last == "…")
    }

    /// A combining mark makes another character of the key's last letter; a cut must not leave half of it.
    @Test(arguments: [
        ("sk-secret\u{301}", "[key]\u{301}"), ("x sk-secretsk-secret", "x [key][key]"),
        (#"{"error":""# + String(repeating: " ", count: 19_995) + #"sk-secret"}"#, "the provider answered HTTP 401 without a message"),
    ])
    func keyIsTakenOutByteByByte(body: String, message: String) {
        #expect(read(body, status: 401, key: "sk-secret").failure.map { Array($0.message.utf8) } == Array(message.utf8))
    }

    @Test func keyIsTakenOutOfTheProvidersSentence() {
        let failure = read(#"{"error":{"message":"Incorrect API key provided: sk-secret."}}"#, status: 401, key: "sk-secret").failure
        #expect(failure?.message == "Incorrect API key provided: [key].")
    }

    @Test(
        arguments: [
            (400, .no), (401, .no), (413, .no), (429, .no), (500, .unknown), (503, .unknown), (529, .unknown),
        ] as [(Int, Billed)])
    func billingFollowsTheStatus(status: Int, billed: Billed) {
        #expect(read(#"{"error":{"message":"x"}}"#, status: status).failure?.billed == billed)
    }

    @Test(
        arguments: [
            (#"{"error":{"message":"x","type":"","param":"","code":429}}"#, .rateLimited, .no),
            (#"{"error":{"message":"x","code":502}}"#, .serverError, .unknown), (#"{"code":402,"message":"x"}"#, .quotaExhausted, .no),
            (#"{"success":false,"error":"RateLimitError","message":"x","status_code":429}"#, .rateLimited, .no),
            (
                #"{"choices":[{"message":{"content":"part"},"finish_reason":"error","error":{"code":502,"message":"x"}}]}"#, .serverError,
                .unknown
            ),
            (#"{"object":"error","message":"x","type":"400","code":400}"#, .invalidRequest, .no),
            (#"{"error":"overloaded"}"#, .overloaded, .unknown),
            (#"{"error":{"code":502,"message":"x"},"usage":{"prompt_tokens":5}}"#, .serverError, .yes),
        ] as [(String, FailureClass, Billed)])
    func errorInsideA200IsAnError(body: String, kind: FailureClass, billed: Billed) {
        let failure = read(body).failure
        #expect(failure?.kind == kind)
        #expect(failure?.billed == billed)
        #expect(failure?.status == 200)
    }

    @Test(arguments: [(504, "{}"), (524, "<html></html>"), (200, #"{"error":{"code":504,"message":"x"}}"#)])
    func gatewayTimeoutIsUnknown(status: Int, body: String) {
        let unknown = read(body, status: status).unknown
        #expect(unknown?.kind == .timeout)
        #expect(unknown?.billed == .unknown)
    }
}
