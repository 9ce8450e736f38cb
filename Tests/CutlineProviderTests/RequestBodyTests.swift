import CutlineCore
import NIOCore
import Testing

@testable import CutlineProvider

@Suite struct RequestBodyTests {
    private func text(_ request: CaptionRequest, _ profile: Profile) -> String { RequestBody(request, profile: profile).shown }

    /// What stands behind the messages.
    private func members(_ parameters: Parameters, _ profile: Profile, learned: [Remedy] = []) throws -> String {
        var request = CaptionRequest.make(parameters: parameters)
        for remedy in learned { _ = request.quirks.learn(remedy) }
        return try #require(text(request, profile).split(separator: "}]}]", maxSplits: 1).last).description
    }

    @Test(arguments: ["hackclub", "indoxhub", "anyfast", "openai", "simulator"])
    func bodyCarriesOnlyWhatWasAskedFor(name: String) throws {
        let request = CaptionRequest(
            model: "google/gemini-2.5-flash", prompt: "What's in this image?", images: [.url("https://example.com/image.jpg")])
        #expect(
            text(request, try .builtIn(name)) == """
                {"model":"google/gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"text","text":"What's in this image?"},\
                {"type":"image_url","image_url":{"url":"https://example.com/image.jpg"}}]}]}
                """)
    }

    @Test func infronIsAskedForTheCost() throws {
        #expect(text(.make(), try .builtIn("infron")).hasSuffix(#"]}],"usage":{"include":true}}"#))
    }

    @Test func everyMemberHasItsPlace() throws {
        let parameters = Parameters(
            maxTokens: 300, temperature: 0.2, detail: .low, others: ["top_p": .integer(1), "seed": .integer(7)])
        let request = CaptionRequest(
            model: "m", system: "Be brief.", prompt: "a\u{e9} \"q\"\n",
            images: [.file(.make(named: "a.png", .png)), .url("https://x/y"), .file(.make(named: "b.webp", .webp))],
            parameters: parameters)
        let profile = Profile(name: "p", requestFields: ["user": .string("u"), "a": .bool(true)])
        #expect(
            text(request, profile) == """
                {"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[\
                {"type":"text","text":"aé \\"q\\"\\n"},\
                {"type":"image_url","image_url":{"url":"data:image/png;base64,<a.png>","detail":"low"}},\
                {"type":"image_url","image_url":{"url":"https://x/y","detail":"low"}},\
                {"type":"image_url","image_url":{"url":"data:image/webp;base64,<b.webp>","detail":"low"}}]}],\
                "max_tokens":300,"temperature":0.2,"seed":7,"top_p":1,"a":true,"user":"u"}
                """)
    }

    @Test func userParameterWinsOverTheProfiles() {
        let profile = Profile(name: "p", requestFields: ["usage": .bool(true), "max_tokens": .integer(1), "model": .string("x")])
        let parameters = Parameters(maxTokens: 9, others: ["usage": .bool(false)])
        #expect(text(.make(parameters: parameters), profile).hasSuffix(#"]}],"max_tokens":9,"usage":false}"#))
    }

    @Test(arguments: [
        (
            ImageOrder.textFirst,
            #"{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"P"},I,J]}"#
        ),
        (.imagesFirst, #"{"role":"system","content":"S"},{"role":"user","content":[I,J,{"type":"text","text":"P"}]}"#),
        (
            .imagesInSystem,
            #"{"role":"system","content":[{"type":"text","text":"S"},I,J]},{"role":"user","content":[{"type":"text","text":"P"}]}"#
        ),
    ])
    func picturesStandWhereTheProfileWantsThem(order: ImageOrder, messages: String) {
        let request = CaptionRequest(model: "m", system: "S", prompt: "P", images: [.url("I"), .file(.make(named: "J"))])
        let shown = text(request, Profile(name: "p", images: ImageRules(order: order)))
            .replacing(#"{"type":"image_url","image_url":{"url":"I"}}"#, with: "I")
            .replacing(#"{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,<J>"}}"#, with: "J")
        #expect(shown == #"{"model":"m","messages":[\#(messages)]}"#)
    }

    @Test func withoutPicturesTheSystemTextStaysAText() {
        let request = CaptionRequest(model: "m", system: "S", prompt: "P", images: [])
        #expect(
            text(request, Profile(name: "p", images: ImageRules(order: .imagesInSystem))).contains(#"{"role":"system","content":"S"}"#))
    }

    @Test(arguments: [
        ([Remedy.drop("temperature")], #","max_tokens":9,"seed":7,"usage":1}"#),
        ([.drop("usage"), .drop("seed")], #","max_tokens":9,"temperature":0.5}"#),
        ([.rename("max_tokens", to: "max_completion_tokens")], #","max_completion_tokens":9,"temperature":0.5,"seed":7,"usage":1}"#),
        // Refused under its new name as well.
        ([.rename("max_tokens", to: "max_output"), .drop("max_output")], #","temperature":0.5,"seed":7,"usage":1}"#),
        ([.drop("model"), .drop("messages"), .drop("top_p")], #","max_tokens":9,"temperature":0.5,"seed":7,"usage":1}"#),
    ])
    func whatTheLaneHasLearnedChangesTheBody(remedies: [Remedy], expected: String) throws {
        let profile = Profile(name: "p", requestFields: ["usage": .integer(1)])
        let parameters = Parameters(maxTokens: 9, temperature: 0.5, others: ["seed": .integer(7)])
        #expect(try members(parameters, profile, learned: remedies) == expected)
    }

    @Test(arguments: [
        ([Remedy](), #","top_p":1,"additional_params":{"response_format":{"type":"json_object"},"seed":7,"x":2}}"#),
        ([.drop("seed")], #","top_p":1,"additional_params":{"response_format":{"type":"json_object"},"x":2}}"#),
        (
            [.rename("seed", to: "random_seed")],
            #","top_p":1,"additional_params":{"random_seed":7,"response_format":{"type":"json_object"},"x":2}}"#
        ),
        ([.drop("x"), .drop("seed"), .drop("response_format")], #","top_p":1}"#),
        ([.drop("additional_params")], #","top_p":1}"#),
    ])
    func parametersStandInsideAnotherMember(remedies: [Remedy], expected: String) throws {
        let others: [String: JSONValue] = [
            "seed": .integer(7), "top_p": .integer(1), "response_format": .object(["type": .string("json_object")]),
            "additional_params": .object(["x": .integer(2)]),
        ]
        #expect(try members(Parameters(others: others), try .builtIn("indoxhub"), learned: remedies) == expected)
    }

    @Test func nullIsNotSentAndKeepsAwayWhatTheProfileAdds() throws {
        let profile = Profile(name: "p", requestFields: ["usage": .integer(1), "a": .null])
        #expect(try members(Parameters(others: ["usage": .null, "stop": .null]), profile) == "}")
    }

    @Test func theReaderIsToldWhatWasSent() throws {
        let request = CaptionRequest.make([.url("u")], parameters: Parameters(maxTokens: 1, detail: .low, others: ["seed": .integer(7)]))
        var profile = try Profile.builtIn("indoxhub")
        profile.streams = true
        #expect(
            RequestBody(request, profile: profile).sentParameters
                == ["max_tokens", "detail", "seed", "additional_params", "stream", "stream_options"])
        var refused = request
        for name in ["detail", "seed"] { _ = refused.quirks.learn(.drop(name)) }
        _ = refused.quirks.learn(.rename("max_tokens", to: "max_completion_tokens"))
        #expect(RequestBody(refused, profile: try .builtIn("infron")).sentParameters == ["max_completion_tokens", "usage"])
        #expect(!text(refused, profile).contains("detail"))
    }

    @Test func whatAProviderForbidsIsNeverSent() throws {
        let json =
            #"{"name":"hackclub","headers":{"referer":"https://x","X-TITLE":"optimized","HTTP-Referer":"y","X-A":"b"},"forbidden_headers":[]}"#
        let profile = try ProfileCatalogue.builtIn().resolve(inline: JSONCursor(JSONValue(parsing: json.utf8)))
        let names = Call(request: .make(), profile: profile, key: "k").headers.map { $0.name.lowercased() }
        #expect(Set(names) == ["user-agent", "accept", "content-type", "authorization", "x-a"])
    }

    @Test func azureTakesTheKeyAsItIs() throws {
        let headers = Call(request: .make(), profile: try .builtIn("azure"), key: "k").headers
        #expect(headers["api-key"] == ["k"] && !headers.contains(name: "Authorization"))
    }

    @Test(arguments: [("hackclub", nil), ("infron", nil), ("indoxhub", nil), ("anyfast", "en"), ("openai", nil)])
    func headersAreExactlyThese(name: String, language: String?) throws {
        let headers = Call(request: .make(), profile: try .builtIn(name), key: "sk-1").headers
        var expected = [
            "User-Agent": "cutline/0.1.0", "Accept": "application/json", "Content-Type": "application/json",
            "Authorization": "Bearer sk-1",
        ]
        expected["Accept-Language"] = language
        #expect(Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0), \($1)" }) == expected)
    }

    /// Azure's older form.
    @Test func aPathMayEndInAQuery() {
        let profile = Profile(
            name: "azure", baseURL: "https://r.openai.azure.com/openai/deployments/d", chatPaths: ["/chat/completions?api-version=1"])
        #expect(
            Call(request: .make(), profile: profile, key: nil).address
                == "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=1")
    }

    @Test func withoutKeyNoAuthorizationIsSent() {
        #expect(!Call(request: .make(), profile: Profile(name: "p"), key: nil).headers.contains(name: "Authorization"))
    }

    @Test(arguments: [("https://a/v1", "/c"), ("https://a/v1/", "/c"), ("https://a/v1/", "c"), ("https://a/v1", "c")])
    func pathIsAppendedWithOneSlash(base: String, path: String) {
        let profile = Profile(name: "p", baseURL: base, chatPaths: [path])
        #expect(Call(request: .make(), profile: profile, key: nil).address == "https://a/v1/c")
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ("\u{0}\u{7f}~?>", "AH9+Pz4="),
    ])
    func base64FollowsTheStandard(raw: String, encoded: String) {
        var buffer = ByteBuffer()
        Array(raw.utf8).withUnsafeBytes { buffer.writeBase64(of: $0) }
        #expect(String(buffer: buffer) == encoded)
    }

    @Test func limitsOfTheProviderAreCheckedBeforeSending() async throws {
        let profile = try Profile.builtIn("anyfast")
        func refusal(_ images: [PictureFile]) async -> Failure? {
            await Call(request: .make(images.map { .file($0) }), profile: profile, key: nil).refusal()?.failure
        }
        #expect(
            await refusal([.make(named: "a.gif", .gif)])
                == Failure(.imageRejected, "a.gif is image/gif; anyfast takes image/jpeg, image/png, image/webp"))
        #expect(
            await refusal([.make(named: "a.jpg", size: 20_000_001)])
                == Failure(.tooLarge, "a.jpg has 20000001 bytes; anyfast takes at most 20000000"))
        #expect(
            await refusal(Array(repeating: .make(named: "a.jpg"), count: 17))
                == Failure(.tooLarge, "17 images; anyfast takes at most 16 in one call"))
    }

    @Test func theWholeRequestIsMeasuredAsItIsSent() async throws {
        func refusal(_ name: String, _ images: [ImageSource]) async throws -> Failure? {
            try await Call(request: .make(images), profile: .builtIn(name), key: nil).refusal()?.failure
        }
        let twice = [ImageSource](repeating: .file(.make(named: "a.jpg", size: 1_500_000)), count: 2)
        #expect(
            try await refusal("groq", twice)
                == Failure(
                    .tooLarge, "the request has 4000225 bytes, pictures included as base64; groq takes at most 4000000 in one call"))
        // Addresses are short; the file is missed only after the measuring.
        #expect(try await refusal("groq", [.url("https://x/y")]) == nil)
        #expect(try await refusal("groq", [.file(.make(named: "/none/a.jpg", size: 1_500_000))])?.kind == .imageUnreadable)
    }

    @Test(arguments: ["", "a b", "sk-1\n", "schlüssel"])
    func impossibleKeyIsNotSentAndNotShown(key: String) async {
        let failure = await Call(request: .make(), profile: Profile(name: "p"), key: key).refusal()?.failure
        #expect(failure == Failure(.unauthorized, "the API key is empty or has characters that no key has; check how it is set"))
    }
}
