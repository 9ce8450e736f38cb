import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct ModelsTests {
    private static let list = #"""
        {"data":[
          {"id":"seer","name":"The Seer","context_length":128000,"architecture":{"input_modalities":["text","image"]},
           "pricing":{"prompt":"0.00000015","completion":"0.0000006","image":"0.001","request":"0"},"top_provider":{"max_completion_tokens":4096}},
          {"id":"blind","architecture":{"input_modalities":["text"]},"pricing":{"prompt":"0.0000000001","completion":"0.00001"}},
          {"id":"shy"}, {"id":"seer"}]}
        """#

    @Test func theSimulatorHasAListToo() async {
        let said = await CommandHarness().cutline("models", "simulator", "--vision")
        #expect(said.code == 0 && said.error.isEmpty)
        #expect(said.output.contains("sim-1") && !said.output.contains("sim-text"))
    }

    @Test func theTableSaysWhatIsKnown() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness()
            harness.write(server)
            let said = await harness.cutline("models", "mine")
            #expect(said.code == 0 && said.error == "")
            #expect(
                said.output == """
                    model  vision  context  input per million  output per million
                    blind  no      –        $0.0001            $10.00
                    seer   yes     128,000  $0.15              $0.60
                    shy    –       –        –                  –

                    """)
        }
    }

    @Test func jsonHasEveryKeyAndNullForTheUnknown() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness()
            harness.write(server)
            let said = await harness.cutline("models", "mine", "--json")
            #expect(
                said.output == """
                    {"provider":"mine","models":[\
                    {"id":"blind","name":null,"vision":false,"context_length":null,"max_output_tokens":null,\
                    "input_usd_per_million":0.0001,"output_usd_per_million":10.0,"image_usd":null,"request_usd":null},\
                    {"id":"seer","name":"The Seer","vision":true,"context_length":128000,"max_output_tokens":4096,\
                    "input_usd_per_million":0.15,"output_usd_per_million":0.6,"image_usd":0.001,"request_usd":0.0},\
                    {"id":"shy","name":null,"vision":null,"context_length":null,"max_output_tokens":null,\
                    "input_usd_per_million":null,"output_usd_per_million":null,"image_usd":null,"request_usd":null}]}

                    """)
        }
    }

    @Test func onlyThoseThatSeeAreShownWhenAskedFor() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness()
            harness.write(server)
            let said = await harness.cutline("models", "mine", "--vision")
            #expect(said.output.split(separator: "\n").map { $0.prefix(5) } == ["model", "seer "])
            #expect(said.error == "left out: 1 model of which the list does not say whether it takes pictures\n")
            #expect(said.code == 0)
        }
    }

    @Test func theKeyIsAskedForOnlyWhereTheListNeedsIt() async throws {
        try await ModelServer.run(list: Self.list) { server in
            var harness = CommandHarness()
            harness.write(server, models: #"{"needs_key": true}"#, more: #", "api_key_env": "MINE_KEY""#)
            let without = await harness.cutline("models", "mine")
            #expect(without.code == 64 && without.error.contains("export MINE_KEY=…"))
            harness.variables["MINE_KEY"] = "sk-canary"
            #expect(await harness.cutline("models", "mine").code == 0)
            harness.write("key.txt", "sk-file\n")
            #expect(await harness.cutline("models", "mine", "--api-key-file", "key.txt").code == 0)
            #expect(server.gets.map { $0.contains("Bearer sk-canary") } == [true, false])
            #expect(server.gets.last?.contains("Bearer sk-file") == true)
        }
    }

    @Test(arguments: [
        (401, #"{"error":"Authentication required"}"#, "Authentication required; check the API key"),
        (200, "<html>Hello</html>", "Hello; check base_url and models.path of its profile (`cutline providers mine`)"),
        (503, #"{"error":"busy"}"#, "busy; try again later"),
    ])
    func aListThatIsNotGivenIs1WithWhatToDo(status: Int, body: String, advice: String) async throws {
        try await ModelServer.run(list: body, status: status) { server in
            var harness = CommandHarness()
            harness.variables["MINE_KEY"] = "sk-canary"
            harness.write(server, models: #"{"needs_key": true}"#, more: #", "api_key_env": "MINE_KEY""#)
            let said = await harness.cutline("models", "mine")
            #expect(said.code == 1 && said.output == "")
            #expect(said.error.hasPrefix("cutline: mine did not give its list of models: ") && said.error.contains(advice))
            #expect(!said.error.contains("canary"))
            #expect(said.error.contains("/models: ") == (status == 200), "where nobody of the API is, the address is named")
        }
    }

    @Test func aRefusedKeyIsLookedForWhereItCameFrom() async throws {
        try await ModelServer.run(list: #"{"error":"no"}"#, status: 401) { server in
            let harness = CommandHarness()
            harness.write(server, models: #"{"needs_key": true}"#, more: #", "api_key_env": "MINE_KEY""#)
            harness.write("key.txt", "sk-file\n")
            #expect(
                await harness.cutline("models", "mine", "--api-key-file", "key.txt").error
                    == "cutline: mine did not give its list of models: no; check the API key in key.txt\n")
        }
    }

    @Test func aProviderThatIsNotThereIsNamedWithItsAddress() async {
        let harness = CommandHarness()
        harness.write("providers.json", #"[{"name": "mine", "base_url": "http://127.0.0.1:1/v1"}]"#)
        #expect(await harness.cutline("models", "mine").error.hasSuffix("is it running? Its base_url is http://127.0.0.1:1/v1\n"))
    }

    @Test func aListThatWantsAKeyAfterAllSaysHowToGiveIt() async throws {
        try await ModelServer.run(list: #"{"error":"No token provided"}"#, status: 401) { server in
            let harness = CommandHarness()
            harness.write(server)
            #expect(await harness.cutline("models", "mine").error.contains(#"give its profile "models": {"needs_key": true}"#))
        }
    }

    @Test(arguments: [
        (["models", "hackclb"], "there is no provider \"hackclb\"; did you mean hackclub?"),
        (["models", "far"], "http://far.invalid/v1 would be called without encryption; use https, or allow it with --insecure-http"),
    ])
    func whatCannotBeAskedIs64(arguments: [String], sentence: String) async {
        let harness = CommandHarness()
        harness.write("providers.json", #"[{"name": "far", "base_url": "http://far.invalid/v1"}]"#)
        #expect(await harness.run(arguments) == CommandResult(code: 64, output: "", error: "cutline: \(sentence)\n"))
    }
}

/// What `run` asks the list before it begins.
@Suite(.timeLimit(.minutes(15))) struct ModelCheckTests {
    private static let list = #"""
        {"data":[{"id":"maker/seer","architecture":{"input_modalities":["image","text"]},"pricing":{"prompt":"0.000001","completion":"0.000002"}},
          {"id":"blind","architecture":{"input_modalities":["text"]}}]}
        """#

    private func run(_ harness: CommandHarness, model: String, _ more: String...) async -> CommandResult {
        await harness.run(["run", "a.png", "--provider", "mine", "--model", model, "--prompt", "Describe."] + more)
    }

    private func cost(_ harness: CommandHarness) async throws -> [String] {
        try await harness.records().map { record in
            "\(record["usage"]?["cost_usd"]?.double.map { "\($0)" } ?? "null") \(record["usage"]?["cost_source"]?.string ?? "null")"
        }
    }

    @Test func theListsPriceMakesTheCost() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            let said = await run(harness, model: "maker/seer")
            #expect(said.code == 0 && !said.error.contains("not among"))
            let costs = try await cost(harness)
            #expect(costs == ["0.0011 estimated"])
            #expect(server.gets.count == 1 && server.posts == 1)
        }
    }

    @Test func theUsersPriceWinsAndNothingIsAsked() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness(pictures: "a.png")
            let price = #"{"input_per_million": 10, "output_per_million": 0, "per_image": 0.5}"#
            harness.write(server, more: #", "prices": {"maker/seer": \#(price)}"#)
            #expect(await run(harness, model: "maker/seer").code == 0)
            let costs = try await cost(harness)
            #expect(costs == ["0.51 estimated"])
            #expect(server.gets.isEmpty)
        }
    }

    @Test func withoutAPriceTheCostIsNull() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            #expect(await run(harness, model: "blind").code == 0)
            let costs = try await cost(harness)
            #expect(costs == ["null null"])
        }
    }

    @Test func aReportedCostIsNotReplaced() async throws {
        let answer = ModelServer.answer.replacing(#""usage":{"#, with: #""usage":{"cost":0.25,"#)
        try await ModelServer.run(list: Self.list, answer: answer) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            #expect(await run(harness, model: "maker/seer").code == 0)
            let costs = try await cost(harness)
            #expect(costs == ["0.25 reported"])
        }
    }

    @Test(arguments: [
        ("blind", "blind at mine takes no pictures; `cutline models mine --vision` lists those that do\n"),
        ("seer", "seer is not among the models that mine lists; did you mean maker/seer?\n"),
        ("bilnd", "bilnd is not among the models that mine lists; did you mean blind?\n"),
        ("else", "else is not among the models that mine lists; `cutline models mine` shows them\n"),
    ])
    func aDoubtfulModelIsWarnedOfAndTriedNevertheless(model: String, warning: String) async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            let said = await run(harness, model: model)
            #expect(said.code == 0 && said.error.contains(warning))
            #expect(server.posts == 1 && server.gets.count == 1)
            let again = await run(harness, model: model)
            #expect(again.code == 0 && !again.error.contains(warning))
            #expect(server.posts == 1 && server.gets.count == 1, "a finished batch asks nobody")
            #expect(await run(harness, model: model, "--batch", "quiet", "--quiet").error == "")
            let logged = await run(harness, model: model, "--batch", "json", "--log-format", "json").error
            #expect(logged.contains(#""level":"warning","event":"model_doubtful","model":"\#(model)""#))
        }
    }

    @Test(arguments: [(500, "{}"), (200, "<html>"), (200, #"{"data":[]}"#), (401, #"{"error":"no"}"#)])
    func aListThatCannotBeHadIsSaidOnceAndPassedOver(status: Int, body: String) async throws {
        try await ModelServer.run(list: body, status: status) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            let said = await run(harness, model: "m")
            let sentence = "mine did not give its list of models (\(server.address)/models"
            #expect(said.code == 0 && said.error.hasPrefix("batch \"a.png\": 1 new job\n\(sentence)"), "\(said.error)")
            #expect(said.error.components(separatedBy: sentence).count == 2)
            #expect(said.error.contains("stays unknown where the answers do not tell it; --price INPUT/OUTPUT tells it\n"))
        }
    }

    @Test func aMissingListIsNotSaidWhereThePriceIsKnown() async throws {
        try await ModelServer.run(list: "", status: 404) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            #expect(!(await run(harness, model: "m", "--price", "1/2")).error.contains("list of models"))
            // The price was kept with the batch.
            harness.folder.write("a.png", png("an edited one"))
            #expect(!(await run(harness, model: "m")).error.contains("list of models"))
            #expect(await run(harness, model: "m", "--batch", "quiet", "--quiet").error == "")
            let logged = await run(harness, model: "m", "--batch", "logged", "--log-format", "json").error
            #expect(logged.contains(#""level":"warning","event":"price_unknown","model":"m","message":"mine did not give"#))
            let grid = await harness.run(["compare", "a.png", "--provider", "mine", "--model", "x", "--model", "y", "--prompt", "D."])
            #expect(grid.error.components(separatedBy: "did not give its list of models").count == 2)
        }
    }

    @Test func aListWithoutThePriceIsSaid() async throws {
        let list = #"{"data":[{"id":"dear","pricing":{"prompt":"0.000001","completion":"0.000002"}},{"id":"shy"}]}"#
        try await ModelServer.run(list: list) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            let said = await run(harness, model: "shy")
            #expect(said.error.contains("\nthe list of models of mine has no price for shy: what calls cost stays unknown"))
        }
    }

    /// A list that has no prices, as most have none, is no news.
    @Test func aListWithoutAnyPriceIsNotRemarkedOn() async throws {
        try await ModelServer.run(list: #"{"data":[{"id":"m"}]}"#) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            #expect(!(await run(harness, model: "m")).error.contains("unknown"))
        }
    }

    @Test func aStoredPriceOutlivesAListThatIsGone() async throws {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        try await ModelServer.run(list: Self.list) { server in
            harness.write(server)
            #expect(await run(harness, model: "maker/seer", "--batch", "b").code == 0)
        }
        try await ModelServer.run(list: "", status: 500) { server in
            harness.write(server)
            let said = await harness.run([
                "run", "b.png", "--batch", "b", "--provider", "mine", "--model", "maker/seer", "--prompt", "Describe.",
            ])
            #expect(said.code == 0)
        }
        let costs = try await cost(harness)
        #expect(costs == ["0.0011 estimated", "0.0011 estimated"])
        let total = try await harness.status()["batches"]?[0]?["usage"]?["cost_usd"]?.double
        #expect(total == 0.0022)
    }

    @Test func addAndDryRunsAskNothing() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server)
            #expect(await run(harness, model: "blind", "--dry-run").code == 0)
            let asking = ["--provider", "mine", "--model", "blind", "--prompt", "Describe."]
            #expect(await harness.run(["add", "a.png"] + asking).code == 0)
            #expect(await harness.run(["estimate", "a.png", "--offline"] + asking).code == 0)
            #expect(server.gets.isEmpty && server.posts == 0)
        }
    }

    @Test func aListThatNeedsAKeyIsNotAskedWithoutOne() async throws {
        try await ModelServer.run(list: Self.list) { server in
            let harness = CommandHarness(pictures: "a.png")
            harness.write(server, models: #"{"needs_key": true}"#)
            #expect(await run(harness, model: "blind").code == 0)
            #expect(server.gets.isEmpty && server.posts == 1)
        }
    }
}
