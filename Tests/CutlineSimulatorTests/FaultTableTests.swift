import CutlineCore
import Testing

@testable import CutlineSimulator

/// Every fault in every dialect: what status it comes with, and words that a client must recognise.
@Suite(.timeLimit(.minutes(15))) struct FaultTableTests {
    typealias Dialect = SimulatorOptions.Dialect

    /// The status of each refusal, and the dialects in which it is another.
    static let statuses: [(fault: Fault.Name, status: UInt, others: [Dialect: UInt])] = [
        (.unauthorized, 401, [.gemini: 400]),
        (.forbidden, 403, [.indoxhub: 503, .indoxhubB: 503, .indoxhubC: 503, .litellm: 401]),
        (.banned, 403, [:]),
        (
            .quota, 429,
            [
                .hackclub: 402, .openrouter: 402, .infron: 402, .indoxhub: 402, .indoxhubB: 402, .indoxhubC: 402, .anyfast: 403,
                .anthropic: 400, .mistral: 402, .groq: 402, .together: 402, .fireworks: 412, .litellm: 400, .vllm: 402, .llamacpp: 402,
                .lmstudio: 402,
            ]
        ),
        (.dailyQuota, 429, [:]),
        (.inFlightBudget, 429, [.hackclub: 402, .openrouter: 402]),
        (.rateLimited, 429, [:]),
        (.overloaded, 503, [.infron: 200, .anthropic: 529]),
        (.serverError, 500, [.infron: 200]),
        (.badGateway, 502, [.infron: 200]),
        (.gatewayTimeout, 504, [.hackclub: 524, .openrouter: 524, .infron: 524, .openai: 524, .anthropic: 524]),
        (.oversize, 429, [.groq: 413]), (.groq429, 429, [:]), (.epochRetryAfter, 429, [:]), (.absurdRetryAfter, 429, [:]),
        (.modelNotFound, 404, [.anyfast: 503, .mistral: 400]), (.unknownModel, 404, [.anyfast: 503, .mistral: 400]),
        (.unexpectedEndpoint, 200, [:]), (.plainOK, 200, [:]), (.noModelLoaded, 400, [:]), (.expiredKey, 400, [:]),
        (.panorama, 400, [:]), (.content403, 403, [:]), (.inspection, 400, [:]), (.nothingLeft, 200, [:]), (.flexUnavailable, 429, [:]),
        (.servedStandard, 200, [:]),
        (.wrongPath, 404, [.indoxhub: 403, .indoxhubB: 403, .indoxhubC: 403]),
        (.noVision, 400, [.hackclub: 404, .openrouter: 404, .llamacpp: 500]),
        (.imageUnreachable, 400, [:]),
        (.imageRejected, 400, [:]),
        (.tooLarge, 413, [.indoxhub: 400, .indoxhubB: 400, .indoxhubC: 400]),
        (.contextTooLong, 400, [:]),
        (.contentFilter, 400, [.hackclub: 403, .openrouter: 403, .infron: 403]),
        (.unsupportedParameter, 400, [:]),
        (.invalidRequest, 400, [.indoxhub: 422, .indoxhubB: 422, .indoxhubC: 422, .mistral: 422]),
        (.errorIn200, 200, [:]), (.errorInChoice, 200, [:]), (.filtered, 200, [:]), (.refusal, 200, [:]), (.emptyAnswer, 200, [:]),
        (.longThinking, 200, [:]),
        (.cut, 200, [:]), (.schemaMismatch, 200, [:]), (.duplicateKeys, 200, [:]), (.empty, 200, [:]), (.whitespace, 200, [:]),
        (.garbage, 200, [:]), (.hiddenThinking, 200, [:]), (.thinkingApart, 200, [:]), (.usageMissing, 200, [:]),
        (.usageNegative, 200, [:]),
        (.usageAbsurd, 200, [:]), (.thinkUnopened, 200, [:]), (.thinkBrackets, 200, [:]), (.thinkChannels, 200, [:]),
        (.thinkingOnly, 200, [:]), (.boxed, 200, [:]), (.fencedJSON, 200, [:]), (.toolAnswer, 200, [:]), (.failedGeneration, 400, [:]),
    ]

    /// A call that any fault applies to.
    static func call(_ fault: Fault.Name) -> String {
        chat(
            "Describe it. [simulate: \(fault.rawValue)]" + String(repeating: " word", count: fault == .oversize ? 1_000 : 0),
            images: [fault == .panorama ? dataURL(png(width: 90, height: 30)) : "https://pictures.invalid/harbour.jpg"],
            more: [
                "model": .string(fault == .unknownModel ? "sim-2" : "sim-1"),
                "max_tokens": .integer(50), "service_tier": .string("flex"), "response_format": .object(["type": .string("json_object")]),
            ])
    }

    @Test(arguments: Dialect.allCases)
    func everyFaultHasItsStatusAndNoBlankLeftOpen(dialect: Dialect) async throws {
        try await withSimulator(SimulatorOptions(dialect: dialect)) { simulator async throws in
            for (fault, status, others) in Self.statuses {
                let reply = try await simulator.post(Self.call(fault), to: dialect.chatPath)
                #expect(reply.status == others[dialect] ?? status, "\(fault.rawValue)")
                #expect(!reply.body.contains("$") || (fault == .dailyQuota && dialect == .hackclub), "\(fault.rawValue): \(reply.body)")
                guard reply.headers["content-type"] == "application/json", ![.empty, .whitespace, .duplicateKeys].contains(fault) else {
                    continue
                }
                #expect(throws: Never.self, "\(fault.rawValue): \(reply.body)") { try reply.json }
            }
        }
    }

    @Test func theTableHasEveryFaultThatIsAWholeAnswer() {
        let broken: Set<Fault.Name> = [
            .truncated, .noDone, .errorInStream, .cutStream, .reset, .resetEarly, .hang, .trickle, .gzip, .deflate, .deflateRaw,
            .unknownEncoding,
            .gzipBomb, .gzipDamaged, .streamLingers, .streamLingersUsage,
        ]
        #expect(Set(Self.statuses.map(\.fault)).union(broken) == Set(Fault.Name.allCases))
    }

    /// What a client tells the failures apart by.
    static let words: [(dialect: Dialect, fault: Fault.Name, words: [String])] = [
        (.hackclub, .unauthorized, ["Authentication failed"]),
        (.hackclub, .forbidden, [#"{"error":"For now, AI coding agents"#]),
        (.hackclub, .banned, ["You are banned"]),
        (.hackclub, .quota, [#""code":402"#, "openrouter_key_limit"]),
        (.hackclub, .dailyQuota, ["Daily spending limit of $4 reached"]),
        (.hackclub, .rateLimited, ["Too many requests, please try again later."]),
        (.hackclub, .inFlightBudget, ["openrouter_in_flight_budget"]),
        (.hackclub, .badGateway, [#""error_type":"provider_unavailable""#]),
        (.openrouter, .quota, [#""limit_source":"openrouter_credits""#]),
        (.openrouter, .dailyQuota, ["free-models-per-day"]),
        (.openrouter, .imageUnreachable, [#""error_type":"image_download_failed""#, "https://pictures.invalid/harbour.jpg"]),
        (.openrouter, .errorInChoice, [#""finish_reason":"error""#, #""error":{"code":502"#, "A JPEG picture"]),
        (.infron, .quota, [#""code":402"#]),
        (.infron, .serverError, [#""code":500"#, #""message":"#]),
        (.infron, .overloaded, [#""code":503"#]),
        (.indoxhub, .unauthorized, [#"{"detail":"Invalid API key"}"#]),
        (.indoxhub, .quota, ["Insufficient credits"]),
        (.indoxhub, .forbidden, ["Business-plan"]),
        (.indoxhub, .rateLimited, [#""retry_after":1"#, #""reset_time":"20"#, #""error":"RateLimitError""#]),
        (.indoxhub, .wrongPath, ["CSRF", "<!DOCTYPE html>"]),
        (.indoxhub, .noVision, ["Model 'sim-1' from provider 'simulator' does not support image inputs."]),
        (.indoxhub, .invalidRequest, [#"{"detail":[{"loc":"#]),
        (.indoxhub, .errorInChoice, [#""success":false"#, #""data":"#]),
        (.indoxhubB, .errorInChoice, [#""status":"failed""#]),
        (.indoxhub, .refusal, [#""data":"","finish_reason":"refusal""#]),
        (.indoxhubB, .refusal, [#""type":"refusal""#]),
        (.indoxhubB, .cut, [#""status":"incomplete""#, "max_output_tokens"]),
        (.indoxhubB, .emptyAnswer, [#""output":[]"#]),
        (.anyfast, .quota, [#""code":"insufficient_user_quota""#, #""type":"new_api_error""#, "(request id: req_sim_"]),
        (.anyfast, .modelNotFound, [#""code":"model_not_found""#]),
        (.openai, .quota, [#""code":"insufficient_quota""#]),
        (.openai, .modelNotFound, [#""code":"model_not_found""#, "`sim-1`"]),
        (.openai, .unsupportedParameter, [#""param":"max_tokens""#, #""code":"unsupported_parameter""#]),
        (.openai, .filtered, [#""content":null"#, #""finish_reason":"content_filter""#]),
        (.openai, .refusal, [#""content":null,"refusal":"I cannot"#]),
        (.openai, .emptyAnswer, [#""content":null},"finish_reason":"stop""#]),
        (.openai, .cut, [#""finish_reason":"length""#]),
        (.openai, .schemaMismatch, [#"{\"unexpected\":[true]}"#]),
        (.openai, .duplicateKeys, [#"{"id":"chatcmpl-first","choices":[],"id":"chatcmpl-sim-"#]),
        (.openai, .errorIn200, [#"{"error":{"message":"#]),
        (.openai, .gatewayTimeout, ["<!DOCTYPE html>", "524"]),
        (.gemini, .rateLimited, ["[{\"error\":{\"code\":429", "RESOURCE_EXHAUSTED", #""retryDelay":"1s""#]),
        (.gemini, .dailyQuota, ["PerDay", #""retryDelay":""#]),
        (.gemini, .filtered, [#""finish_reason":"SAFETY""#]),
        (.gemini, .unauthorized, ["API key not valid"]),
        (.anthropic, .overloaded, [#"{"type":"error","error":{"type":"overloaded_error""#]),
        (.anthropic, .quota, ["credit balance is too low"]),
        (.anthropic, .rateLimited, ["rate_limit_error"]),
        (.mistral, .modelNotFound, [#""object":"error""#, #""raw_status_code":400"#]),
        (.groq, .dailyQuota, ["tokens per day"]),
        (.azure, .contentFilter, ["ResponsibleAIPolicyViolation", #""code":"content_filter""#]),
        (.azure, .modelNotFound, ["DeploymentNotFound"]),
        (.ollama, .modelNotFound, ["try pulling it first"]),
        (.vllm, .unauthorized, [#"{"error":"Unauthorized"}"#]),
        (.vllm, .invalidRequest, [#""type":"BadRequestError""#, #""code":400"#]),
        (.llamacpp, .noVision, ["image input is not supported", "mmproj", #""code":500"#]),
        (.llamacpp, .overloaded, ["Loading model", "unavailable_error"]),
        (.lmstudio, .imageRejected, [#"{"error":"'url' field must be a base64 encoded image."}"#]),
        (.litellm, .rateLimited, ["litellm.RateLimitError: ", #""code":"429""#]),
        (.litellm, .quota, ["budget_exceeded"]),
        (.groq, .oversize, ["Request too large for model `sim-1`", "on tokens per minute (TPM): Limit 1000, Requested "]),
        (.openai, .oversize, [#""code":"rate_limit_exceeded""#, "Limit 1000, Requested "]),
        (.openai, .unknownModel, [#""code":"model_not_found""#, "`sim-2`"]),
        (.openai, .groq429, [#""code":"rate_limit_exceeded""#, "try again in 1.2s.", "/settings/billing"]),
        (.openai, .content403, ["Content violates usage guidelines", "SAFETY_CHECK_TYPE_"]),
        (.openai, .inspection, [#""code":"data_inspection_failed""#]),
        (.openai, .panorama, ["(total length 18340)", "(context length 16384)"]),
        (.lmstudio, .unexpectedEndpoint, [#"{"error":"Unexpected endpoint or method. (POST /chat/completions). Returning 200 anyway"}"#]),
        (.lmstudio, .noModelLoaded, ["No models loaded."]),
        (.gemini, .expiredKey, ["API key expired.", #""reason":"API_KEY_INVALID""#]),
        (.openai, .plainOK, ["OK"]),
    ]

    @Test(arguments: words)
    func aFailureIsToldInTheDialectsOwnWords(dialect: Dialect, fault: Fault.Name, words: [String]) async throws {
        let body = try await withSimulator(SimulatorOptions(dialect: dialect)) {
            try await $0.post(Self.call(fault), to: dialect.chatPath).body
        }
        for word in words { #expect(body.contains(word), "\(body)") }
    }

    @Test func anEmptyBodyIsOneAndSpacesAreSpaces() async throws {
        try await withSimulator(SimulatorOptions(dialect: .anyfast)) { simulator async throws in
            #expect(try await simulator.post(Self.call(.rateLimited)).body == "")
            #expect(try await simulator.post(Self.call(.empty)).body == "")
            let spaces = try await simulator.post(Self.call(.whitespace)).body
            #expect(!spaces.isEmpty && spaces.allSatisfy { $0 == " " })
        }
    }

    @Test func aFaultWithoutItsOccasionDoesNotHappen() async throws {
        let inline = chat("Say. [simulate: image-unreachable]", images: [dataURL(png())])
        let plain = "Say. [simulate: unsupported-parameter] [simulate: schema-mismatch] [simulate: cut-stream]"
        try await withSimulator { simulator async throws in
            #expect(try await simulator.post(inline).status == 200)
            #expect(try await simulator.post(chat(plain)).text == "No picture was sent.")
        }
        let flagged = SimulatorOptions(faults: [Fault(named: .imageUnreachable), Fault(named: .overloaded)])
        #expect(try await withSimulator(flagged) { try await $0.post(inline).status } == 503, "the next fault that applies is played")
    }

    @Test(arguments: [
        (Dialect.openai, "retry-after", "7"), (.openai, "x-ratelimit-reset-requests", "7s"),
        (.openai, "x-ratelimit-remaining-requests", "0"),
        (.hackclub, "retry-after", "7"), (.hackclub, "ratelimit-reset", "7"), (.anthropic, "retry-after", "7"), (.groq, "retry-after", "7"),
        (.indoxhub, "retry-after", "7"), (.azure, "x-ratelimit-remaining-requests", "0"),
    ])
    func aWaitIsToldInTheDialectsHeaders(dialect: Dialect, header: String, value: String) async throws {
        let reply = try await withSimulator(SimulatorOptions(dialect: dialect)) {
            try await $0.post(chat("[simulate: rate-limited retry-after=7]"), to: dialect.chatPath)
        }
        #expect(reply.headers[header] == value)
    }

    @Test func anAbsurdWaitIsToldByEveryDialect() async throws {
        for dialect in [Dialect.openai, .gemini, .anyfast] {
            try await withSimulator(SimulatorOptions(dialect: dialect)) { simulator async throws in
                let absurd = try await simulator.post(chat("[simulate: absurd-retry-after]"), to: dialect.chatPath)
                #expect(absurd.headers["retry-after"] == "2678400")
                let now = CallBook.now.milliseconds / 1_000
                let epoch = try await simulator.post(chat("[simulate: epoch-retry-after retry-after=9]"), to: dialect.chatPath)
                let told = try #require(epoch.headers["retry-after"].flatMap { Int64($0) })
                #expect((9...40).contains(told - now))
            }
        }
    }

    @Test(arguments: [
        (Dialect.simulator, "x-ratelimit-remaining-requests", "0"), (.openai, "x-ratelimit-reset-requests", "3s"),
        (.groq, "x-ratelimit-reset-requests", "3.0s"), (.hackclub, "ratelimit-reset", "3"), (.openrouter, "x-ratelimit-remaining", "0"),
    ])
    func aGoodAnswerSaysThatNothingIsLeft(dialect: Dialect, header: String, value: String) async throws {
        let reply = try await withSimulator(SimulatorOptions(dialect: dialect)) {
            try await $0.post(chat("[simulate: nothing-left]"), to: dialect.chatPath)
        }
        #expect(reply.status == 200)
        #expect(reply.headers[header] == value)
    }

    @Test func aWaitThatNobodyTellsIsNotTold() async throws {
        let options = SimulatorOptions(dialect: .anyfast, rateLimit: SimulatorOptions.CallRate(perSecond: 0.001, burst: 1))
        try await withSimulator(options) { simulator async throws in
            #expect(try await simulator.post(chat()).status == 200)
            let refused = try await simulator.post(chat())
            #expect(refused.status == 429 && refused.body == "" && refused.headers["retry-after"] == nil)
        }
    }

    @Test func aDaysAllowanceComesBackAtAToldTime() async throws {
        let now = CallBook.now
        let reply = try await withSimulator(SimulatorOptions(dialect: .openrouter)) {
            try await $0.post(chat("[simulate: daily-quota retry-after=3600]"), to: Dialect.openrouter.chatPath)
        }
        let reset = try #require(reply.headers["x-ratelimit-reset"].flatMap { Int64($0) })
        #expect((0...30_000).contains(reset - now.milliseconds - 3_600_000))
        #expect(reply.headers["retry-after"] == nil)
        let google = try await withSimulator(SimulatorOptions(dialect: .gemini)) {
            try await $0.post(chat("[simulate: daily-quota retry-after=3600]"), to: Dialect.gemini.chatPath)
        }
        #expect(google.body.contains(#""retryDelay":"3600s""#))
        #expect(google.headers["retry-after"] == nil)
    }

    @Test(arguments: Dialect.allCases)
    func aStatusStaysWhatItIs(dialect: Dialect) async throws {
        try await withSimulator(SimulatorOptions(dialect: dialect)) { simulator async throws in
            for status in [400, 401, 418, 429, 500, 503] {
                let reply = try await simulator.post(chat("[simulate: \(status)]"), to: dialect.chatPath)
                #expect(reply.status == UInt(status))
                #expect(reply.headers["retry-after"] == nil, "nobody asked for a wait")
                #expect(reply.body.contains("A simulated fault: status \(status).") || (dialect == .anyfast && status == 429))
            }
        }
    }
}

extension SimulatorOptions.Dialect {
    /// The chat path from the origin.
    var chatPath: String { wire.base + wire.chatPath }
}
