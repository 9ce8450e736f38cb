import CutlineCore
import TestSupport
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A dataset that is what its folder is.
@Suite(.timeLimit(.minutes(15))) struct DepartureTests {
    private func keys(_ harness: CommandHarness) async throws -> [String] {
        try await harness.records("--state", "all").compactMap { $0["key"]?.string }
    }

    private func missing(_ harness: CommandHarness) async throws -> Int? { try await harness.status()["batches"]?[0]?["missing"]?.int }

    @Test(arguments: ["photos", "photos/*.png", "list.txt", "jobs.json"])
    func aDeletedPictureIsMissingAndBackWhenItsFileIs(input: String) async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        let write = { (names: [String]) in
            harness.write("rows.jsonl", names.map { #"{"image": "photos/\#($0)"}"# }.joined(separator: "\n"))
            harness.write("jobs.json", #"{"batch": "photos", "images": ["photos"]}"#)
        }
        let input = input == "list.txt" ? "rows.jsonl" : input
        write(["a.png", "b.png"])
        #expect(await harness.caption(input, "--batch", "set").code == 0)
        unlink(harness.path("photos/a.png"))
        write(["b.png"])
        let gone = await harness.caption(input, "--batch", "set")
        #expect(gone.code == 0)
        #expect(
            gone.error.contains("1 picture is missing: ")
                && gone.error.contains("its file is gone, and exports leave it out until it is back"), "\(gone.error)")
        #expect(gone.error.contains("(`cutline remove --batch set --missing` takes what is missing out for good)"))
        #expect(try await missing(harness) == 1)
        harness.folder.write("photos/a.png", png("photos/a.png"))
        write(["a.png", "b.png"])
        let back = await harness.caption(input, "--batch", "set")
        #expect(back.error.hasPrefix("batch \"set\": 1 there already, 1 missing picture there again\n"), "\(back.error)")
        #expect(try await missing(harness) == 0)
        #expect(try await harness.status()["batches"]?[0]?["attempts"]?["total"]?.int == 2)
    }

    @Test func aRenamedFolderIsToldAndStandsOnce() async throws {
        let harness = CommandHarness(pictures: "photos/cats/a.png", "photos/cats/b.png", "photos/c.png")
        _ = await harness.caption("photos")
        rename(harness.path("photos/cats"), harness.path("photos/felines"))
        let dry = await harness.caption("photos", "--dry-run")
        let said = await harness.caption("photos")
        let line = "batch \"photos\": 1 there already, 2 pictures renamed\n"
        #expect(dry.error.hasPrefix(line) && dry.error.contains("a run would make no call"), "\(dry.error)")
        #expect(
            said.error.hasPrefix("\(line)renamed: cats/a.png → felines/a.png, cats/b.png → felines/b.png\n"), "\(said.error)")
        #expect(try await keys(harness).sorted() == ["c.png", "felines/a.png", "felines/b.png"])
        #expect(try await harness.status()["batches"]?[0]?["attempts"]?["total"]?.int == 3)
    }

    @Test func aMoveBetweenFoldersIsARenaming() async throws {
        let harness = CommandHarness(pictures: "photos/cats/a.png", "photos/dogs/b.png")
        _ = await harness.caption("photos")
        rename(harness.path("photos/cats/a.png"), harness.path("photos/dogs/a.png"))
        #expect(await harness.caption("photos").error.contains("renamed: cats/a.png → dogs/a.png\n"))
        #expect(try await keys(harness) == ["dogs/a.png", "dogs/b.png"])
    }

    @Test func aFolderThatIsEmptyMakesNothingMissing() async throws {
        let harness = CommandHarness(pictures: "photos/disk/a.png", "photos/b.png")
        _ = await harness.caption("photos")
        unlink(harness.path("photos/disk/a.png"))
        let said = await harness.caption("photos")
        #expect(
            said.error.contains("photos/disk is empty, as a disk that is not mounted: 1 picture of it stays as it is\n"), "\(said.error)")
        #expect(try await missing(harness) == 0)
        unlink(harness.path("photos/b.png"))
        #expect(await harness.caption("photos").code == 65)
        #expect(try await missing(harness) == 0)
    }

    @Test func otherInputsAndWhatIsLeftOutAreNotTouched() async throws {
        let harness = CommandHarness(pictures: "a/one.png", "a/two.png", "b/three.png")
        _ = await harness.caption("a", "--batch", "set")
        _ = await harness.caption("b", "--batch", "set")
        unlink(harness.path("a/one.png"))
        for more in [["b"], ["a", "--exclude", "one.*"], ["a", "--limit", "1", "--exclude", "one.*"]] {
            _ = await harness.run(["run"] + more + ["--batch", "set"] + CommandHarness.asking)
            #expect(try await missing(harness) == 0, "\(more)")
        }
        _ = await harness.caption("a", "--batch", "set")
        #expect(try await missing(harness) == 1)
    }

    @Test func aMissingPictureIsNotSentAndShowSaysWhy() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        _ = await harness.add("photos")
        unlink(harness.path("photos/a.png"))
        let dry = await harness.add("photos", "--dry-run")
        #expect(
            dry.error.contains("1 picture is gone and would be missing: a.png\n") && dry.error.contains("would make 1 call "),
            "\(dry.error)")
        #expect(try await missing(harness) == 0)
        _ = await harness.caption("photos")
        #expect(try await harness.counts() == ["succeeded": 1, "cancelled": 1])
        let shown = await harness.cutline("show", "a.png")
        #expect(shown.output.contains("  missing  since 2026-11-20T12:00:00Z: the file is gone from the input\n"), "\(shown.output)")
        #expect(await harness.cutline("show", "a.png", "--json").output.contains(#""missing_since":"2026-11-20T12:00:00Z""#))
        #expect(
            await harness.cutline("status").output.contains(
                "photos: 1 picture missing; `cutline remove --batch photos --missing` takes what is missing out for good"))
    }

    @Test func theLogTellsOfIt() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png", "photos/c.png")
        _ = await harness.add("photos")
        unlink(harness.path("photos/a.png"))
        rename(harness.path("photos/b.png"), harness.path("photos/z.png"))
        let said = await harness.add("photos", "--log-format", "json")
        #expect(
            said.error.contains(#""event":"renamed","batch":"photos","entries":1,"first":"b.png","first_now":"z.png"}"#), "\(said.error)")
        #expect(said.error.contains(#""event":"missing","batch":"photos","entries":1,"before":0,"cancelled":1,"first":"a.png"}"#))
        #expect(said.error.contains(#""known":1,"copies":0,"edited":0,"cancelled":0,"skipped":0,"reused":0,"returned":0,"renamed":1}"#))
    }

    @Test func identityByPathKnowsWhatIsGone() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        _ = await harness.caption("photos", "--identity", "path")
        rename(harness.path("photos/a.png"), harness.path("photos/z.png"))
        let said = await harness.caption("photos", "--identity", "path")
        #expect(said.error.contains("1 new job, 1 there already\n1 picture is missing"), "\(said.error)")
    }

    @Test func namesThatAShellWroteOutAreOneInput() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png", "photos/c.png")
        _ = await harness.caption("photos/a.png", "photos/b.png", "photos/c.png", "--batch", "set")
        unlink(harness.path("photos/a.png"))
        _ = await harness.caption("photos/b.png", "photos/c.png", "--batch", "set")
        #expect(try await missing(harness) == 1)
    }
}
