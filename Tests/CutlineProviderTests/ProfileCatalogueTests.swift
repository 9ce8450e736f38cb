import CutlineCore
import Testing

@testable import CutlineProvider

@Suite struct ProfileCatalogueTests {
    @Test func allProfilesOfThePromiseAreBuiltIn() throws {
        #expect(
            try ProfileCatalogue.builtIn().names == [
                "hackclub", "infron", "indoxhub", "anyfast", "openai", "openrouter", "gemini", "anthropic", "mistral", "groq", "together",
                "fireworks", "azure", "ollama", "vllm", "llamacpp", "lmstudio", "litellm", "simulator",
            ])
    }

    @Test(arguments: [
        ("hackclub", "https://ai.hackclub.com/proxy/v1/chat/completions", "HACKCLUB_API_KEY"),
        ("infron", "https://llm.onerouter.pro/v1/chat/completions", "INFRON_API_KEY"),
        ("indoxhub", "https://api.indoxhub.com/api/v1/chat/completions/", "INDOXHUB_API_KEY"),
        ("anyfast", "https://www.anyfast.ai/v1/chat/completions", "ANYFAST_API_KEY"),
        ("openai", "https://api.openai.com/v1/chat/completions", "OPENAI_API_KEY"),
        ("openrouter", "https://openrouter.ai/api/v1/chat/completions", "OPENROUTER_API_KEY"),
        ("gemini", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", "GEMINI_API_KEY"),
        ("anthropic", "https://api.anthropic.com/v1/chat/completions", "ANTHROPIC_API_KEY"),
        ("mistral", "https://api.mistral.ai/v1/chat/completions", "MISTRAL_API_KEY"),
        ("groq", "https://api.groq.com/openai/v1/chat/completions", "GROQ_API_KEY"),
        ("together", "https://api.together.xyz/v1/chat/completions", "TOGETHER_API_KEY"),
        ("fireworks", "https://api.fireworks.ai/inference/v1/chat/completions", "FIREWORKS_API_KEY"),
        ("ollama", "http://127.0.0.1:11434/v1/chat/completions", "OLLAMA_API_KEY"),
        ("vllm", "http://127.0.0.1:8000/v1/chat/completions", "VLLM_API_KEY"),
        ("llamacpp", "http://127.0.0.1:8080/v1/chat/completions", "LLAMA_API_KEY"),
        ("lmstudio", "http://127.0.0.1:1234/v1/chat/completions", "LM_API_TOKEN"),
    ])
    func profileNamesAddressAndKeyVariable(name: String, address: String, variable: String) throws {
        let profile = try Profile.builtIn(name)
        #expect(Call(request: .make(), profile: profile, key: nil).address == address)
        #expect(profile.apiKeyEnv == variable)
        #expect(ProviderClient.objection(to: profile, allowsInsecureHTTP: false) == nil)
    }

    @Test func limitsAndImageRulesAreTheDocumentedOnes() throws {
        #expect(try Profile.builtIn("hackclub").limits[.requests] == [RateLimit(count: 450, window: 1_800)])
        #expect(try Profile.builtIn("infron").images.accepts == [.png, .jpeg, .webp])
        #expect(
            try Profile.builtIn("indoxhub").images
                == ImageRules(accepts: [.jpeg, .png, .webp, .gif], maxBytes: 20_000_000, maxCount: 20, maxRequestBytes: 100_000_000))
        #expect(try Profile.builtIn("anyfast").images == ImageRules(accepts: [.jpeg, .png, .webp], maxBytes: 20_000_000, maxCount: 16))
        var simulator = Profile(name: "simulator")
        (simulator.tierMember, simulator.flexPriceFactor) = ("service_tier", PriceFactor(0.5))
        #expect(try Profile.builtIn("simulator") == simulator)
    }

    @Test func flexIsWhereAndWhatTheDocumentationSays() throws {
        let catalogue = try ProfileCatalogue.builtIn()
        let offers = catalogue.names.compactMap { name in (catalogue[name]?.flex).map { "\(name) \($0.member) \($0.price.number)" } }
        #expect(
            offers == [
                "infron provider.service_tier 1.0", "openai service_tier 0.5", "openrouter service_tier 0.5", "gemini service_tier 0.5",
                "groq service_tier 1.0", "azure service_tier 1.0", "simulator service_tier 0.5",
            ])
    }

    @Test func onlyLocalServersAndGatewaysNeedNoKey() throws {
        let catalogue = try ProfileCatalogue.builtIn()
        let free = catalogue.names.filter { catalogue[$0]?.auth.isRequired == false }
        #expect(free == ["ollama", "vllm", "llamacpp", "lmstudio", "litellm"])
        #expect(free.allSatisfy { catalogue[$0]?.apiKeyEnv != nil })
        #expect(catalogue.names.filter { catalogue[$0]?.auth.exchangesKey == true } == [])
    }

    @Test func localServersGetFewCallsAtOnceAndPayingUsersAreNotThrottled() throws {
        let catalogue = try ProfileCatalogue.builtIn()
        let limits = catalogue.names.compactMap { name in
            catalogue[name].flatMap {
                $0.limits == Limits() ? nil : "\(name) \($0.limits.concurrency ?? 0) \($0.limits[.requests].first?.count ?? 0)"
            }
        }
        #expect(limits == ["hackclub 0 450", "ollama 2 0", "vllm 4 0", "llamacpp 2 0", "lmstudio 2 0"])
    }

    /// What they publish of it stands in their profiles.
    @Test func whoCountsByModelAndWhatIsGivenAwayIsKnown() throws {
        let catalogue = try ProfileCatalogue.builtIn()
        let profiles = catalogue.names.compactMap { catalogue[$0] }
        #expect(profiles.filter(\.limitsPerModel).map(\.name) == ["openai", "gemini", "anthropic", "mistral", "groq", "azure"])
        #expect(profiles.filter { $0.freePlan != nil }.map(\.name) == ["indoxhub", "openrouter", "gemini", "mistral", "groq"])
        #expect(profiles.allSatisfy { $0.freePlan.map { $0.limits != Limits() && $0.source != nil } ?? true })
        let day = try #require(catalogue["gemini"]?.freePlan?.limits[.requests].last)
        #expect(day == RateLimit(count: 1_500, resets: try DailyReset("00:00 America/Los_Angeles")))
        #expect(catalogue["groq"]?.laneName(for: "llama-4-scout") == "groq/llama-4-scout")
    }

    @Test(arguments: ["azure", "litellm"])
    func whoHasNoAddressOfItsOwnIsToldHowToGiveOne(name: String) throws {
        let profile = try Profile.builtIn(name)
        #expect(!profile.isInProcess)
        let objection = try #require(ProviderClient.objection(to: profile, allowsInsecureHTTP: false))
        let start = "\(name) has no address of its own: give yours in providers.json or as a job file's provider, for example "
        #expect(objection.hasPrefix(start))
        let resolved = try resolve(String(objection.dropFirst(start.count)))
        #expect(resolved.baseURL == profile.baseURLExample)
        #expect(ProviderClient.objection(to: resolved, allowsInsecureHTTP: false) == nil)
    }

    private func resolve(_ json: String) throws -> Profile {
        try ProfileCatalogue.builtIn().resolve(inline: JSONCursor(JSONValue(parsing: json.utf8)))
    }

    @Test func inlineProfileWithABuiltInNameExtendsIt() throws {
        var expected = try Profile.builtIn("infron")
        expected.baseURL = "http://127.0.0.1:9"
        #expect(try resolve(#"{"name":"infron","base_url":"http://127.0.0.1:9"}"#) == expected)
    }

    @Test func theFileOfAuthoritiesLiesBesideTheFileThatNamesIt() throws {
        let json = JSONCursor(try JSONValue(parsing: #"[{"name":"openai","ca_file":"company.pem","proxy":""},{"name":"infron"}]"#.utf8))
        let catalogue = try ProfileCatalogue.builtIn().extended(by: json, in: "/etc/cutline")
        #expect(catalogue["openai"]?.caFile == "/etc/cutline/company.pem" && catalogue["openai"]?.proxy == "none")
        #expect(catalogue["infron"]?.caFile == nil && catalogue["infron"]?.proxy == nil)
    }

    @Test func inlineProfileWithANewNameStandsAlone() throws {
        let profile = try resolve(#"{"name":"mine","base_url":"https://x.invalid/v1","api_key_env":"MY_KEY"}"#)
        #expect(profile == Profile(name: "mine", baseURL: "https://x.invalid/v1", apiKeyEnv: "MY_KEY"))
    }

    @Test(arguments: [
        #"{"name":"mine"}"#, #"{"base_url":"https://x.invalid"}"#, #"{"name":"mine","base_url":"ftp://x"}"#, "[]",
        #"{"name":"mine","base_url":"https://x","auth":{"exchange":true}}"#,
    ])
    func uselessInlineProfileIsRefused(json: String) throws {
        #expect(throws: InvalidValue.self) { try resolve(json) }
    }

    @Test(arguments: [
        ("https://x.invalid/v1", false, true), ("http://x.invalid/v1", false, false), ("http://x.invalid/v1", true, true),
        ("http://127.0.0.1:8080", false, true), ("http://localhost/v1", false, true), ("http://[::1]:80/v1", false, true),
        ("http://127.0.0.1.example.com", false, false), ("http://127.0.0.1@example.com", false, false),
        ("http://0.0.0.0:8000/v1", false, true), ("http://[::]:8000/v1", false, true), ("http://localhost.:8000/v1", false, true),
        ("HTTP://LOCALHOST:8000", false, true), ("http://127.8.9.1:8000", false, true), ("http://127.1:8000", false, true),
        ("http://2130706433:8000", false, true), ("http://0x7f000001", false, true), ("http://0:8000", false, true),
        ("http://[::ffff:127.0.0.1]:80", false, true), ("http://[::ffff:8.8.8.8]:80", false, false),
        ("http://[2001:db8::1]/", false, false),
        ("http://0.0.0.1:8000", false, false), ("http://128.0.0.1", false, false), ("http://[::2]", false, false),
        ("http://api.localhost:8000", false, true), ("http://ip6-localhost:8000", false, true),
        ("http://localhost.example.com", false, false),
        ("https://user:secret@x.invalid", true, false), ("https://x.invalid/v1?a=b", true, false), ("https://", true, false),
    ])
    func plainHTTPIsForLoopback(address: String, insecure: Bool, isFine: Bool) {
        let objection = ProviderClient.objection(to: Profile(name: "x", baseURL: address), allowsInsecureHTTP: insecure)
        #expect((objection == nil) == isFine)
        #expect(objection?.contains("secret") != true)
    }

    @Test func profileWithoutAddressCannotBeCalled() {
        #expect(
            ProviderClient.objection(to: Profile(name: "simulator"), allowsInsecureHTTP: true) == "the profile simulator has no base_url")
    }
}
