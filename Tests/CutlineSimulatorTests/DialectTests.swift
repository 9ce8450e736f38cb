import CutlineCore
import Testing

@testable import CutlineSimulator

@Suite(.timeLimit(.minutes(15))) struct DialectTests {
    typealias Dialect = SimulatorOptions.Dialect

    private func answer(_ dialect: Dialect, _ body: String = chat(images: [dataURL(png())])) async throws -> HTTPReply {
        try await withSimulator(SimulatorOptions(dialect: dialect)) { try await $0.post(body, to: dialect.chatPath) }
    }

    @Test(arguments: Dialect.allCases)
    func everyDialectAnswersAtItsPath(dialect: Dialect) async throws {
        let reply = try await answer(dialect)
        #expect(reply.status == 200)
        let json = try reply.json
        let text =
            json["choices"]?[0]?["message"]?["content"] ?? json["output"]?[0]?["content"]?[0]?["text"] ?? json["data"]
        #expect(text?.string == "A PNG picture, 40 × 30 pixels, 64 bytes.")
        #expect(!reply.body.contains("$"))
        let usage = try #require(json["usage"])
        #expect((usage["prompt_tokens"] ?? usage["tokens_prompt"] ?? usage["input_tokens"])?.int == 258)
    }

    @Test(arguments: [
        (Dialect.hackclub, "/proxy/v1/chat/completions"), (.infron, "/v1/chat/completions"), (.indoxhub, "/api/v1/chat/completions/"),
        (.anyfast, "/v1/chat/completions"), (.openrouter, "/api/v1/chat/completions"), (.gemini, "/v1beta/openai/chat/completions"),
        (.groq, "/openai/v1/chat/completions"), (.fireworks, "/inference/v1/chat/completions"), (.azure, "/openai/v1/chat/completions"),
        (.ollama, "/v1/chat/completions"),
    ])
    func theBaseURLLeadsToTheChatPath(dialect: Dialect, path: String) async throws {
        try await withSimulator(SimulatorOptions(dialect: dialect)) { simulator async throws in
            #expect(simulator.baseURL + dialect.wire.chatPath == simulator.origin + path)
            #expect(try await simulator.post(chat(), to: path).status == 200)
            let nowhere = try await simulator.post(chat(), to: "/nowhere")
            #expect(nowhere.status == (dialect == .indoxhub ? 403 : 404))
            #expect(nowhere.headers["content-type"] == "text/html")
        }
    }

    @Test func hackClubSendsSpacesFirstAndItsLimitsAndCost() async throws {
        let reply = try await answer(.hackclub)
        #expect(reply.body.hasPrefix("   {"))
        #expect(reply.headers["ratelimit-policy"] == "450;w=1800")
        #expect(reply.headers["ratelimit-remaining"] == "449")
        #expect(reply.headers["ratelimit-reset"] == "1800")
        // 258 × 0.15 + 9 × 0.60 dollars for a million tokens.
        #expect(reply.body.contains(#""cost":0.0000441,"#))
        #expect(try reply.json["choices"]?[0]?["native_finish_reason"]?.string == "stop")
    }

    @Test(arguments: ["Referer", "HTTP-Referer", "X-Title"])
    func hackClubTurnsNamedClientsAway(header: String) async throws {
        try await withSimulator(SimulatorOptions(dialect: .hackclub)) { simulator async throws in
            let path = Dialect.hackclub.chatPath
            let reply = try await simulator.post(chat(), to: path, headers: [header: "cutline"])
            #expect(reply.status == 403)
            #expect(try reply.json["error"]?.string?.contains("aren't allowed") == true)
            #expect(try await simulator.post(chat(), to: path, headers: ["User-Agent": "cutline"]).status == 200)
        }
    }

    @Test func infronTellsItsCostWhenAsked() async throws {
        let asked = try await answer(.infron, chat(more: ["usage": .object(["include": .bool(true)])])).json
        #expect(asked["cost"]?.double == 3 * 0.15e-6 + 4 * 0.6e-6)
        #expect(asked["cost_details"]?["prompt_cost"]?.double == 3 * 0.15e-6)
        #expect(try await answer(.infron).json["cost"] == nil)
    }

    @Test func indoxHubHasThreeEnvelopes() async throws {
        #expect(try await answer(.indoxhub).json["usage"]?["cost"]?.double == 44.1e-6)
        #expect(try await answer(.indoxhubB).json["object"]?.string == "response")
        #expect(try await answer(.indoxhubC).json["usage"]?["cost_breakdown"]?["total_cost"]?.double == 44.1e-6)
        try await withSimulator(SimulatorOptions(dialect: .indoxhub)) { simulator async throws in
            #expect(try await simulator.post(chat(), to: "/api/v1/chat/completions").status == 403)
            #expect(try await simulator.post(chat(), to: "/v1/chat/completions").text == "No picture was sent.")
        }
    }

    @Test(arguments: [
        (Dialect.openai, "gpt-5-mini", "max_tokens"), (.openai, "o3", "max_tokens"), (.openai, "gpt-5", "temperature"),
        (.azure, "o1-preview", "temperature"),
    ])
    func reasoningModelsRefuseWhatTheyDoNotTake(dialect: Dialect, model: String, parameter: String) async throws {
        func body(_ model: String, _ parameters: [String: JSONValue]) -> String {
            chat(more: parameters.merging(["model": .string(model)]) { $1 })
        }
        let value = JSONValue.number(0.5)
        try await withSimulator(SimulatorOptions(dialect: dialect)) { simulator async throws in
            let path = dialect.chatPath
            let refused = try await simulator.post(body(model, [parameter: parameter == "temperature" ? value : .integer(9)]), to: path)
            #expect(refused.status == 400)
            #expect(try refused.json["error"]?["param"]?.string == parameter)
            let code = try refused.code
            #expect(code == (parameter == "temperature" ? "unsupported_value" : "unsupported_parameter"))
            #expect(try await simulator.post(body("gpt-4o", [parameter: .integer(1)]), to: path).status == 200)
            let meant = body(model, ["max_completion_tokens": .integer(9), "temperature": .integer(1)])
            #expect(try await simulator.post(meant, to: path).status == 200)
        }
    }

    @Test(arguments: [
        (Dialect.openai, "x-request-id"), (.anthropic, "request-id"), (.openrouter, "x-generation-id"), (.anyfast, "x-oneapi-request-id"),
        (.litellm, "x-litellm-call-id"), (.azure, "apim-request-id"),
    ])
    func aCallHasANumber(dialect: Dialect, header: String) async throws {
        #expect(try await answer(dialect).headers[header] == "req_sim_1")
    }

    @Test func liteLLMTellsTheCostInAHeader() async throws {
        #expect(try await answer(.litellm).headers["x-litellm-response-cost"] == "0.0000441")
    }

    @Test func aDialectRefusesPicturesThatItDoesNotTake() async throws {
        let url = chat(images: ["https://pictures.invalid/harbour.jpg"])
        let webp = chat(images: ["https://pictures.invalid/b.webp"])
        #expect(try await answer(.lmstudio, url).body == #"{"error":"'url' field must be a base64 encoded image."}"#)
        #expect(try await answer(.lmstudio).status == 200)
        #expect(try await answer(.llamacpp, webp).status == 400)
        #expect(try await answer(.openai, webp).status == 200)
        let nine = chat(images: Array(repeating: dataURL(png()), count: 9))
        #expect(try await answer(.mistral, nine).body.contains("At most 8 images"))
        #expect(try await answer(.openai, nine).status == 200)
    }

    @Test(arguments: Dialect.allCases)
    func aModelThatReadsTextAloneTakesNoPicture(dialect: Dialect) async throws {
        let name = "simulator/sim-text"
        let reply = try await answer(dialect, chat(images: [dataURL(png())], more: ["model": .string(name)]))
        #expect(reply.status != 200)
        #expect(try await answer(dialect, chat(more: ["model": .string(name)])).status == 200)
    }

    // MARK: Keys and limits

    @Test func aKeyStandsWhereTheDialectHasIt() async throws {
        try await withSimulator(SimulatorOptions(dialect: .azure, keys: ["right"])) { simulator async throws in
            let path = Dialect.azure.chatPath
            #expect(try await simulator.post(chat(), to: path, headers: ["api-key": "right"]).status == 200)
            #expect(try await simulator.post(chat(), to: path, key: "right").status == 401)
        }
    }

    @Test func aKeyIsExchangedForATokenUntilItExpires() throws {
        let keys = KeyCheck(SimulatorOptions(dialect: .indoxhub, keys: ["right"], tokenLifetime: .seconds(60)))
        let now = ContinuousClock.now
        let (given, authorization) = (HTTPField.Name("X-API-Key")!, HTTPField.Name("Authorization")!)
        #expect(keys.token(for: [given: "wrong"], at: now) == nil)
        let token = try #require(keys.token(for: [given: "right"], at: now))
        #expect(keys.isKnown([authorization: "Bearer \(token)"], at: now + .seconds(59)))
        #expect(!keys.isKnown([authorization: "Bearer \(token)"], at: now + .seconds(60)))
        #expect(keys.isKnown([authorization: "Bearer right"], at: now))
    }

    @Test func theExchangeIsAnAddressOfIndoxHubs() async throws {
        try await withSimulator(SimulatorOptions(dialect: .indoxhub, keys: ["right"], tokenLifetime: .seconds(90))) {
            simulator async throws in
            let reply = try await simulator.post("", to: "/api/v1/auth/api-key/", headers: ["X-API-Key": "right"])
            let token = try #require(try reply.json["access_token"]?.string)
            #expect(try reply.json["expires_in"]?.int == 90)
            #expect(try await simulator.post(chat(), to: Dialect.indoxhub.chatPath, key: token).status == 200)
            let wrong = try await simulator.post("", to: "/api/v1/auth/api-key/", headers: ["X-API-Key": "wrong"])
            #expect(wrong.status == 401)
        }
    }

    @Test(arguments: [
        (LimitForm.openAI, "x-ratelimit-reset-requests", "1m30s"), (.groq, "x-ratelimit-reset-requests", "90.0s"),
        (.ietf, "RateLimit-Reset", "90"), (.indoxHub, "X-RateLimit-Reset", "1790"),
        (.anthropic, "anthropic-ratelimit-requests-reset", "1970-01-01T00:29:50Z"),
        (.openAI, "x-ratelimit-limit-requests", "60"), (.mistral, "x-ratelimit-remaining-req-minute", "7"),
    ])
    func aLimitIsToldInTheFormOfItsDialect(form: LimitForm, name: String, value: String) {
        let allowance = LimitState(limit: 60, remaining: 7, reset: 90, window: 120)
        let headers = allowance.headers(form, at: Timestamp(milliseconds: 1_700_000), isRefusal: false)
        #expect(headers.first { $0.0 == name }?.1 == value)
        #expect(allowance.headers(.openRouter, at: Timestamp(milliseconds: 0), isRefusal: false).isEmpty)
    }

    @Test(arguments: [(0.012, "12ms"), (1, "1s"), (7.66, "7.66s"), (360, "6m0s"), (3_723.5, "1h2m3.5s")])
    func aDurationIsWrittenAsGoDoes(seconds: Double, text: String) {
        #expect(seconds.goDuration == text)
    }

    @Test func aRateIsToldOnEachAnswer() async throws {
        let rate = SimulatorOptions.CallRate(perSecond: 0.001, burst: 3)
        try await withSimulator(SimulatorOptions(rateLimit: rate)) { simulator async throws in
            let first = try await simulator.post(chat())
            #expect(first.headers["x-ratelimit-limit-requests"] == "3")
            #expect(first.headers["x-ratelimit-remaining-requests"] == "2")
        }
        try await withSimulator(SimulatorOptions(dialect: .simulator, rateLimit: rate)) { simulator async throws in
            #expect(try await simulator.post(chat()).headers.keys.allSatisfy { !$0.contains("ratelimit") })
        }
        #expect(try await answer(.openai).headers.keys.allSatisfy { !$0.contains("ratelimit") })
    }
}
