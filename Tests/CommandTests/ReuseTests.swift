import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Pictures that another batch has captions for, by the provider's own count of calls.
@Suite(.timeLimit(.minutes(15))) struct ReuseTests {
    private static let asking = ["--provider", "mine", "--model", "sim-1", "--prompt", "Describe."]

    /// Three pictures in `pics`, and a provider that counts.
    private func harness(_ simulator: Simulator) -> CommandHarness {
        let harness = CommandHarness(pictures: "pics/a.png", "pics/b.png", "pics/c.png")
        harness.write("providers.json", #"[{"name": "mine", "base_url": "\#(simulator.baseURL)"}]"#)
        return harness
    }

    /// The folder was captioned, and has another name since.
    private func renamed(_ simulator: Simulator, _ more: String...) async -> CommandHarness {
        let harness = harness(simulator)
        #expect(await run(harness, "run", "pics", more).code == 0)
        rename(harness.path("pics"), harness.path("pictures"))
        return harness
    }

    private func run(_ harness: CommandHarness, _ command: String, _ input: String, _ more: [String] = []) async -> CommandResult {
        await harness.run([command, input] + Self.asking + more)
    }

    private func isHealthy(_ harness: CommandHarness) async -> Bool { await harness.cutline("doctor", "--offline").code == 0 }

    @Test(arguments: ["run", "add"]) func aRenamedFolderIsToldBeforeAnythingIsSent(command: String) async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            let said = await run(harness, command, "pictures")
            #expect(
                said.error.hasPrefix(
                    """
                    batch "pictures": 3 new jobs
                    3 of these pictures have captions for the same model, prompt and parameters in batch "pics"; \
                    go on there with --batch pics, or take them over with --reuse

                    """))
            #expect(said.code == 0 && simulator.callCount == (command == "run" ? 6 : 3))
        }
    }

    @Test func reusedCaptionsCostNoCall() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            for _ in 0..<2 { #expect(await run(harness, "run", "pictures", ["--reuse"]).code == 0) }
            #expect(simulator.callCount == 3)
            let (old, new) = (try await harness.records("--batch", "pics"), try await harness.records("--batch", "pictures"))
            #expect(new.map { $0["caption"] } == old.map { $0["caption"] } && new.count == 3)
            #expect(old.allSatisfy { $0["reused_from"]?.string == nil && $0["attempts"]?.int == 1 })
            #expect(new.allSatisfy { $0["reused_from"]?.string == "pics" && $0["attempts"]?.int == 0 })
            #expect(new.allSatisfy { $0["usage"]?["total_tokens"]?.int == nil && $0["usage"]?["cost_usd"]?.int == nil })
            #expect(await isHealthy(harness))
        }
    }

    @Test func whatWasTakenOverIsSaidWhereTheBatchIsShown() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            let said = await run(harness, "run", "pictures", ["--reuse"])
            #expect(
                said.error == """
                    batch "pictures": 3 new jobs
                    took over 3 captions from batch "pics"; nothing is paid for them again
                    3 of 3 jobs captioned, 3 of them taken over (0 ms)

                    """)
            let batch = try await harness.status()["batches"]?[1]
            #expect(batch?["reused"]?.int == 3 && batch?["attempts"]?["total"]?.int == 0 && batch?["usage"]?["input_tokens"]?.int == nil)
            #expect(await harness.cutline("status").output.contains("\npictures: 3 captions taken over from other batches, free\n"))
            #expect(
                await harness.cutline("show", "a.png", "--json").output.split(separator: "\n").last?.contains(
                    #""reused_from":"pics","prepared":[]}]}"#)
                    == true)
            #expect(
                await harness.cutline("show", "4").output.hasSuffix(
                    "the caption was taken over from batch \"pics\", where it was paid for\n"))
        }
    }

    @Test func onlyWhatIsNewIsSent() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            harness.folder.write("pictures/new.png", png("new"))
            harness.folder.write("pictures/copy of a.png", png("pics/a.png"))
            harness.folder.write("pictures/b.png", png("an edited one"))
            #expect(await run(harness, "add", "pictures").error.contains("\n2 of these pictures have captions"))
            #expect(await run(harness, "run", "pictures", ["--reuse"]).error.contains("took over 2 captions from batch \"pics\""))
            #expect(simulator.callCount == 5)
            let records = try await harness.records("--batch", "pictures")
            #expect(records.count == 5)
            #expect(await isHealthy(harness))
        }
    }

    @Test func severalBatchesCountAPictureOnce() async throws {
        try await withSimulator { simulator in
            let harness = harness(simulator)
            for (batch, limit) in [("one", "1"), ("two", "2")] {
                _ = await run(harness, "run", "pics", ["--batch", batch, "--limit", limit])
            }
            let both = await run(harness, "add", "pics", ["--batch", "three"]).error
            #expect(
                both.contains("\n2 of these pictures have captions for the same model, prompt and parameters in batch \"two\"; go on there")
            )
            harness.folder.write("more/z.png", png("z"))
            _ = await run(harness, "run", "more", [])
            let all = await harness.run(["add", "pics", "more", "--batch", "four"] + Self.asking).error
            #expect(all.contains(#" in batches "two" (2), "one" (1), "more" (1); take them over with --reuse"#), "\(all)")
        }
    }

    @Test func whatIsTakenOverIsPaidForInTheFirstBatch() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            _ = await run(harness, "run", "pictures", ["--reuse"])
            _ = await run(harness, "run", "pictures", ["--reuse", "--batch", "third"])
            let records = try await harness.records("--batch", "third")
            #expect(records.map { $0["reused_from"]?.string } == ["pics", "pics", "pics"])
            #expect(simulator.callCount == 3)
            #expect(await isHealthy(harness))
        }
    }

    @Test(arguments: [
        ["--model", "sim-2"], ["--prompt", "List."], ["--max-tokens", "99"], ["--system", "Be brief."], ["--parameter", "seed=7"],
    ])
    func whatAsksOtherwiseIsNotKnown(flags: [String]) async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            let said = await run(harness, "run", "pictures", flags + ["--reuse"])
            #expect(!said.error.contains("took over") && simulator.callCount == 6, "\(said.error)")
        }
    }

    @Test func rowsWithPromptsOfTheirOwnAreKnownByThem() async throws {
        try await withSimulator { simulator in
            let harness = harness(simulator)
            harness.write("old.csv", "key,image,prompt\na,pics/a.png,One.\nb,pics/b.png,Two.\n")
            harness.write("new.csv", "key,image,prompt\na,pics/a.png,One.\nb,pics/b.png,Another.\n")
            _ = await run(harness, "run", "old.csv")
            #expect(await run(harness, "run", "new.csv", ["--reuse"]).error.contains("took over 1 caption from batch \"old"))
            #expect(simulator.callCount == 3)
        }
    }

    @Test func comparedCaptionsCountToo() async throws {
        try await withSimulator { simulator in
            let harness = harness(simulator)
            _ = await run(harness, "compare", "pics", ["--sample", "2"])
            let said = await run(harness, "run", "pics", ["--reuse"])
            #expect(said.error.contains("took over 2 captions from batch \"pics-compare-"))
            #expect(simulator.callCount == 3)
            // And the other way round: three of them are known by now.
            let grid = await run(harness, "compare", "pics", ["--sample", "3", "--dry-run"])
            #expect(
                grid.error.contains("1 call to make (2 are there already)") && grid.error.contains("A1: 1 of these pictures has a caption"))
            _ = await run(harness, "compare", "pics", ["--sample", "3", "--reuse"])
            #expect(simulator.callCount == 3)
            #expect(await isHealthy(harness))
        }
    }

    @Test func aDryRunAndAnEstimateCountThemRightly() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            let dry = await run(harness, "run", "pictures", ["--dry-run"]).error
            #expect(dry.contains("\n3 of these pictures have captions") && dry.contains("a run would make 3 calls"))
            #expect(await run(harness, "run", "pictures", ["--dry-run", "--reuse"]).error.contains("a run would make no call"))
            let told = try JSONValue(parsing: await run(harness, "estimate", "pictures", ["--json"]).output.utf8)["jobs"]
            #expect(told?["to_send"]?.int == 3 && told?["known_elsewhere"]?.int == 3 && told?["reused"]?.int == 0)
            let free = try JSONValue(parsing: await run(harness, "estimate", "pictures", ["--json", "--reuse"]).output.utf8)["jobs"]
            #expect(free?["to_send"]?.int == 0 && free?["new"]?.int == 0 && free?["reused"]?.int == 3 && free?["known_elsewhere"]?.int == 0)
            #expect(await run(harness, "estimate", "pictures").output.contains("3 with captions in batch \"pics\", free with --reuse"))
            #expect(try await harness.status()["batches"]?.array?.count == 1)
        }
    }

    @Test func aCaptionThatWouldBeAskedForAgainIsNotTaken() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            let checks = ["--min-words", "50", "--retry-flagged", "too-short", "--retry-flagged-times", "1", "--reuse"]
            #expect(await run(harness, "run", "pictures", checks).code == 0)
            #expect(simulator.callCount == 9)
            // Where nobody asks again it is taken, with the flag that this batch's checks set.
            _ = await run(harness, "run", "pictures", ["--batch", "short", "--min-words", "50", "--reuse"])
            #expect(simulator.callCount == 9)
            let flagged = try await harness.records("--batch", "short", "--flag", "too_short")
            #expect(flagged.count == 3)
            #expect(await isHealthy(harness))
        }
    }

    @Test(arguments: [("bytes", "path"), ("path", "bytes")])
    func theSameFilesAreKnownInTheOtherIdentityMode(first: String, second: String) async throws {
        try await withSimulator { simulator in
            let harness = harness(simulator)
            _ = await run(harness, "run", "pics", ["--identity", first])
            let said = await run(harness, "run", "pics", ["--identity", second, "--batch", "again", "--reuse"])
            #expect(said.error.contains("took over 3 captions from batch \"pics\""), "\(said.error)")
            #expect(simulator.callCount == 3)
        }
    }

    @Test func aLogHasIt() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator)
            let said = await run(harness, "add", "pictures", ["--log-format", "json"])
            let events = try said.error.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
            #expect(events.map { $0["event"]?.string } == ["added", "known_elsewhere"])
            #expect(events.last?["captions"]?.int == 3 && events.last?["other_batch"]?.string == "pics")
        }
    }

    @Test func whatTheyCostIsSaid() async throws {
        try await withSimulator { simulator in
            let harness = await renamed(simulator, "--price", "10/10")
            #expect(await run(harness, "add", "pictures").error.hasSuffix("or take them over with --reuse (they cost $0.008)\n"))
        }
    }
}
