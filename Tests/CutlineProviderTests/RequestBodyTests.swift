import CutlineCore
import NIOCore
import Testing

@testable import CutlineProvider

@Suite struct RequestBodyTests {
    /// The body with `<name>` where a picture's base64 goes.
    private func text(_ request: CaptionRequest, _ profile: Profile) -> String {
        RequestBody(request, profile: profile).parts.map { part in
            switch part {
            case .text(let bytes): String(decoding: bytes, as: UTF8.self)
            case .picture(let file): "<\(file.path.string)>"
            }
        }.joined()
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

    @Test func withoutKeyNoAuthorizationIsSent() {
        #expect(!Call(request: .make(), profile: Profile(name: "p"), key: nil).headers.contains(name: "Authorization"))
    }

    @Test(arguments: [("https://a/v1", "/c"), ("https://a/v1/", "/c"), ("https://a/v1/", "c"), ("https://a/v1", "c")])
    func pathIsAppendedWithOneSlash(base: String, path: String) {
        let profile = Profile(name: "p", baseURL: base, chatPath: path)
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

    @Test func limitsOfTheProviderAreCheckedBeforeSending() throws {
        let profile = try Profile.builtIn("anyfast")
        func refusal(_ images: [PictureFile]) -> Failure? {
            Call(request: .make(images.map { .file($0) }), profile: profile, key: nil).refusal()?.failure
        }
        #expect(
            refusal([.make(named: "a.gif", .gif)])
                == Failure(.imageRejected, "a.gif is image/gif; anyfast takes image/jpeg, image/png, image/webp"))
        #expect(
            refusal([.make(named: "a.jpg", size: 20_000_001)])
                == Failure(.tooLarge, "a.jpg has 20000001 bytes; anyfast takes at most 20000000"))
        #expect(
            refusal(Array(repeating: .make(named: "a.jpg"), count: 17))
                == Failure(.tooLarge, "17 images; anyfast takes at most 16 in one call"))
    }

    @Test(arguments: ["", "a b", "sk-1\n", "schlüssel"])
    func impossibleKeyIsNotSentAndNotShown(key: String) {
        let failure = Call(request: .make(), profile: Profile(name: "p"), key: key).refusal()?.failure
        #expect(failure == Failure(.unauthorized, "the API key is empty or has characters that no key has; check how it is set"))
    }
}
