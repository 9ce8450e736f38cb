import CutlineSimulator
import Testing

@testable import cutline

/// What people pay for answers without a caption, by the provider's own count.
@Suite(.timeLimit(.minutes(15))) struct DudTests {
    private static let asking = ["run", "jobs.json", "--concurrency", "1", "--price", "1/10"]

    private func harness(_ count: Int, _ simulator: Simulator, more: String = #", "parameters": {"max_tokens": 60}"#) -> CommandHarness {
        let harness = CommandHarness()
        for number in 0..<count { harness.folder.write("photos/\(number).png", png("\(number)")) }
        harness.writeJobFile(simulator, more: more)
        return harness
    }

    private func options(_ faults: Fault...) -> SimulatorOptions { SimulatorOptions(faults: faults) }

    @Test func aModelThatNeverComesToTheFirstLetterIsAskedAHandfulOfTimes() async throws {
        try await withSimulator(options(Fault(named: .longThinking))) { simulator in
            let harness = harness(30, simulator)
            let said = await harness.run(Self.asking)
            #expect(said.code == 2 && simulator.callCount == 5)
            #expect(
                said.error.hasSuffix(
                    """
                    simulator, model sim-1, is paused (empty_answer): 5 answers of sim-1 in a row were paid for and brought no caption; the last: \
                    the token limit was reached before any text; allow more max_tokens
                    to go on: give the answers more room: cutline retry --batch photos --max-tokens 240, then run again

                    """))
            #expect(await harness.run(Self.asking).code == 2)
            #expect(simulator.callCount == 6, "one more shows that nothing has changed")
            let counts = try await harness.counts()
            #expect(counts == ["queued": 30])
        }
    }

    @Test(arguments: [Fault.Name.emptyAnswer, .garbage, .empty])
    func otherDudsInARowPauseItToo(fault: Fault.Name) async throws {
        try await withSimulator(options(Fault(named: fault))) { simulator in
            let said = await harness(30, simulator).run(Self.asking)
            #expect(said.code == 2 && simulator.callCount == 5)
            #expect(said.error.contains("ask another model: cutline retry --batch photos --model MODEL, then run again\n"))
        }
    }

    /// Every fifth call: the second one of the same picture is another one, and succeeds.
    @Test func someDudsAreBoughtOnceMore() async throws {
        let faults = (1...4).map { Fault(named: .emptyAnswer, when: .calls(5 * $0...5 * $0)) }
        try await withSimulator(SimulatorOptions(faults: faults)) { simulator in
            let harness = harness(20, simulator)
            #expect(await harness.run(Self.asking).code == 0)
            #expect(simulator.callCount == 24)
        }
    }

    @Test func theLastLineSaysWhatToChange() async throws {
        try await withSimulator(options(Fault(named: .longThinking))) { simulator in
            let harness = harness(2, simulator, more: #", "parameters": {"max_tokens": 20}"#)
            let said = await harness.run(Self.asking)
            #expect(said.code == 1 && simulator.callCount == 4)
            #expect(
                said.error.hasSuffix(
                    """
                    2 failed: 2 empty_answer — give the answers more room: cutline retry --batch photos --class empty_answer --max-tokens 80
                      empty_answer: the token limit was reached before any text; allow more max_tokens

                    """))
        }
    }
}
