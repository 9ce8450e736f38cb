import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

/// `--tier`, as people and scripts see it.
@Suite(.timeLimit(.minutes(15))) struct TierTests {
    private static let flex = ["--tier", "flex"]
    /// 2,500 and 10,000 nano-dollars a token; 258 + 9 tokens a call.
    private static let price = ["--price", "2.5/10"]
    private static let (full, half) = (735_000.0 / 1e9, 367_500.0 / 1e9)

    private func harness(_ count: Int = 8) -> CommandHarness {
        let harness = CommandHarness()
        for number in 0..<count { harness.folder.write("photos/\(number).png", png("\(number)")) }
        return harness
    }

    private func withProvider(_ harness: CommandHarness, _ faults: String..., more: String = "", _ body: () async throws -> Void)
        async throws
    {
        let options = SimulatorOptions(
            faults: try faults.map { try Fault(parsing: $0) }, log: harness.folder.path.appending("calls.jsonl"))
        try await withSimulator(options) { simulator in
            harness.writeJobFile(simulator, more: more)
            try await body()
        }
    }

    /// At which tier each call was asked.
    private func asked(_ harness: CommandHarness) throws -> [String?] {
        try harness.text("calls.jsonl").split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
            .filter { $0["event"]?.string == "received" }.map { $0["tier"]?.string }
    }

    @Test func eachAnswerCostsWhatItsTierCosts() async throws {
        let harness = harness()
        try await withProvider(harness, "served-standard@1-3") { () async throws in
            let said = await harness.run(["run", "jobs.json"] + Self.flex + Self.price)
            #expect(said.code == 0, "\(said.error)")
            #expect(try asked(harness) == Array(repeating: "flex", count: 8))
            let records = try await harness.records()
            let costs = Dictionary(grouping: records) { $0["service_tier"]?.string ?? "" }
                .mapValues { $0.map { $0["usage"]?["cost_usd"]?.double } }
            #expect(costs == ["default": Array(repeating: Self.full, count: 3), "flex": Array(repeating: Self.half, count: 5)])
            let served = try #require(records.first { $0["service_tier"]?.string == "default" }?["key"]?.string)
            #expect(await harness.cutline("show", served).output.contains(", asked at flex, served as default\n"))
            let log = try JSONValue(parsing: await harness.cutline("show", served, "--json").output.utf8)["attempt_log"]?[0]
            #expect(log?["tier"]?.string == "flex" && log?["service_tier"]?.string == "default")
            #expect(await harness.cutline("doctor", "--offline").code == 0)
        }
    }

    @Test func whoSellsNoneIsFoundBeforeAnythingIsAdded() async {
        let harness = harness(1)
        let asking = ["photos", "--provider", "vllm", "--model", "m", "--prompt", "Describe."] + Self.flex
        for command in ["run", "add", "estimate", "compare"] {
            let said = await harness.run([command] + asking)
            #expect(said.code == 64 && said.error.contains("no flex tier of vllm is known"), "\(said.error)")
            #expect(said.error.contains(#"{"name": "vllm", "tier_member": "service_tier"}"#))
        }
        #expect(!harness.has("cutline.db"))
        #expect(await harness.run(["add"] + asking.dropLast(2)).code == 0)
        #expect(await harness.cutline("work", "--tier", "flex").code == 64)
    }

    @Test(arguments: [
        (["--tier", "standard", "--tier-deadline", "6h"], "--tier-deadline needs --tier flex"),
        (["--tier-deadline", "6h"], "--tier-deadline needs --tier flex"), (["--tier", "slow"], "slow"),
        (["--tier", "flex", "--tier-deadline", "6"], "--tier-deadline"), (["--tier", "flex", "--tier-deadline", "0h"], "--tier-deadline"),
        (["--tier", "flex", "--parameter", "service_tier=flex"], "service_tier stands among the parameters"),
    ])
    func whatMakesNoSenseIsRefused(flags: [String], sentence: String) async {
        let harness = harness(1)
        let said = await harness.run(["run", "photos"] + CommandHarness.asking + flags)
        #expect(said.code == 64 && said.error.contains(sentence), "\(said.error)")
        #expect(!harness.has("cutline.db"))
    }

    @Test func theTierStaysUntilAnotherIsGivenAndMakesNoOtherJob() async throws {
        let harness = harness(2)
        try await withProvider(harness) { () async throws in
            #expect(await harness.run(["add", "jobs.json"] + Self.flex).code == 0)
            #expect(await harness.cutline("work").code == 0)
            harness.folder.write("photos/new.png", png("new"))
            let said = await harness.cutline("run", "jobs.json", "--tier", "standard")
            #expect(said.code == 0 && said.error.contains("1 new job"), "\(said.error)")
            harness.folder.write("photos/newer.png", png("newer"))
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            #expect(try asked(harness) == ["flex", "flex", nil, nil])
        }
    }

    @Test func aJobFileMayAskForFlexAndAFlagWins() async throws {
        let harness = harness(1)
        try await withProvider(harness, more: #", "tier": "flex""#) { () async throws in
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            harness.folder.write("photos/new.png", png("new"))
            #expect(await harness.cutline("run", "jobs.json", "--tier", "standard").code == 0)
            #expect(try asked(harness) == ["flex", nil])
        }
    }

    @Test func whenItsTimeIsOverTheRestGoesOnAtTheStandardTierAndThatIsSaidOnce() async throws {
        var harness = harness(3)
        try await withProvider(harness) { () async throws in
            #expect(await harness.run(["add", "jobs.json", "--tier-deadline", "6h"] + Self.flex).code == 0)
            harness.now = { CommandHarness.noon + .seconds(6 * 3_600) }
            let said = await harness.cutline("work", "--log-level", "notice")
            #expect(said.code == 0)
            let sentence = "the time for flex is over: what is left of batch \"photos\" goes on at the standard tier and its price\n"
            #expect(said.error.components(separatedBy: sentence).count == 2, "\(said.error)")
            #expect(said.error.contains("notice flex_over batch=\"photos\""), "\(said.error)")
            #expect(try asked(harness) == [nil, nil, nil])
        }
    }

    @Test func anEstimateSaysBothPrices() async throws {
        let harness = harness(2)
        let asking =
            ["photos", "--provider", "simulator", "--model", "gpt-4o", "--prompt", "Describe.", "--max-tokens", "100"] + Self.price
        let text = await harness.run(["estimate"] + asking + Self.flex).output
        #expect(text.contains(" at flex, about $0.0033 if served as standard; without repeated calls\n"), "\(text)")
        let json = try JSONValue(parsing: await harness.run(["estimate", "--json"] + asking + Self.flex).output.utf8)
        #expect(json["tier"]?.string == "flex" && json["cost_usd"]?["low"]?.double == 0.00329)
        #expect(json["flex_cost_usd"]?["low"]?.double == 0.001645 && json["flex_cost_usd"]?["high"]?.double == 0.001645)
        let standard = try JSONValue(parsing: await harness.run(["estimate", "--json"] + asking).output.utf8)
        #expect(standard["tier"]?.string == "standard" && standard["flex_cost_usd"] == nil)
        let unknown = ["--provider", "azure"] + Self.flex
        harness.write("providers.json", #"[{"name": "azure", "base_url": "https://provider.invalid/v1"}]"#)
        let said = await harness.run(["estimate", "--offline"] + asking + unknown).output
        #expect(said.contains("without repeated calls; what flex costs at azure is not known"), "\(said)")
    }

    @Test func aCapSaysBothPricesAndIsHeldByTheFullOne() async throws {
        let harness = harness(20)
        let said = await harness.run(
            ["run", "photos", "--provider", "simulator", "--model", "gpt-4o", "--prompt", "Describe.", "--max-tokens", "100"]
                + ["--max-cost", "0.01"] + Self.price + Self.flex)
        #expect(said.code == 2)
        #expect(said.error.contains("one more call may take $0.00488 ($0.00244 if it is served at flex); "), "\(said.error)")
        // Twice as many as at the full price, less what the last one has to leave.
        #expect(try await harness.counts()["succeeded"] == 14)
    }

    @Test func aCallAtFlexMayTakeThreeTimesAsLongUnlessSomebodySaysHowLong() throws {
        let (usual, own) = (try WorkOptions.parse([]), try WorkOptions.parse(["--timeout", "60"]))
        #expect(usual.deadline() == .seconds(300) && usual.deadline(at: .flex) == .seconds(900))
        #expect(own.deadline() == .seconds(60) && own.deadline(at: .flex) == .seconds(60))
    }
}
