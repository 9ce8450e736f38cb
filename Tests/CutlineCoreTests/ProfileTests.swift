import CutlineCore
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct ProfileTests {
    private func cursor(_ text: String) throws -> JSONCursor { JSONCursor(try JSONValue(parsing: text.utf8), path: "provider") }

    private static let whole = """
        {"name": "own", "base_url": "https://h.invalid/v1", "chat_path": "/chat", "api_key_env": "OWN_KEY", "headers": {"X-A": "b"},
         "request_fields": {"store": false}, "limits": {"concurrency": 4, "requests_per_minute": 60, "tokens": {"count": 9, "seconds": 0.5}},
         "images": {"accept": ["image/png", "image/jpeg"], "max_bytes": 10, "max_count": 2}}
        """

    @Test func everyMemberIsRead() throws {
        let profile = try Profile(json: cursor(Self.whole), extending: nil)
        let expected = Profile(
            name: "own", baseURL: "https://h.invalid/v1", chatPath: "/chat", apiKeyEnv: "OWN_KEY", headers: ["X-A": "b"],
            requestFields: ["store": .bool(false)],
            limits: Limits(concurrency: 4, requests: .perMinute(60), tokens: RateLimit(count: 9, window: 0.5)),
            images: ImageRules(accepts: [.png, .jpeg], maxBytes: 10, maxCount: 2))
        #expect(profile == expected)
        #expect(profile.laneName == "own")
        #expect(try JSONDecoder().decode(Profile.self, from: JSONEncoder().encode(profile)) == profile)
    }

    @Test func whatIsNotGivenComesFromTheBase() throws {
        let base = try Profile(json: cursor(Self.whole), extending: nil)
        let profile = try Profile(
            json: cursor(#"{"name": "own", "base_url": "http://127.0.0.1:9", "limits": {"concurrency": 9}, "api_key_env": null}"#),
            extending: base)
        #expect(profile.baseURL == "http://127.0.0.1:9" && profile.apiKeyEnv == nil && profile.chatPath == "/chat")
        #expect(profile.limits == Limits(concurrency: 9, requests: .perMinute(60), tokens: RateLimit(count: 9, window: 0.5)))
        #expect(profile.images == base.images)
    }

    @Test func anOwnProfileHasNoRules() throws {
        let profile = try Profile(json: cursor(#"{"name": "own"}"#), extending: nil)
        #expect(profile == Profile(name: "own"))
        #expect(profile.images == ImageRules() && profile.limits == Limits() && profile.chatPath == "/chat/completions")
    }

    @Test(arguments: [
        (#"{}"#, "provider: a profile needs a name"), (#"{"name": ""}"#, "provider.name: must not be empty"),
        (#"{"name": "a", "key": "sk"}"#, "provider.key: unknown key; known here: \(Profile.keys.joined(separator: ", "))"),
        (#"{"name": "a", "base_url": "h.invalid"}"#, "provider.base_url: expected an address that begins with http:// or https://"),
        (#"{"name": "a", "headers": {"X": 1}}"#, "provider.headers.X: expected a text"),
        (#"{"name": "a", "images": {"accept": ["image/svg+xml"]}}"#, "provider.images.accept[0]: unknown picture type"),
        (#"{"name": "a", "limits": {"requests": {"count": 1}}}"#, "provider.limits.requests: needs count and seconds"),
        (#"{"name": "a", "limits": {"requests": {"count": 1, "seconds": 0}}}"#, "provider.limits.requests.seconds: must be above 0"),
        (
            #"{"name": "a", "limits": {"tokens": {"count": 1, "seconds": 1}, "tokens_per_minute": 1}}"#,
            "provider.limits.tokens: give either this or the limit per minute, not both"
        ),
    ])
    func whatIsWrongIsSaidWithItsPath(text: String, expected: String) {
        let error = #expect(throws: InvalidValue.self) { try Profile(json: cursor(text), extending: nil) }
        #expect(error?.description == expected)
    }

    @Test func parametersAreReadAndOthersKept() throws {
        let parameters = try Parameters(
            json: cursor(#"{"max_tokens": 300.0, "temperature": 0, "detail": "high", "seed": 7, "stop": ["a"]}"#))
        let others: [String: JSONValue] = ["seed": .integer(7), "stop": .array([.string("a")])]
        #expect(parameters == Parameters(maxTokens: 300, temperature: 0, detail: .high, others: others))
        #expect(parameters.canonicalText == #"{"detail":"high","max_tokens":300,"seed":7,"stop":["a"],"temperature":0.0}"#)
        #expect(Parameters().canonicalText == "{}")
        #expect(try JSONDecoder().decode(Parameters.self, from: JSONEncoder().encode(parameters)) == parameters)
    }

    @Test(arguments: [
        (#"{"max_tokens": 0}"#, "max_tokens: must be above 0"), (#"{"temperature": -1}"#, "temperature: expected a number of at least 0"),
        (#"{"temperature": 1e999}"#, "temperature: expected a number of at least 0"),
        (#"{"temperature": "hot"}"#, "temperature: expected a number of at least 0"),
        (#"{"detail": "Low"}"#, "detail: expected one of auto, low, high, original"),
        (#"{"model": "m"}"#, "model: is not a parameter; it is set by Cutline"),
        (#"{"stream": true}"#, "stream: is not a parameter; it is set by Cutline"),
        (#"{"messages": []}"#, "messages: is not a parameter; it is set by Cutline"),
    ])
    func parametersOutOfRangeAreRefused(text: String, expected: String) {
        let error = #expect(throws: InvalidValue.self) { try Parameters(json: cursor(text)) }
        #expect(error?.description == "provider." + expected)
    }

    @Test func givenLimitsWinOverOthers() {
        let own = Limits(requests: .perMinute(5))
        let other = Limits(concurrency: 3, requests: .perMinute(9), tokens: .perMinute(7))
        #expect(own.over(other) == Limits(concurrency: 3, requests: .perMinute(5), tokens: .perMinute(7)))
    }
}
