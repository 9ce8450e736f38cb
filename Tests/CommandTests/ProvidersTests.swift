import CutlineCore
import CutlineProvider
import CutlineSimulator
import Testing

@testable import cutline

/// As sentences list them.
let builtInProviders =
    "hackclub, infron, indoxhub, anyfast, openai, openrouter, gemini, anthropic, mistral, groq, together, fireworks, azure, ollama, vllm, "
    + "llamacpp, lmstudio, litellm, simulator"

@Suite(.timeLimit(.minutes(15))) struct ProvidersTests {
    @Test func theTableSaysWhetherAKeyIsSetAndNeverTheKey() async {
        var harness = CommandHarness()
        harness.variables["HACKCLUB_API_KEY"] = "sk-canary"
        let said = await harness.cutline("providers")
        #expect(said.code == 0 && said.error == "")
        #expect(!said.output.contains("canary"))
        let lines = said.output.split(separator: "\n")
        let cells = lines.map { $0.split(separator: "  ").map { $0.trimmingPrefix(" ") } }
        #expect(cells.contains(["hackclub", "https://ai.hackclub.com/proxy/v1", "HACKCLUB_API_KEY (set)", "450 requests in 30 min"]))
        #expect(cells.contains(["openai", "https://api.openai.com/v1", "OPENAI_API_KEY (not set)", "–"]))
        #expect(cells.contains(["azure", "yours, as base_url", "AZURE_OPENAI_API_KEY (not set)", "–"]))
        #expect(cells.contains(["ollama", "http://127.0.0.1:11434/v1", "OLLAMA_API_KEY (not needed)", "2 calls at once"]))
        #expect(cells.contains(["simulator", "in this process", "–", "–"]))
        #expect(cells.map { String($0[0]) } == ["provider"] + builtInProviders.split(separator: ", ").map(String.init))
    }

    @Test func aNameShowsTheWholeProfile() async {
        #expect(
            await CommandHarness().cutline("providers", "indoxhub").output == """
                {"name":"indoxhub","base_url":"https://api.indoxhub.com",\
                "chat_paths":["/api/v1/chat/completions/","/api/v1/chat/completions","/v1/chat/completions"],\
                "api_key_env":"INDOXHUB_API_KEY","auth":{"exchange":false,"exchange_path":"/api/v1/auth/api-key/"},\
                "parameter_places":{"response_format":"additional_params","seed":"additional_params"},\
                "free_plan":{"limits":{"requests":{"count":10,"seconds":60},"tokens":{"count":10000,"seconds":3600}},\
                "source":"rate-limits.md of its documentation"},\
                "images":{"accept":["image/jpeg","image/png","image/webp","image/gif"],\
                "max_bytes":20000000,"max_count":20,"max_request_bytes":100000000},\
                "models":{"needs_key":true,"path":"/api/v1/models/"},\
                "note":"If the key is refused, set auth.exchange."}

                """)
    }

    @Test func whatIsShownIsReadAsTheSameProfile() async throws {
        for name in try ProfileCatalogue.builtIn().names {
            let shown = try JSONValue(parsing: await CommandHarness().cutline("providers", name).output.utf8)
            #expect(try Profile(json: JSONCursor(shown), extending: nil) == ProfileCatalogue.builtIn()[name])
        }
    }

    @Test func everyMemberIsShown() async throws {
        let harness = CommandHarness()
        let mine = """
            {"name":"mine","base_url":"https://x.invalid/v1","base_url_example":"https://y","chat_paths":["/a","/b"],\
            "api_key_env":"K","auth":{"exchange":true,"exchange_path":"/t","header":"api-key","required":false},\
            "headers":{"X-A":"b"},"request_fields":{"a":1},"parameter_places":{"seed":"extra"},\
            "limits":{"concurrency":3,"input_tokens":[{"count":7,"seconds":60},{"count":8,"per":"day","resets":"00:00 UTC"}],\
            "requests":{"count":1,"seconds":60},"tokens":{"count":9,"seconds":0.5}},\
            "free_plan":{"for":"small models","limits":{"requests":{"count":5,"seconds":86400}},"source":"https://z"},\
            "images":{"accept":["image/png"],"max_bytes":1,"max_count":2,"max_request_bytes":3,"order":"images_in_system",\
            "transport":"inline"},"forbidden_headers":["X-B"],"limits_per_model":true,"stream":true,"note":"n"}

            """
        harness.write("providers.json", "[\(mine)]")
        #expect(await harness.cutline("providers", "mine").output == mine)
    }

    @Test func theExamplesOfTheDocsCanBeUsed() async throws {
        let text = CommandHarness.text(of: repository.appending("docs/providers.md"))
        let examples = text.matches(of: /```json\n([^`]*)```|`(\[\{[^`]*\}\])`/).map { String($0.1 ?? $0.2 ?? "") }
        #expect(examples.count == 5)
        for example in examples {
            let harness = CommandHarness()
            harness.write("providers.json", example)
            let said = await harness.cutline("providers")
            #expect(said.code == 0, "\(example): \(said.error)")
        }
        let harness = CommandHarness()
        harness.write("providers.json", try #require(examples.first { $0.contains("gateway") }))
        let gateway = await harness.cutline("providers", "gateway").output
        #expect(gateway.contains(#""auth":{"header":"X-Gateway-Key"}"#) && gateway.contains(#""order":"images_first""#))
        let hackclub = await harness.cutline("providers", "hackclub").output
        #expect(hackclub.contains(#""limits":{"concurrency":4,"requests":{"count":450,"seconds":1800}}"#))
        #expect(await harness.cutline("providers", "ollama").output.contains(#""transport":"inline""#))
    }

    @Test func theDocsNameEveryProfileAndItsVariable() throws {
        let text = CommandHarness.text(of: repository.appending("docs/providers.md"))
        let catalogue = try ProfileCatalogue.builtIn()
        for profile in catalogue.names.compactMap({ catalogue[$0] }) {
            let row = text.split(separator: "\n").first { $0.hasPrefix("| `\(profile.name)` |") }
            #expect(row?.contains(profile.baseURL.map { "`\($0)`" } ?? "|") == true, "\(profile.name)")
            #expect(row?.contains(profile.apiKeyEnv.map { "`\($0)`" } ?? "–") == true, "\(profile.name)")
        }
        for key in Profile.keys where key != "chat_path" { #expect(text.contains("| `\(key)` |"), "\(key)") }
    }

    @Test(arguments: ["run", "add"])
    func aProviderWithoutAnAddressIs64BeforeAnythingIsAdded(command: String) async {
        let harness = CommandHarness(pictures: "a.png")
        let said = await harness.cutline(command, "a.png", "--provider", "azure", "--model", "m", "--prompt", "p")
        #expect(
            said
                == CommandResult(
                    code: 64, output: "",
                    error: """
                        cutline: azure has no address of its own: give yours in providers.json or as a job file's provider, for example \
                        {"name": "azure", "base_url": "https://YOUR-RESOURCE.openai.azure.com/openai/v1"}

                        """))
        #expect(!harness.has("cutline.db"))
    }

    @Test func aLocalServerNeedsNoKeyAndGetsOneThatIsSet() async throws {
        try await withSimulator(SimulatorOptions(keys: ["sk-local"])) { simulator in
            var harness = CommandHarness(pictures: "a.png")
            harness.write("providers.json", #"[{"name": "ollama", "base_url": "\#(simulator.baseURL)"}]"#)
            let run = ["run", "a.png", "--provider", "ollama", "--model", "sim-1", "--prompt", "Describe."]
            // No key is asked for; the server refuses the call.
            #expect(await harness.run(run).code == 2)
            #expect(await harness.cutline("doctor").output.contains("OLLAMA_API_KEY is not set; none is needed"))
            harness.variables["OLLAMA_API_KEY"] = "sk-local"
            #expect(await harness.run(run).code == 0)
        }
    }

    @Test func aMisspeltNameFindsTheNearest() async {
        #expect(
            await CommandHarness().cutline("providers", "hackclb")
                == CommandResult(code: 64, output: "", error: "cutline: there is no provider \"hackclb\"; did you mean hackclub?\n"))
    }

    @Test func aProfileBesideTheQueueWinsOverTheUsers() async {
        var harness = CommandHarness()
        harness.variables["XDG_CONFIG_HOME"] = harness.path("config")
        harness.write("config/cutline/providers.json", #"[{"name": "far", "base_url": "https://far.invalid/v1"}]"#)
        #expect(await harness.cutline("providers", "far").output.contains("https://far.invalid/v1"))
        harness.write("queues/providers.json", #"[{"name": "near", "base_url": "https://near.invalid/v1"}]"#)
        #expect(await harness.cutline("providers", "near", "--queue", "queues/q.db").code == 0)
        #expect(await harness.cutline("providers", "far", "--queue", "queues/q.db").code == 64)
        harness.variables = ["HOME": harness.path("home")]
        harness.write("home/.config/cutline/providers.json", #"[{"name": "openai", "limits": {"requests_per_minute": 7}}]"#)
        let extended = await harness.cutline("providers", "openai").output
        #expect(extended.contains("https://api.openai.com/v1") && extended.contains(#""requests":{"count":7,"seconds":60}"#))
    }

    @Test func runKnowsAUsersProfile() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "a.png")
            harness.write("providers.json", #"[{"name": "mine", "base_url": "\#(simulator.baseURL)"}]"#)
            let said = await harness.cutline("run", "a.png", "--provider", "mine", "--model", "sim-1", "--prompt", "Describe.")
            #expect(said.code == 0)
            let counts = try await harness.counts()
            #expect(counts == ["succeeded": 1])
        }
    }

    @Test(arguments: [
        ("[{\"name\": \"x\"}]", "[0]: needs base_url; a profile without it must have one of the names"),
        ("{}", "as a whole: expected a list"),
        (#"[{"name": "openai", "base_url": "ftp://x"}]"#, "[0].base_url: expected an address that begins with http:// or https://"),
        (#"[{"name": "openai"}, {"name": "openai"}]"#, "[1]: the profile \"openai\" stands twice"),
        (#"[{"name": "openai", "key": "sk-1"}]"#, "[0].key: unknown key"),
    ])
    func aBrokenProfileIs65WithThePathOfTheKey(text: String, reason: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("providers.json", text)
        for said in [await harness.cutline("providers"), await harness.add("a.png")] {
            #expect(said.code == 65)
            #expect(said.error.hasPrefix("cutline: providers.json cannot be used, \(reason)"))
        }
        #expect(!harness.has("cutline.db"))
    }

    @Test func brokenJSONIs65WithItsLine() async {
        let harness = CommandHarness()
        harness.write("providers.json", "[\n{]")
        let said = await harness.cutline("providers")
        #expect(said.code == 65)
        #expect(said.error.hasPrefix("cutline: providers.json is not JSON, line 2, column 2:"))
    }
}
