import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct SampleTests {
    private func harness(_ count: Int = 12) -> CommandHarness {
        let harness = CommandHarness()
        for number in 0..<count { harness.folder.write("photos/\(number).png", png("\(number)")) }
        return harness
    }

    private func sample(_ harness: CommandHarness, _ count: Int, _ more: String...) async -> CommandResult {
        await harness.run(["run", "photos", "--sample", "\(count)"] + more + CommandHarness.asking)
    }

    @Test func aSampleIsCaptionedAndSaysHowToGoOn() async throws {
        let harness = harness()
        let said = await sample(harness, 3)
        #expect(said.code == 0)
        #expect(try await harness.counts() == ["succeeded": 3, "queued": 9])
        let tokens = try #require(try await harness.status()["batches"]?[0]?["usage"]).tokens
        let lines = said.error.split(separator: "\n").map(String.init)
        #expect(lines.first == "batch \"photos\": 12 new jobs")
        #expect(lines.dropFirst().first?.hasPrefix("3 of 3 jobs captioned, \(tokens) tokens (") == true)
        #expect(
            lines.suffix(3) == [
                "this is a sample of the batch's 12 jobs; all of them at this rate: ≈ \(Words.number(tokens * 4)) tokens; no price is known",
                "to look at it: cutline export --format table --batch photos",
                "to go on: the same command without --sample; nothing is paid twice",
            ])
    }

    @Test func nothingIsPaidTwice() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.writeJobFile(simulator)
            for (size, calls) in [("3", 3), ("3", 3), ("5", 5), ("2", 5)] {
                #expect(await harness.cutline("run", "jobs.json", "--sample", size).code == 0)
                #expect(simulator.callCount == calls)
            }
            let first = try await harness.records().compactMap { $0["key"]?.string }
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            #expect(simulator.callCount == 12)
            #expect(Set(first).count == 5)
        }
    }

    @Test func aPriceTellsWhatAllWouldCost() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            let prices = #", "prices": {"sim-1": {"input_per_million": 0, "output_per_million": 0, "per_request": 0.5}}"#
            harness.write(
                "jobs.json",
                #"{"provider": {"name": "simulator", "base_url": "\#(simulator.baseURL)"\#(prices)}, "model": "sim-1", "prompt": "Describe.", "images": ["photos"]}"#
            )
            let said = await harness.cutline("run", "jobs.json", "--sample", "2")
            #expect(said.error.contains("2 of 2 jobs captioned") && said.error.contains(", $1.00 ("))
            #expect(said.error.contains("this is a sample of the batch's 12 jobs; all of them at this price: ≈ $6.00\n"))
        }
    }

    @Test func whatFailsInTheSampleIsSaid() async throws {
        try await withSimulator(SimulatorOptions(faults: [try Fault(parsing: "400")])) { simulator in
            let harness = harness()
            harness.writeJobFile(simulator)
            let said = await harness.cutline("run", "jobs.json", "--sample", "2")
            #expect(said.code == 1)
            #expect(said.error.contains("0 of 2 jobs captioned") && said.error.contains("2 failed: 2 "))
            #expect(!said.error.contains("this is a sample"))
            let counts = try await harness.counts()
            #expect(counts == ["failed": 2, "queued": 10])
        }
    }

    @Test func aSampleOfAllIsTheBatch() async throws {
        let harness = harness(2)
        let said = await sample(harness, 9)
        #expect(said.error.contains("the sample is the whole batch; to look at it: cutline export --format table --batch photos\n"))
        harness.folder.write("photos/more.png", png("more"))
        #expect(await harness.run(["run", "photos"] + CommandHarness.asking).code == 0)
        #expect(await sample(harness, 2).error.contains("a sample of 3 jobs, on which all work is done; to look at it: "))
    }

    @Test func workTakesASampleOfOneBatch() async throws {
        let harness = harness()
        #expect(await harness.add("photos").code == 0)
        let said = await harness.cutline("work", "--batch", "photos", "--sample", "4")
        #expect(said.code == 0 && said.error.contains("4 of 4 jobs captioned"))
        #expect(try await harness.counts() == ["succeeded": 4, "queued": 8])
        let refused = await harness.cutline("work", "--sample", "4")
        #expect(refused.code == 64 && refused.error.contains("--sample needs --batch"))
    }

    @Test func aDryRunCountsTheSample() async {
        let said = await sample(harness(), 3, "--dry-run")
        #expect(said.error.contains("nothing was added; a run would make at most 3 calls to simulator, sim-1\n"))
    }

    @Test func quietMeansQuiet() async {
        #expect(await sample(harness(), 3, "--quiet") == CommandResult(code: 0, output: "", error: ""))
    }

    @Test(arguments: ["0", "-1", "10001", "x"]) func sizesOutOfRangeAreRefused(size: String) async {
        #expect(await harness(1).run(["run", "photos", "--sample", size] + CommandHarness.asking).code == 64)
    }
}

extension JSONValue {
    fileprivate var tokens: Int { (self["input_tokens"]?.int ?? 0) + (self["output_tokens"]?.int ?? 0) }
}
