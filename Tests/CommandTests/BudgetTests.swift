import CutlineCore
import SystemPackage
import Testing

@testable import CutlineQueue
@testable import CutlineRunner
@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct BudgetTests {
    /// 258 + 9 tokens a call, 735,000 nano-dollars; 4,880,000 at most.
    private static let asking = [
        "--provider", "simulator", "--model", "gpt-4o", "--prompt", "Describe.", "--max-tokens", "100", "--price", "2.5/10",
    ]

    private func harness(_ count: Int = 20) -> CommandHarness {
        let harness = CommandHarness()
        for number in 0..<count { harness.folder.write("photos/\(number).png", png("\(number)")) }
        return harness
    }

    @Test func theRunStopsBeforeTheCapAndGoesOnWithAHigherOne() async throws {
        let harness = harness()
        let run = ["run", "photos"] + Self.asking
        #expect(
            await harness.run(run + ["--max-cost", "0.01"])
                == CommandResult(
                    code: 2, output: "",
                    error: """
                        batch "photos": 20 new jobs
                        7 of 20 jobs captioned, 1,869 tokens, $0.0051 (0 ms)
                        the budget of "photos" is used up: $0.005145 spent of $0.01, and one more call may take $0.00488; 13 jobs left
                        to go on: run again with a higher --max-cost DOLLARS, or lift it with --max-cost none

                        """))
        #expect(await harness.run(run).code == 2, "a cap stays until another one comes")
        #expect(try await harness.counts() == ["queued": 13, "succeeded": 7])
        #expect(await harness.cutline("work", "--max-cost", "0.012").code == 2)
        #expect(try await harness.counts() == ["queued": 10, "succeeded": 10])
        #expect(await harness.run(run + ["--max-cost", "none"]).code == 0)
        #expect(try await harness.counts() == ["succeeded": 20])
        #expect(await harness.cutline("doctor", "--offline").code == 0)
    }

    /// What a provider bills and tells in the total alone: 1,000 tokens of thinking a call.
    @Test(arguments: ["hidden-thinking", "thinking-apart"])
    func whatOnlyTheTotalShowsIsWithinTheCap(fault: String) async throws {
        let harness = harness(30)
        let said = await harness.run(
            ["run", "photos", "--provider", "simulator", "--model", "gpt-4o", "--prompt", "[simulate: \(fault)]", "--price", "1/10"]
                + ["--max-tokens", "1200", "--max-cost", "0.06"])
        #expect(said.code == 2, "\(said)")
        let usage = try #require(try await harness.status()["batches"]?[0]?["usage"])
        let (calls, output) = (try await harness.counts()["succeeded"] ?? 0, usage["output_tokens"]?.int ?? 0)
        #expect(calls >= 3 && output >= calls * 1_000)
        let billed = Double(usage["input_tokens"]?.int ?? 0) / 1e6 + Double(output) / 1e5
        #expect(billed <= 0.06, "\(billed) for \(calls) calls")
        #expect(await harness.cutline("doctor", "--offline").code == 0)
    }

    @Test func tokensHaveACapToo() async throws {
        let harness = harness()
        let said = await harness.run(["run", "photos", "--max-tokens-total", "3000"] + Self.asking)
        #expect(said.code == 2)
        #expect(
            said.error.contains(
                "the budget of \"photos\" is used up: 1,602 tokens spent of 3,000 tokens, and one more call may take 1,652 tokens; 14 jobs left\n"
            ))
        #expect(said.error.contains("--max-tokens-total none"))
        #expect(await harness.run(["run", "photos", "--max-tokens-total", "none"] + Self.asking).code == 0)
    }

    @Test func aJobFileMayBringABudgetAndLiftIt() async throws {
        let harness = harness()
        func run(_ budget: String) async -> CommandResult {
            harness.write(
                "jobs.json",
                """
                {"batch": "b", "provider": "simulator", "model": "gpt-4o", "prompt": "Describe.", "parameters": {"max_tokens": 100},
                 "budget": {\(budget)}, "images": ["photos"]}
                """)
            return await harness.cutline("run", "jobs.json", "--price", "2.5/10")
        }
        #expect(await run(#""max_cost": 0.01"#).code == 2)
        #expect(await run(#""max_tokens_total": 1"#).error.contains("--max-tokens-total 1 is less than one call may use, 1,652 tokens"))
        #expect(await run(#""max_cost": -1"#).error.contains("budget.max_cost: must be above 0"))
        #expect(await run(#""dollars": 1"#).error.contains("budget.dollars: unknown key; known here: max_cost, max_tokens_total"))
        #expect(await run(#""max_cost": null"#).code == 0)
    }

    @Test(arguments: [
        (
            ["--max-cost", "5", "--price", "1/1"],
            "cutline: --max-cost needs the longest answer of batch \"photos\": give --max-tokens N (a batch that was made without it keeps to that: name another one with --batch NEW)\n"
        ),
        (
            ["--max-tokens-total", "5"],
            "cutline: --max-tokens-total needs the longest answer of batch \"photos\": give --max-tokens N (a batch that was made without it keeps to that: name another one with --batch NEW)\n"
        ),
        (
            ["--max-cost", "5", "--max-tokens", "9"],
            "cutline: what does sim-1 cost? --max-cost needs its price in US dollars per million tokens: give --price INPUT/OUTPUT, for example --price 0.15/0.60 (0/0 where it is free)\n"
        ),
        (
            ["--max-cost", "0.001", "--max-tokens", "100", "--price", "1/1"],
            "cutline: --max-cost 0.001 is less than one call may cost, $0.002207; give more\n"
        ),
    ])
    func aBudgetThatCannotBeHeldIsRefusedBeforeAnythingIsAdded(flags: [String], error: String) async {
        let harness = harness(1)
        for command in ["run", "add"] {
            #expect(
                await harness.run([command, "photos"] + CommandHarness.asking + flags) == CommandResult(code: 64, output: "", error: error))
        }
        #expect(!harness.has("cutline.db"))
    }

    @Test(arguments: [
        ["--max-cost", "0"], ["--max-cost", "-1"], ["--max-cost", "much"], ["--max-cost", "0.00000000001"], ["--max-tokens-total", "0"],
        ["--price", "1"], ["--price", "1/"], ["--price", "-1/2"], ["--price", "1/2/3"], ["--price", "nan/1"],
    ]) func senselessAmountsAreRefused(flags: [String]) async {
        #expect(await harness(1).run(["run", "photos"] + CommandHarness.asking + flags).code == 64)
    }

    @Test func workRefusesLikewise() async {
        let harness = harness(1)
        _ = await harness.add("photos")
        let said = await harness.cutline("work", "--max-cost", "5")
        #expect(said.code == 64 && said.error.contains("--batch NEW"))
        _ = await harness.add("photos", "--batch", "short", "--max-tokens", "9")
        #expect(await harness.cutline("work", "--batch", "short", "--max-cost", "5").error.contains("what does sim-1 cost?"))
        #expect(await harness.cutline("work", "--batch", "short", "--max-cost", "5", "--price", "0.15/0.60").code == 0)
    }

    @Test func theListIsAskedOnceBeforeAnythingIsAdded() async throws {
        let list = #"{"data":[{"id":"gpt-4o","pricing":{"prompt":"0.0000025","completion":"0.00001"}}]}"#
        try await ModelServer.run(list: list) { server in
            let harness = harness(3)
            harness.write(server)
            let asking = ["--provider", "mine", "--model", "gpt-4o", "--prompt", "Describe.", "--max-tokens", "100", "--max-cost", "0.007"]
            // 1,000 and 50 tokens: 3,000,000 nano-dollars.
            #expect(await harness.run(["run", "photos"] + asking).code == 2)
            #expect(server.gets.count == 1 && server.posts == 1)
            #expect(await harness.run(["add", "photos", "--batch", "x"] + asking).code == 64, "adding asks nobody")
        }
    }

    @Test func theUsersPriceStays() async throws {
        let harness = harness(2)
        #expect(await harness.run(["run", "photos/0.png", "--batch", "b"] + Self.asking).code == 0)
        #expect(await harness.run(["run", "photos/1.png", "--batch", "b"] + Self.asking.dropLast(2)).code == 0)
        #expect(try await harness.status()["batches"]?[0]?["usage"]?["cost_usd"]?.double == 0.00147)
        let estimate = await harness.run(["estimate", "photos", "--price", "0/0"] + Self.asking.dropLast(2))
        #expect(estimate.output.contains("$0.00 and $0.00 per million tokens (your price)"))
    }

    @Test func statusSaysWhatIsStillToCome() async throws {
        let harness = harness(30)
        #expect(await harness.run(["run", "photos", "--max-cost", "0.021"] + Self.asking).code == 2)
        let batch = try #require(try await harness.status()["batches"]?[0])
        #expect(batch["counts"]?["succeeded"]?.int == 22)
        #expect(batch["estimate"] == .object(["remaining_jobs": .integer(8), "cost_usd": .number(0.00588)]))
        #expect(batch["budget"]?["max_cost_usd"]?.double == 0.021 && batch["budget"]?["committed_cost_usd"]?.double == 0.01617)
        #expect(batch["budget"]?["max_tokens_total"] == nil && batch["budget"]?["committed_tokens"]?.int == 22 * 267)
        #expect(await harness.cutline("status").output.contains("\nphotos: $0.016 of at most $0.021; ≈ $0.0059 for the remaining 8\n"))
        let doctor = await harness.cutline("doctor", "--offline").output
        #expect(doctor.contains("budget of photos") && doctor.contains("used up, and 8 jobs wait; raise --max-cost"))
        #expect(await harness.cutline("work").error.hasSuffix("\n≈ $0.0059 for the remaining 8\n"))
    }

    @Test func doubtfulCallsAreListed() async throws {
        let harness = harness(1)
        let run = [
            "run", "photos", "--provider", "simulator", "--model", "gpt-4o", "--prompt", "[simulate: reset]", "--on-unknown", "hold",
            "--max-tokens", "100", "--price", "2.5/10", "--max-cost", "5",
        ]
        let said = await harness.run(run)
        #expect(
            said.error.contains(
                "\n1 call may have been billed for nothing (at most $0.0049): 1 without an answer; see `cutline status --doubtful`\n"))
        #expect(await harness.cutline("status").output.contains("\nphotos: 1 call without an answer, maybe billed (at most $0.0049)\n"))
        let budget = "\nphotos: $0.0049 of at most $5.00, of which $0.0049 is set aside for 1 call whose cost is not known\n"
        #expect(await harness.cutline("status").output.contains(budget))
        let books = try await harness.status()["batches"]?[0]?["budget"]
        #expect(books?["set_aside_cost_usd"]?.double == 0.0049 && books?["calls_of_unknown_cost"]?.int == 1)
        #expect(books?["set_aside_tokens"]?.int == books?["committed_tokens"]?.int && books?["calls_of_unknown_use"]?.int == 1)
        #expect(
            await harness.cutline("status", "--doubtful").output == """
                batch   key    attempt  when                  what                     class            may have cost
                photos  0.png  1        2026-11-20T12:00:00Z  no answer, maybe billed  connection_lost  at most $0.0049

                """)
        let line = try JSONValue(parsing: await harness.cutline("status", "--doubtful", "--json").output.utf8)
        #expect(line["batch"]?.string == "photos" && line["key"]?.string == "0.png" && line["n"]?.int == 1)
        #expect(line["doubt"]?.string == "unknown" && line["error"]?["class"]?.string == "connection_lost")
        #expect(line["at_most_usd"]?.double == 0.0049 && line["cost_usd"] == nil && line["about_usd"] == nil)
        #expect(await harness.cutline("status", "--doubtful", "--batch", "photos").output.contains("0.png"))
        #expect(await harness.cutline("status", "--doubtful", "--watch").code == 64)
        #expect(await CommandHarness(pictures: "a").cutline("status", "--batch", "none").code == 70)
    }

    /// The answer brings no usage: it was paid for, and nobody says how much.
    @Test func tokensThatAreSetAsideAreSaidToo() async throws {
        let answer = #"{"choices":[{"message":{"content":"A cat."},"finish_reason":"stop"}]}"#
        try await ModelServer.run(list: "{}", answer: answer) { server in
            let harness = harness(2)
            harness.write("providers.json", #"[{"name": "mine", "base_url": "\#(server.address)"}]"#)
            let asking = ["--provider", "mine", "--model", "gpt-4o", "--prompt", "Describe.", "--max-tokens", "100"]
            #expect(await harness.run(["run", "photos", "--max-tokens-total", "90000"] + asking).code == 0)
            let said = await harness.cutline("status").output
            #expect(
                said.contains(" of at most 90,000 tokens, of which ")
                    && said.contains(" are set aside for 2 calls whose use is not known\n"))
            #expect(await harness.cutline("doctor", "--offline").code == 0)
        }
    }

    @Test func whatWaitsForAnAnswerIsNotTheEnd() {
        var stop = BudgetStop(
            batch: "b", budget: Budget(maxCost: Money(nanodollars: 9)), spent: Spending(), reserved: Spending(),
            next: Spending(cost: Money(nanodollars: 10)), jobsLeft: 1, inFlight: 1)
        let refused = LaneStop(lane: "l", refusal: .budget(stop))
        #expect(LaneText.wait(refused, at: CommandHarness.noon) == "the budget of b allows no more calls at once")
        stop.inFlight = 0
        #expect(LaneText.wait(LaneStop(lane: "l", refusal: .budget(stop)), at: CommandHarness.noon) == "the budget of b is used up")
    }
}
