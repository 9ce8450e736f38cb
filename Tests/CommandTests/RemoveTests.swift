import CutlineCore
import TestSupport
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(5))) struct RemoveTests {
    private func desk() async -> Desk {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png", "photos/c.png")
        _ = await desk.caption("photos")
        return desk
    }

    private func keys(_ desk: Desk) async throws -> [String] { try await desk.records("--state", "all").compactMap { $0["key"]?.string } }

    @Test func anEntryIsRemovedByItsKeyAndComesBackForNothing() async throws {
        let desk = await desk()
        let dry = await desk.cutline("remove", "--job", "a.png", "--dry-run")
        #expect(dry == Said(code: 0, output: "a dry run: 1 entry would be removed; 1 caption stays in the books\n", error: ""))
        #expect(try await keys(desk).count == 3)
        let said = await desk.cutline("remove", "--job", "a.png")
        #expect(
            said == Said(code: 0, output: "1 entry removed; 1 caption stays in the books\nto undo: add the same input again\n", error: ""))
        #expect(try await keys(desk) == ["b.png", "c.png"])
        #expect(await desk.cutline("show", "a.png").error.contains("was removed or renamed"))
        _ = await desk.caption("photos")
        #expect(try await keys(desk) == ["b.png", "c.png", "a.png"])
        #expect(try await desk.status()["batches"]?[0]?["attempts"]?["total"]?.int == 3)
    }

    @Test func whatIsMissingIsRemoved() async throws {
        let desk = await desk()
        unlink(desk.path("photos/b.png"))
        _ = await desk.caption("photos")
        #expect(await desk.cutline("remove", "--missing", "--batch", "photos").output.hasPrefix("1 entry removed; "))
        #expect(try await keys(desk) == ["a.png", "c.png"])
        #expect(await desk.cutline("remove", "--missing").output == "0 entries removed\n")
        #expect(try await desk.status()["batches"]?[0]?["missing"]?.int == 0)
    }

    @Test func aBatchIsRemovedAndItsMoneyStays() async throws {
        let desk = await desk()
        let before = try await desk.status()["batches"]?[0]?["usage"]
        #expect(await desk.cutline("remove", "--batch", "photos").output.hasPrefix("3 entries removed; 3 captions stay in the books\n"))
        #expect(try await keys(desk).isEmpty)
        #expect(try await desk.status()["batches"]?[0]?["usage"] == before)
        #expect(await desk.cutline("doctor", "--offline").output.contains("recounted, all hold"))
    }

    @Test func aJobThatWaitsIsCancelledWithItsEntry() async throws {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png")
        _ = await desk.add("photos")
        #expect(await desk.cutline("remove", "--job", "a.png").output.hasPrefix("1 entry removed; 1 unfinished job cancelled\n"))
        #expect(try await desk.counts() == ["queued": 1, "cancelled": 1])
    }

    @Test(arguments: [
        ([], "Say which entries: --missing, --batch, --class or --job."),
        (["--batch", "photo"], "there is no batch \"photo\""), (["--job", "aa.png"], "did you mean \"a.png\"?"),
    ])
    func whatIsNotMeantIsRefused(arguments: [String], sentence: String) async throws {
        let desk = await desk()
        let said = await desk.run(["remove"] + arguments)
        #expect(said.code == 64 && said.error.contains(sentence), "\(said.error)")
        #expect(try await keys(desk).count == 3)
    }
}
