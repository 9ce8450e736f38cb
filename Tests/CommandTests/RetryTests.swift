import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

/// `retry` with something changed, seen by the provider.
@Suite(.timeLimit(.minutes(15))) struct RetryTests {
    /// Of the calls that a simulator received.
    private func parameters(_ harness: CommandHarness) throws -> [[String]] {
        let calls = try harness.text("calls.jsonl").split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        return calls.filter { $0["event"]?.string == "received" }.map { ($0["parameters"]?.array ?? []).compactMap(\.string) }
    }

    private func simulating(_ fault: String, _ harness: CommandHarness, _ body: (Simulator) async throws -> Void) async throws {
        let options = SimulatorOptions(faults: [try Fault(parsing: fault)], log: harness.folder.path.appending("calls.jsonl"))
        try await withSimulator(options) { simulator in
            harness.writeJobFile(simulator)
            try await body(simulator)
        }
    }

    @Test func onlyWhatFailedIsAskedAgainChanged() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png", "photos/c.png")
        try await simulating("empty-answer@2", harness) { simulator in
            #expect(await harness.cutline("run", "jobs.json", "--max-attempts", "1").code == 1)
            let moved = await harness.cutline("retry", "--batch", "photos", "--class", "empty_answer", "--max-tokens", "400")
            #expect(moved.output == "1 job queued again, to be asked with max_tokens 400\n", "\(moved.error)")
            #expect(await harness.cutline("run", "jobs.json", "--max-attempts", "1").code == 0)
            #expect(simulator.callCount == 4)
        }
        #expect(try parameters(harness).map { $0.contains("max_tokens") } == [false, false, false, true])
        #expect(try await harness.counts() == ["succeeded": 3])
    }

    @Test func aCutCaptionIsReplacedAndKept() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        try await simulating("cut@1", harness) { simulator in
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            let cut = try #require(try await harness.records("--flag", "truncated").first)
            let moved = await harness.cutline("retry", "--flag", "truncated", "--max-tokens", "400")
            #expect(
                moved.output == "1 job queued again, to be asked with max_tokens 400; a caption stays until a better one comes\n",
                "\(moved.error)")
            #expect(try await harness.records().count == 2, "it is exported while it waits")
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            #expect(simulator.callCount == 3)
            #expect(try await harness.records("--flag", "truncated").isEmpty)
            #expect(try await harness.records().count == 2)
            let attempts = try JSONValue(parsing: await harness.cutline("show", cut["key"]?.string ?? "", "--json").output.utf8)[
                "attempt_log"]
            #expect(attempts?[0]?["rejected_answer"] == cut["caption"] && attempts?[0]?["duplicate_caption"]?.string == nil)
        }
    }

    @Test(arguments: [
        (["--provider", "openai"], "--provider needs --model"), (["--max-tokens", "0"], "--max-tokens must be above 0"),
        (["--price", "1/1"], "--price is for --model"), (["--flag", "!truncated"], "--flag must name one"),
        (["--flag", "cutt"], "There is no flag \"cutt\""), (["--flag", "any", "--class", "timeout"], "Give either --class"),
        (["--provider", "opnai", "--model", "m"], "there is no provider \"opnai\"; did you mean openai?"),
    ])
    func aMistakeIs64(flags: [String], sentence: String) async {
        let harness = CommandHarness(pictures: "a.png")
        #expect(await harness.add("a.png").code == 0)
        let said = await harness.run(["retry"] + flags)
        #expect(said.code == 64 && said.error.contains(sentence), "\(said.error)")
    }

    @Test func aBudgetThatDoesNotCoverTheChangeIs64() async throws {
        let harness = CommandHarness(pictures: "a.png")
        #expect(await harness.add("a.png", "--max-tokens", "100", "--price", "1/10", "--max-cost", "0.05").code == 0)
        let said = await harness.cutline("retry", "--max-tokens", "100000")
        #expect(said.code == 64 && said.error.contains("--max-cost 0.05 is less than one call may cost"), "\(said.error)")
        let other = await harness.cutline("retry", "--provider", "openai", "--model", "unheard-of")
        #expect(other.code == 64 && other.error.contains("what does unheard-of cost?"))
    }
}
