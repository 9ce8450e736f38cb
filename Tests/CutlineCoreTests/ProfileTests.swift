import Testing

@testable import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct ProfileTests {
    private func cursor(_ text: String) throws -> JSONCursor { JSONCursor(try JSONValue(parsing: text.utf8), path: "provider") }

    private static let whole = """
        {"name": "own", "base_url": "https://h.invalid/v1", "base_url_example": "https://x", "chat_paths": ["/chat", "/v2/chat"],
         "api_key_env": "OWN_KEY", "auth": {"header": "api-key", "required": false, "exchange": true, "exchange_path": "/token"},
         "headers": {"X-A": "b"}, "forbidden_headers": ["X-B"], "request_fields": {"store": false},
         "parameter_places": {"seed": "extra"}, "stream": true, "limits_per_model": true,
         "free_plan": {"limits": {"requests_per_day": 50}, "for": "small models", "source": "https://y"},
         "limits": {"concurrency": 4, "requests_per_minute": 60, "tokens": {"count": 9, "seconds": 0.5}},
         "images": {"accept": ["image/png", "image/jpeg"], "max_bytes": 10, "max_count": 2, "max_request_bytes": 30,
          "order": "images_in_system", "transport": "inline"}, "note": "Slow."}
        """

    @Test func everyMemberIsRead() throws {
        let profile = try Profile(json: cursor(Self.whole), extending: nil)
        var expected = Profile(
            name: "own", baseURL: "https://h.invalid/v1", chatPaths: ["/chat", "/v2/chat"], apiKeyEnv: "OWN_KEY",
            auth: Auth(header: "api-key", isRequired: false, exchangePath: "/token", exchangesKey: true), headers: ["X-A": "b"],
            requestFields: ["store": .bool(false)],
            limits: Limits(concurrency: 4, requests: .perMinute(60), tokens: RateLimit(count: 9, window: 0.5)),
            images: ImageRules(
                accepts: [.png, .jpeg], maxBytes: 10, maxCount: 2, maxRequestBytes: 30, order: .imagesInSystem, transport: .inline))
        expected.baseURLExample = "https://x"
        expected.forbiddenHeaders = ["X-B"]
        expected.parameterPlaces = ["seed": "extra"]
        expected.streams = true
        expected.limitsPerModel = true
        expected.freePlan = FreePlan(limits: Limits(requests: .perDay(50)), models: "small models", source: "https://y")
        expected.note = "Slow."
        #expect(profile == expected)
        #expect(profile.laneName(for: "m") == "own/m" && Profile(name: "own").laneName(for: "m") == "own")
        #expect(try JSONDecoder().decode(Profile.self, from: JSONEncoder().encode(profile)) == profile)
    }

    /// A member that is forgotten in `Profile+Stored` would be lost in every queue.
    @Test func everyMemberIsStored() {
        func members(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label).sorted() }
        #expect(members(Profile(name: "a")) == Profile.CodingKeys.allCases.map(\.rawValue).sorted())
        #expect(members(ImageRules()) == ImageRules.CodingKeys.allCases.map(\.rawValue).sorted())
    }

    @Test func whatIsNotGivenComesFromTheBase() throws {
        let base = try Profile(json: cursor(Self.whole), extending: nil)
        let profile = try Profile(
            json: cursor(#"{"name": "own", "base_url": "http://127.0.0.1:9", "limits": {"concurrency": 9}, "api_key_env": null}"#),
            extending: base)
        #expect(profile.baseURL == "http://127.0.0.1:9" && profile.apiKeyEnv == nil && profile.chatPaths == ["/chat", "/v2/chat"])
        #expect(profile.limits == Limits(concurrency: 9, requests: .perMinute(60), tokens: RateLimit(count: 9, window: 0.5)))
        #expect(profile.images == base.images && profile.auth == base.auth && profile.forbiddenHeaders == ["X-B"])
    }

    @Test func rulesAreReplacedOneByOneAndNullTakesOneAway() throws {
        let base = try Profile(json: cursor(Self.whole), extending: nil)
        let profile = try Profile(
            json: cursor(
                """
                {"name": "own", "images": {"order": "images_first", "max_bytes": null, "accept": null}, "auth": {"header": null},
                 "forbidden_headers": ["X-C"], "chat_path": "/only", "stream": false, "note": null}
                """), extending: base)
        var expected = base
        (expected.images.order, expected.images.maxBytes, expected.images.accepts) = (.imagesFirst, nil, nil)
        (expected.auth.header, expected.chatPaths, expected.streams, expected.note) = (nil, ["/only"], false, nil)
        // Whoever extends a profile cannot send what its provider forbids.
        expected.forbiddenHeaders = ["X-B", "X-C"]
        #expect(profile == expected)
    }

    /// As queues of 0.1.0 hold them; their limits have another form, which bringing a queue up to date changes.
    @Test func aProfileStoredByAnOlderVersionIsRead() throws {
        let stored = """
            {"apiKeyEnv":"INDOXHUB_API_KEY","baseURL":"https://api.indoxhub.com","chatPath":"/api/v1/chat/completions/",\
            "headers":{"Accept-Language":"en"},"images":{"accepts":["jpeg","png"],"maxBytes":20000000,"maxCount":20},\
            "limits":{"requests":{"count":450,"window":1800}},"name":"indoxhub","requestFields":{"usage":"{\\"include\\":true}"}}
            """
        let profile = try JSONDecoder().decode(Profile.self, from: Data(stored.utf8))
        #expect(
            profile
                == Profile(
                    name: "indoxhub", baseURL: "https://api.indoxhub.com", chatPaths: ["/api/v1/chat/completions/"],
                    apiKeyEnv: "INDOXHUB_API_KEY", headers: ["Accept-Language": "en"],
                    requestFields: ["usage": .object(["include": .bool(true)])],
                    images: ImageRules(accepts: [.jpeg, .png], maxBytes: 20_000_000, maxCount: 20)))
        let simulator = #"{"chatPath":"/chat/completions","headers":{},"images":{},"limits":{},"name":"simulator","requestFields":{}}"#
        #expect(try JSONDecoder().decode(Profile.self, from: Data(simulator.utf8)) == Profile(name: "simulator"))
    }

    @Test func anOwnProfileHasNoRules() throws {
        let profile = try Profile(json: cursor(#"{"name": "own"}"#), extending: nil)
        #expect(profile == Profile(name: "own"))
        #expect(profile.images == ImageRules() && profile.limits == Limits() && profile.chatPaths == ["/chat/completions"])
        #expect(profile.auth == Auth() && profile.isInProcess && profile.neededKeyVariable == nil)
    }

    @Test(arguments: [
        (#"{}"#, "provider: a profile needs a name"), (#"{"name": ""}"#, "provider.name: must not be empty"),
        (#"{"name": "a", "key": "sk"}"#, "provider.key: unknown key; known here: \(Profile.keys.joined(separator: ", "))"),
        (
            #"{"name": "a", "base_url": "h.invalid"}"#,
            "provider.base_url: expected an address that begins with http:// or https://; did you mean https://h.invalid?"
        ),
        (
            #"{"name": "a", "base_url": "localhost:8000/v1"}"#,
            "provider.base_url: expected an address that begins with http:// or https://; did you mean http://localhost:8000/v1?"
        ),
        (
            #"{"name": "a", "proxy": "http://u:canary@p:3128"}"#,
            "provider.proxy: holds a user name, and a profile is stored and shown; give a proxy that needs one in HTTPS_PROXY or ALL_PROXY"
        ),
        (
            #"{"name": "a", "proxy": "http://p:x"}"#,
            "provider.proxy: has a port that is no number from 1 to 65535; an IPv6 address stands in brackets"
        ),
        (#"{"name": "a", "ca_file": ""}"#, "provider.ca_file: must not be empty"),
        (#"{"name": "a", "base_url": "my server"}"#, "provider.base_url: expected an address that begins with http:// or https://"),
        (#"{"name": "a", "headers": {"X": 1}}"#, "provider.headers.X: expected a text"),
        (
            #"{"name": "a", "headers": {"authorization": "Bearer sk"}}"#,
            "provider.headers.authorization: is set by Cutline; a key comes from the variable of api_key_env"
        ),
        (
            #"{"name": "a", "headers": {"X-A": "a\r\nX-B: c"}}"#,
            "provider.headers.X-A: has characters that HTTP does not allow in a header"
        ),
        (#"{"name": "a", "headers": {"X A": "a"}}"#, "provider.headers.X A: has characters that HTTP does not allow in a header"),
        (#"{"name": "a", "auth": {"header": "X-Key:"}}"#, "provider.auth.header: is not the name of a header"),
        (#"{"name": "a", "chat_paths": []}"#, "provider.chat_paths: names no path"),
        (
            #"{"name": "a", "chat_path": "/a", "chat_paths": ["/b"]}"#,
            "provider.chat_path: give either this or chat_paths, not both"
        ),
        (#"{"name": "a", "auth": "none"}"#, "provider.auth: expected an object"),
        (#"{"name": "a", "auth": {"required": 1}}"#, "provider.auth.required: expected true or false"),
        (#"{"name": "a", "request_fields": {"stream": true}}"#, "provider.request_fields.stream: is set by Cutline"),
        (#"{"name": "a", "parameter_places": {"seed": 1}}"#, "provider.parameter_places.seed: expected a text"),
        (#"{"name": "a", "stream": "yes"}"#, "provider.stream: expected true or false"),
        (
            #"{"name": "a", "images": {"order": "images"}}"#,
            "provider.images.order: expected one of text_first, images_first, images_in_system"
        ),
        (#"{"name": "a", "images": {"transport": "base64"}}"#, "provider.images.transport: expected one of auto, url, inline"),
        (#"{"name": "a", "images": {"max_request_bytes": 0}}"#, "provider.images.max_request_bytes: must be above 0"),
        (#"{"name": "a", "images": {"accept": ["image/svg+xml"]}}"#, "provider.images.accept[0]: unknown picture type"),
        (#"{"name": "a", "free_plan": {"for": "all"}}"#, "provider.free_plan: needs limits"),
        (#"{"name": "a", "limits_per_model": 1}"#, "provider.limits_per_model: expected true or false"),
        (#"{"name": "a", "limits": {"requests": {"count": 1}}}"#, "provider.limits.requests: needs count and seconds, or count and per"),
        (#"{"name": "a", "limits": {"requests": {"count": 1, "seconds": 0}}}"#, "provider.limits.requests.seconds: must be above 0"),
        (
            #"{"name": "a", "limits": {"requests": {"count": 1, "seconds": 1e300}}}"#,
            "provider.limits.requests.seconds: must be 2678400 at most, 31 days"
        ),
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
        (
            #"{"stream": true}"#,
            "stream: is not a parameter: a caption is the same either way; give --stream, or `stream` in the profile"
        ),
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
