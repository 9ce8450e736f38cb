import CutlineCore
import Testing

@testable import CutlineProvider

/// How flex is asked for, and what answers and refusals say of it.
@Suite struct TierTests {
    private func members(
        _ profile: Profile, _ parameters: Parameters = Parameters(), tier: ServiceTier = .flex, dropping name: String? = nil
    )
        -> String
    {
        var request = CaptionRequest.make(parameters: parameters)
        request.tier = tier
        if let name { _ = request.quirks.learn(.drop(name)) }
        return RequestBody(request, profile: profile).shown.split(separator: "}]}]", maxSplits: 1).last.map(String.init) ?? ""
    }

    @Test(arguments: ["openai", "openrouter", "gemini", "azure", "groq", "simulator"])
    func theTierStandsAtTheRoot(name: String) throws {
        let profile = try Profile.builtIn(name)
        #expect(members(profile).hasPrefix(#","service_tier":"flex""#))
        #expect(!members(profile, tier: .standard).contains("service_tier"))
    }

    @Test func infronWantsItInsideAnotherMember() throws {
        #expect(members(try .builtIn("infron")) == #","usage":{"include":true},"provider":{"service_tier":"flex"}}"#)
        let routed = Parameters(others: ["provider": .object(["order": .array([.string("openai")])])])
        #expect(
            members(try .builtIn("infron"), routed)
                == #","usage":{"include":true},"provider":{"order":["openai"],"service_tier":"flex"}}"#)
        #expect(members(try .builtIn("infron"), routed, tier: .standard).contains(#""provider":{"order":["openai"]}"#))
    }

    @Test func whatALaneHasLearnedToLeaveOutIsLeftOut() throws {
        #expect(!members(try .builtIn("azure"), dropping: "service_tier").contains("service_tier"))
        #expect(!members(try .builtIn("infron"), dropping: "service_tier").contains("service_tier"))
        var request = CaptionRequest.make()
        request.tier = .flex
        #expect(RequestBody(request, profile: try .builtIn("azure")).sentParameters.contains("service_tier"), "so that it can be learned")
    }

    @Test func whereNoneIsSoldNothingIsAskedFor() throws {
        #expect(members(try .builtIn("vllm")) == members(try .builtIn("vllm"), tier: .standard))
    }

    @Test(
        arguments: [
            (#""service_tier":"flex","#, "flex"), (#""service_tier":"default","#, "default"), (#""service_tier":null,"#, nil), ("", nil),
            (#""service_tier":"","#, nil),
        ] as [(String, String?)])
    func theAnswersTierIsRead(member: String, expected: String?) {
        let body = #"{\#(member)"choices":[{"message":{"content":"A boat."}}],"usage":{"prompt_tokens":9,"completion_tokens":3}}"#
        #expect(read(body).caption?.usage.servedTier == expected)
    }

    @Test func aStreamsTierIsRead() {
        var stream = StreamedAnswer()
        for event in [
            #"{"service_tier":"flex","choices":[{"delta":{"content":"A boat."}}]}"#, #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
        ] {
            if let json = try? JSONValue(parsing: event.utf8) { stream.take(json, event: "") }
        }
        #expect(Usage(wire: stream.json, headers: [:]).servedTier == "flex")
    }

    private func refusal(_ status: Int, _ body: String, tier: ServiceTier) -> Failure? {
        AnswerReader(now: .fixture, sentAddresses: false, key: nil, tier: tier)
            .outcome(of: Answer(status: status, body: Array(body.utf8))).failure
    }

    @Test(arguments: [
        (429, #"{"error":{"message":"Resource unavailable","type":"resource_unavailable","code":"resource_unavailable"}}"#),
        (498, #"{"error":{"message":"Flex tier capacity exceeded","type":"capacity_exceeded","code":"capacity_exceeded"}}"#),
        (503, #"{"error":{"code":503,"message":"This model is currently overloaded.","status":"UNAVAILABLE"}}"#),
    ])
    func aLackOfCapacityIsPaceAndCostsNothing(status: Int, body: String) {
        let failure = refusal(status, body, tier: .flex)
        #expect(failure?.kind == .rateLimited && failure?.billed == .no)
        #expect(failure.map { RetryPolicy().decision(after: $0, tally: JobTally(failures: 5), jitter: 0) } == .release)
    }

    @Test func anOverloadedModelIsAFailureAtTheStandardTier() {
        #expect(refusal(503, #"{"error":{"message":"overloaded","code":"overloaded_error"}}"#, tier: .standard)?.kind == .overloaded)
        #expect(refusal(500, #"{"error":{"message":"it broke"}}"#, tier: .flex)?.kind == .serverError)
    }
}
