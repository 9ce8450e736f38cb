import CutlineCore
import CutlineProvider
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(1))) struct ProvidersTests {
    @Test func theTableSaysWhetherAKeyIsSetAndNeverTheKey() async {
        var desk = Desk()
        desk.variables["HACKCLUB_API_KEY"] = "sk-canary"
        let said = await desk.cutline("providers")
        #expect(said.code == 0 && said.error == "")
        #expect(!said.output.contains("canary"))
        let lines = said.output.split(separator: "\n")
        #expect(lines[0].hasPrefix("provider   address"))
        #expect(
            lines.contains(
                "hackclub   https://ai.hackclub.com/proxy/v1  HACKCLUB_API_KEY (set)      450 requests in 30 min"))
        #expect(lines.contains { $0.hasPrefix("openai ") && $0.hasSuffix("OPENAI_API_KEY (not set)    –") })
        #expect(lines.contains { $0.hasPrefix("simulator  in this process") })
    }

    @Test func aNameShowsTheWholeProfile() async {
        #expect(
            await Desk().cutline("providers", "indoxhub").output == """
                {"name":"indoxhub","base_url":"https://api.indoxhub.com","chat_path":"/api/v1/chat/completions/",\
                "api_key_env":"INDOXHUB_API_KEY","images":{"accept":["image/jpeg","image/png","image/webp","image/gif"],\
                "max_bytes":20000000,"max_count":20},"models":{"needs_key":true,"path":"/api/v1/models/"}}

                """)
    }

    @Test func whatIsShownIsReadAsTheSameProfile() async throws {
        for name in try ProfileCatalogue.builtIn().names {
            let shown = try JSONValue(parsing: await Desk().cutline("providers", name).output.utf8)
            #expect(try Profile(json: JSONCursor(shown), extending: nil) == ProfileCatalogue.builtIn()[name])
        }
    }

    @Test func aMisspeltNameFindsTheNearest() async {
        #expect(
            await Desk().cutline("providers", "hackclb")
                == Said(code: 64, output: "", error: "cutline: there is no provider \"hackclb\"; did you mean hackclub?\n"))
    }

    @Test func aProfileBesideTheQueueWinsOverTheUsers() async {
        var desk = Desk()
        desk.variables["XDG_CONFIG_HOME"] = desk.path("config")
        desk.write("config/cutline/providers.json", #"[{"name": "far", "base_url": "https://far.invalid/v1"}]"#)
        #expect(await desk.cutline("providers", "far").output.contains("https://far.invalid/v1"))
        desk.write("queues/providers.json", #"[{"name": "near", "base_url": "https://near.invalid/v1"}]"#)
        #expect(await desk.cutline("providers", "near", "--queue", "queues/q.db").code == 0)
        #expect(await desk.cutline("providers", "far", "--queue", "queues/q.db").code == 64)
        desk.variables = ["HOME": desk.path("home")]
        desk.write("home/.config/cutline/providers.json", #"[{"name": "openai", "limits": {"requests_per_minute": 7}}]"#)
        let extended = await desk.cutline("providers", "openai").output
        #expect(extended.contains("https://api.openai.com/v1") && extended.contains(#""requests":{"count":7,"seconds":60}"#))
    }

    @Test func runKnowsAUsersProfile() async throws {
        try await withSimulator { simulator in
            let desk = Desk(pictures: "a.png")
            desk.write("providers.json", #"[{"name": "mine", "base_url": "\#(simulator.baseURL)"}]"#)
            let said = await desk.cutline("run", "a.png", "--provider", "mine", "--model", "sim-1", "--prompt", "Describe.")
            #expect(said.code == 0)
            let counts = try await desk.counts()
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
        let desk = Desk(pictures: "a.png")
        desk.write("providers.json", text)
        for said in [await desk.cutline("providers"), await desk.add("a.png")] {
            #expect(said.code == 65)
            #expect(said.error.hasPrefix("cutline: providers.json cannot be used, \(reason)"))
        }
        #expect(!desk.has("cutline.db"))
    }

    @Test func brokenJSONIs65WithItsLine() async {
        let desk = Desk()
        desk.write("providers.json", "[\n{]")
        let said = await desk.cutline("providers")
        #expect(said.code == 65)
        #expect(said.error.hasPrefix("cutline: providers.json is not JSON, line 2, column 2:"))
    }
}
