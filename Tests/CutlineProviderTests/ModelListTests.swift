import CutlineCore
import TestSupport
import Testing

@testable import CutlineProvider

@Suite struct ModelListTests {
    /// `id vision context output input-price output-price`, with `-` for what is unknown.
    private func lines(_ body: String, rules: ModelListRules = ModelListRules()) throws -> [String] {
        let list = try #require(ModelList(wire: JSONValue(parsing: body.utf8), rules: rules))
        return list.models.map { model in
            let vision = model.vision.map { $0 ? "yes" : "no" } ?? "-"
            let counts = [model.contextLength, model.maxOutputTokens].map { $0.map(String.init) ?? "-" }
            let prices = [model.inputPerMillion, model.outputPerMillion].map { $0?.decimalText ?? "-" }
            return ([model.id, vision] + counts + prices).joined(separator: " ")
        }
    }

    @Test(arguments: [
        (
            "OpenAI", #"{"object":"list","data":[{"id":"o1","object":"model","owned_by":"system"},{"id":"gpt-4o"}]}"#,
            ["gpt-4o - - - - -", "o1 - - - - -"]
        ),
        (
            "OpenRouter",
            #"""
            {"data":[{"id":"google/gemini-2.5-flash","name":"Google: Gemini","context_length":1048576,
              "architecture":{"input_modalities":["file","image","text"],"output_modalities":["text"]},
              "pricing":{"prompt":"0.0000003","completion":"0.0000025","image":"0.001238","request":"0","input_cache_read":"0.000000075"},
              "top_provider":{"max_completion_tokens":65535,"context_length":1048576}},
             {"id":"openrouter/auto","architecture":{"input_modalities":["text"]},"pricing":{"prompt":"-1","completion":"-1"},
              "top_provider":{"max_completion_tokens":null}},
             {"id":"free:free","pricing":{"prompt":"0","completion":"0"}},
             {"id":"painter","architecture":{"input_modalities":["image","text"],"output_modalities":["image"]}}]}
            """#,
            [
                "free:free - - - 0.0 0.0", "google/gemini-2.5-flash yes 1048576 65535 0.3 2.5", "openrouter/auto no - - - -",
                "painter no - - - -",
            ]
        ),
        (
            "Hack Club lists every model twice",
            #"{"data":[{"id":"b","architecture":{"input_modalities":["image"]}},{"id":"a"},{"id":"b"},{"id":"a","context_length":8}]}"#,
            ["a - 8 - - -", "b yes - - - -"]
        ),
        (
            "Infron",
            #"""
            {"data":[{"id":"gpt-4o-mini","category_type":"Llm","is_display_only":false,"display_name":"GPT-4o mini","context_length":128000,
              "max_output_tokens":16384,"min_prompt_price":0.15,"min_completion_price":0.6,"input_modalities":["Text","IMAGE"],
              "output_modalities":["Text"]},
             {"id":"shown","category_type":"LLM","is_display_only":true},{"id":"painter","category_type":"IMAGE"},
             {"id":"words","category_type":"LLM","input_modalities":["TEXT"],"min_prompt_price":0.0001,"min_completion_price":0}]}
            """#,
            ["gpt-4o-mini yes 128000 16384 0.15 0.6", "words no - - 0.0001 0.0"]
        ),
        (
            "IndoxHub",
            #"""
            [{"id":"openai","name":"OpenAI","text_completions":[
               {"id":"GPT-4o-mini","modelName":"gpt-4o-mini","name":"GPT-4o mini","specs":{"input_modalities":["Text","Image"]}},
               {"modelName":"o1","capabilities":{"more":{"input_modalities":["text"]}}}]},
             {"name":"Google","text_completions":[{"modelName":"google/gemini-2.0-flash"},{"name":null}],"embeddings":[{"modelName":"e"}]}]
            """#,
            ["google/gemini-2.0-flash - - - - -", "openai/gpt-4o-mini yes - - - -", "openai/o1 no - - - -"]
        ),
        (
            "new-api",
            #"""
            {"data":[{"id":"gpt-4o","created":1626777600,"supported_endpoint_types":["openai","anthropic"]},
             {"id":"dall-e","supported_endpoint_types":["image-generation"]}],"success":true}
            """#,
            ["dall-e no - - - -", "gpt-4o - - - - -"]
        ),
        (
            "Gemini as OpenAI", #"{"object":"list","data":[{"id":"models/gemini-2.5-flash","object":"model"}]}"#,
            ["gemini-2.5-flash - - - - -"]
        ),
        (
            "Gemini",
            #"{"models":[{"name":"models/gemini-2.5-pro","displayName":"Gemini","inputTokenLimit":1048576,"outputTokenLimit":65536}]}"#,
            ["gemini-2.5-pro - 1048576 65536 - -"]
        ),
        (
            "Mistral",
            #"""
            {"object":"list","data":[{"id":"pixtral-12b","capabilities":{"completion_chat":true,"vision":true},"max_context_length":131072},
             {"id":"codestral","capabilities":{"vision":false}}]}
            """#,
            ["codestral no - - - -", "pixtral-12b yes 131072 - - -"]
        ),
        (
            "Together",
            #"""
            [{"id":"meta/Llama-Vision","type":"chat","context_length":131072,"pricing":{"hourly":0,"input":0.18,"output":0.18,"base":0}},
             {"id":"flux","type":"image"},{"id":"own","type":"language","pricing":{"hourly":3,"input":0,"output":0}}]
            """#,
            ["flux no - - - -", "meta/Llama-Vision - 131072 - 0.18 0.18", "own - - - - -"]
        ),
        (
            "Groq", #"{"data":[{"id":"llama-4","active":true,"context_window":131072,"max_completion_tokens":8192}]}"#,
            ["llama-4 - 131072 8192 - -"]
        ),
        ("Fireworks", #"{"data":[{"id":"a/m","supports_image_input":true,"context_length":9}]}"#, ["a/m yes 9 - - -"]),
        ("Ollama", #"{"object":"list","data":[{"id":"llava:latest","object":"model","owned_by":"library"}]}"#, ["llava:latest - - - - -"]),
        (
            "Ollama's tags", #"{"models":[{"name":"llava:7b","model":"llava:7b","capabilities":["completion","vision"]}]}"#,
            ["llava:7b yes - - - -"]
        ),
        (
            "llama.cpp says it twice",
            #"""
            {"models":[{"name":"/m/gemma.gguf","model":"/m/gemma.gguf","capabilities":["completion","multimodal"]}],
             "object":"list","data":[{"id":"/m/gemma.gguf","meta":{"n_ctx_train":8192}},
             {"id":"new","architecture":{"input_modalities":["text","image"]}}]}
            """#,
            ["/m/gemma.gguf yes 8192 - - -", "new yes - - - -"]
        ),
        (
            "LM Studio",
            #"{"data":[{"id":"qwen2-vl","type":"vlm","max_context_length":32768},{"id":"phi","type":"llm"},{"id":"e","type":"embeddings"}]}"#,
            ["e no - - - -", "phi no - - - -", "qwen2-vl yes 32768 - - -"]
        ),
        (
            "LiteLLM",
            #"""
            {"data":[{"model_name":"gpt-4o","litellm_params":{"model":"openai/gpt-4o"},"model_info":{"id":"x","mode":"chat","supports_vision":true,
              "input_cost_per_token":2.5e-06,"output_cost_per_token":1e-05,"max_input_tokens":128000,"max_output_tokens":16384}},
             {"model_name":"gpt-4o","model_info":{}},{"model_name":"ada","model_info":{"mode":"embedding","supports_vision":null}}]}
            """#,
            ["ada no - - - -", "gpt-4o yes 128000 16384 2.5 10.0"]
        ),
        ("vLLM", #"{"data":[{"id":"Qwen/Qwen2-VL-7B","max_model_len":32768}]}"#, ["Qwen/Qwen2-VL-7B - 32768 - - -"]),
        ("names alone", #"{"models":["b","a",""]}"#, ["a - - - - -", "b - - - - -"]),
        ("nothing", #"{"object":"list","data":[]}"#, []),
        (
            "things that are no models", #"{"data":[1,null,{},{"id":7},[],{"id":"m","context_length":"4096","pricing":null}]}"#,
            ["m - 4096 - - -"]
        ),
    ])
    func everyShapeIsRead(what: String, body: String, expected: [String]) throws { #expect(try lines(body) == expected) }

    @Test(arguments: ["{}", "7", "null", #"{"data":{}}"#, #"{"error":{"message":"no"},"data":[]}"#, #""models""#])
    func whatIsNoListIsNone(body: String) throws { #expect(try ModelList(wire: JSONValue(parsing: body.utf8)) == nil) }

    @Test func patternsSpeakWhereTheListIsSilent() throws {
        let body =
            #"{"data":[{"id":"gemini-2.5-flash"},{"id":"gemini-tts"},{"id":"o9"},{"id":"gemini-words","input_modalities":["text"]}]}"#
        let rules = ModelListRules(visionPatterns: ["gemini-*"], noVisionPatterns: ["*tts*"])
        let expected = ["gemini-2.5-flash yes", "gemini-tts no", "gemini-words no", "o9 -"]
        #expect(try lines(body, rules: rules) == expected.map { "\($0) - - - -" })
    }

    @Test func whatIsListedBesideTheTokensIsKept() throws {
        let body = #"""
            {"data":[{"id":"m","name":"Model","pricing":{"prompt":"0.000001","completion":"0","image":"0.002","request":"0.01","input_cache_read":"0.0000001"}},
             {"id":"half","pricing":{"prompt":"0.000001"}}]}
            """#
        let list = try #require(ModelList(wire: JSONValue(parsing: body.utf8)))
        let model = try #require(list["m"])
        #expect(model.name == "Model" && model.image == Money(dollars: 0.002) && model.cachedInputPerMillion == Money(dollars: 0.1))
        // The picture's tokens are among the input tokens.
        #expect(model.price?.perImage == nil && model.price?.perRequest == Money(dollars: 0.01))
        #expect(list["half"]?.price == nil)
    }

    @Test(arguments: [
        ("llava", "llava:latest"), ("llava:latest", "llava:latest"), ("models/gemini", "gemini"), ("gemini", "gemini"),
        ("gpt:nitro", "gpt"),
        ("openai/gpt-9", "openai/*"), ("lava", nil), ("gpt:", "gpt"),
    ])
    func aModelIsFoundUnderTheNamesThatReachIt(name: String, id: String?) {
        let list = ModelList(["llava:latest", "gemini", "gpt", "openai/*"].map { ModelEntry(id: $0) })
        #expect(list[name]?.id == id)
    }

    /// Bytes changed, cut and doubled at random: whatever still is JSON is a list or none.
    @Test func damagedListsAreNoDanger() {
        let whole = Array(
            #"""
            {"data":[{"id":"a","context_length":8e3,"architecture":{"input_modalities":["image"]},"pricing":{"prompt":"-1","completion":1e300}},
             {"text_completions":[{"modelName":"x","specs":[{"input_modalities":7}]}],"id":null}],"models":["b",null,[{"id":{}}]]}
            """#.utf8)
        var random = SplitMix64(seed: 4)
        var lists = 0
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = whole[Int.random(in: 0..<whole.count, using: &random)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
                }
            }
            // Most are no JSON any more; those end before the reader.
            guard let json = try? JSONValue(parsing: bytes), let list = ModelList(wire: json) else { continue }
            lists += 1
            #expect(list.models.allSatisfy { !$0.id.isEmpty && $0.contextLength ?? 1 > 0 && $0.inputPerMillion ?? .zero >= .zero })
        }
        #expect(lists > 1_000)
    }

    @Test func aRouteToAModelHasAPriceOfItsOwn() {
        var entry = ModelEntry(id: "gpt")
        (entry.vision, entry.inputPerMillion, entry.outputPerMillion) = (true, .zero, .zero)
        let list = ModelList([entry])
        #expect(list["gpt"]?.price != nil && list["gpt:nitro"]?.price == nil && list["gpt:nitro"]?.vision == true)
    }
}

@Suite(.timeLimit(.minutes(15))) struct ModelFetchTests {
    private let body = #"{"data":[{"id":"m"}]}"#

    private func fetch(
        _ server: TestServer, models: ModelListRules? = ModelListRules(), key: String? = "sk-canary", timeout: Duration = .seconds(50)
    ) async -> Result<ModelList, Failure> {
        var profile = Profile.at(server)
        profile.headers = ["X-Own": "1"]
        profile.models = models
        return await ProviderClient.models(of: profile, key: key, timeout: timeout)
    }

    @Test func oneGetAsksForTheList() async throws {
        try await TestServer.run(.answer(TestServer.http(200, "   \(body)"))) { server in
            let list = try await fetch(server, models: ModelListRules(path: "//m/list/")).get()
            #expect(list == ModelList([ModelEntry(id: "m")]))
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1 && request.body == "")
            #expect(request.head.hasPrefix("GET /v1/m/list/ HTTP/1.1\r\n"))
            #expect(request.head.contains("User-Agent: \(ProviderClient.userAgent)") && request.head.contains("X-Own: 1"))
            #expect(!request.head.contains("Content-Type"))
        }
    }

    @Test(arguments: [true, false])
    func theKeyIsSentOnlyWhereItIsNeeded(needsKey: Bool) async throws {
        try await TestServer.run(.answer(TestServer.http(200, body))) { server in
            _ = await fetch(server, models: ModelListRules(needsKey: needsKey))
            #expect(server.requests.first?.head.contains("Authorization: Bearer sk-canary") == needsKey)
        }
    }

    @Test(arguments: [
        (401, #"{"error":{"message":"Bad key sk-canary."}}"#, FailureClass.unauthorized, "Bad key"),
        (403, #"{"error":"You are banned from using this service."}"#, .forbidden, "banned"),
        (404, #"{"detail":"Not Found"}"#, .wrongEndpoint, "Not Found"),
        (200, "<html><title>Welcome</title></html>", .wrongEndpoint, "Welcome"),
        (403, "<html><title>CSRF</title></html>", .wrongEndpoint, "CSRF"),
        (200, #"{"error":{"message":"Invalid token","code":401}}"#, .unauthorized, "Invalid token"),
        (200, #"{"hello":"world"}"#, .malformedAnswer, "the answer is no list of models"),
        (200, "", .emptyAnswer, "the answer is no list of models"), (200, "not json", .malformedAnswer, "the answer is no list of models"),
        (302, "", .wrongEndpoint, "redirects"), (500, "{}", .serverError, ""), (504, "late", .timeout, "late"),
    ])
    func aRefusalIsClassified(status: Int, body: String, kind: FailureClass, message: String) async throws {
        try await TestServer.run(.answer(TestServer.http(status, body))) { server in
            let result = await fetch(server, models: ModelListRules(needsKey: true))
            guard case .failure(let failure) = result else { return #expect(Bool(false), "\(result)") }
            #expect(failure.kind == kind && failure.billed == .no)
            #expect(message.isEmpty || failure.message.contains(message))
            #expect(!failure.message.contains("canary"))
        }
    }

    @Test(arguments: [TestServer.Behaviour.hang, .trickle])
    func theDeadlineEndsTheWait(behaviour: TestServer.Behaviour) async throws {
        try await TestServer.run(behaviour) { server in
            let result = await fetch(server, timeout: .seconds(1))
            #expect(result.failure?.kind == .timeout && result.failure?.message.hasSuffix("did not give its model list in 1 s") == true)
        }
    }

    @Test func nobodyThereIsUnreachable() async throws {
        try await TestServer.runWithClosedPort { port in
            let profile = Profile(name: "p", baseURL: "http://127.0.0.1:\(port)")
            let failure = await ProviderClient.models(of: profile, key: nil, timeout: .seconds(50)).failure
            #expect(failure?.kind == .unreachable && failure?.message.contains("is it running?") == true)
        }
    }

    @Test func plainHTTPToOthersIsRefused() async {
        let profile = Profile(name: "p", baseURL: "http://provider.invalid/v1", apiKeyEnv: "K", models: ModelListRules(needsKey: true))
        let failure = await ProviderClient.models(of: profile, key: "k", timeout: .seconds(50)).failure
        #expect(failure?.kind == .wrongEndpoint && failure?.message.contains("without encryption") == true)
    }
}

extension Result where Failure == CutlineCore.Failure {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
