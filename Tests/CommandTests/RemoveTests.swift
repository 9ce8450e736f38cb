import CutlineCore
import TestSupport
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(15))) struct RemoveTests {
    private func harness() async -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png", "photos/c.png")
        _ = await harness.caption("photos")
        return harness
    }

    private func keys(_ harness: CommandHarness) async throws -> [String] {
        try await harness.records("--state", "all").compactMap { $0["key"]?.string }
    }

    @Test func anEntryIsRemovedByItsKeyAndComesBackForNothing() async throws {
        let harness = await harness()
        let dry = await harness.cutline("remove", "--job", "a.png", "--dry-run")
        #expect(dry == CommandResult(code: 0, output: "a dry run: 1 entry would be removed; 1 caption stays in the books\n", error: ""))
        #expect(try await keys(harness).count == 3)
        let said = await harness.cutline("remove", "--job", "a.png")
        #expect(
            said
                == CommandResult(
                    code: 0, output: "1 entry removed; 1 caption stays in the books\nto undo: add the same input again\n", error: ""))
        #expect(try await keys(harness) == ["b.png", "c.png"])
        #expect(await harness.cutline("show", "a.png").error.contains("was removed or renamed"))
        _ = await harness.caption("photos")
        #expect(try await keys(harness) == ["b.png", "c.png", "a.png"])
        #expect(try await harness.status()["batches"]?[0]?["attempts"]?["total"]?.int == 3)
    }

    @Test func whatIsMissingIsRemoved() async throws {
        let harness = await harness()
        unlink(harness.path("photos/b.png"))
        _ = await harness.caption("photos")
        #expect(await harness.cutline("remove", "--missing", "--batch", "photos").output.hasPrefix("1 entry removed; "))
        #expect(try await keys(harness) == ["a.png", "c.png"])
        #expect(await harness.cutline("remove", "--missing").output == "0 entries removed\n")
        #expect(try await harness.status()["batches"]?[0]?["missing"]?.int == 0)
    }

    @Test func aBatchIsRemovedAndItsMoneyStays() async throws {
        let harness = await harness()
        let before = try await harness.status()["batches"]?[0]?["usage"]
        #expect(await harness.cutline("remove", "--batch", "photos").output.hasPrefix("3 entries removed; 3 captions stay in the books\n"))
        #expect(try await keys(harness).isEmpty)
        #expect(try await harness.status()["batches"]?[0]?["usage"] == before)
        #expect(await harness.cutline("doctor", "--offline").output.contains("recounted, all hold"))
    }

    @Test func aJobThatWaitsIsCancelledWithItsEntry() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        _ = await harness.add("photos")
        #expect(await harness.cutline("remove", "--job", "a.png").output.hasPrefix("1 entry removed; 1 unfinished job cancelled\n"))
        #expect(try await harness.counts() == ["queued": 1, "cancelled": 1])
    }

    @Test(arguments: [
        ([], "Say which entries: --missing, --batch, --class or --job."),
        (["--batch", "photo"], "there is no batch \"photo\""), (["--job", "aa.png"], "did you mean \"a.png\"?"),
    ])
    func whatIsNotMeantIsRefused(arguments: [String], sentence: String) async throws {
        let harness = await harness()
        let said = await harness.run(["remove"] + arguments)
        #expect(said.code == 64 && said.error.contains(sentence), "\(said.error)")
        #expect(try await keys(harness).count == 3)
    }
}
