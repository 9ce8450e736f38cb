import CutlineCore
import TestSupport
import Testing

@testable import cutline

/// What `compare` makes is no part of the dataset until somebody goes on with it.
@Suite(.timeLimit(.minutes(15))) struct TrialTests {
    private func harness() async throws -> (CommandHarness, trial: String) {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        _ = await harness.caption("photos")
        _ = await harness.run([
            "compare", "photos", "--provider", "simulator", "--model", "sim-2", "--prompt", "Describe.", "--sample", "1",
        ])
        return (harness, try #require(try await harness.status()["trials"]?[0]?["name"]?.string))
    }

    @Test func statusListsTrialsApart() async throws {
        let (harness, trial) = try await harness()
        #expect(try await harness.status()["batches"]?.array?.compactMap { $0["name"]?.string } == ["photos"])
        let lines = await harness.cutline("status").output.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("batch ") && lines[1].hasPrefix("photos ") && lines[2].hasPrefix("trial ") && lines[3].hasPrefix(trial))
        #expect(lines[4] == "a trial was made by `cutline compare`; `work` and `export` take it where --batch names it")
        let alone = await harness.cutline("status", "--batch", trial).output
        #expect(alone.hasPrefix("trial ") && !alone.contains("\nphotos "))
    }

    @Test func workLeavesTrialsAloneAndSaysSo() async throws {
        let (harness, trial) = try await harness()
        _ = await harness.cutline("retry", "--batch", trial, "--flag", "any")
        harness.folder.write("photos/c.png", png("c"))
        _ = await harness.run([
            "compare", "photos", "--provider", "simulator", "--model", "sim-2", "--prompt", "[simulate: 400]", "--sample", "1",
        ])
        let waiting = try #require(try await harness.status()["trials"]?[1]?["name"]?.string)
        #expect(
            await harness.cutline("retry").output
                == "0 jobs queued again\nleft alone: 1 of trials that `cutline compare` made (--batch names one)\n")
        #expect(await harness.cutline("retry", "--batch", waiting).output == "1 job queued again\n")
        let said = await harness.cutline("work")
        #expect(said.code == 0 && said.error.contains("left alone: 1 job of trials"), "\(said.error)")
        #expect(said.error.contains("cutline work --batch \(waiting) takes one up"))
        #expect(await harness.cutline("work", "--batch", waiting, "--quiet").code == 1)
    }

    @Test func aTrialThatIsGoneOnWithIsABatch() async throws {
        let (harness, trial) = try await harness()
        let said = await harness.run(
            ["run", "photos", "--batch", trial, "--provider", "simulator", "--model", "sim-2", "--prompt", "Describe."])
        #expect(said.error.contains("batch \"\(trial)\" was a trial of `cutline compare`; from now on `work` and `export` take it"))
        #expect(try await harness.status()["trials"]?.array?.isEmpty == true)
        #expect(try await harness.status()["batches"]?.array?.count == 2)
    }
}
