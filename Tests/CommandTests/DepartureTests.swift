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
@Suite(.timeLimit(.minutes(5))) struct DepartureTests {
    private func keys(_ desk: Desk) async throws -> [String] { try await desk.records("--state", "all").compactMap { $0["key"]?.string } }

    private func missing(_ desk: Desk) async throws -> Int? { try await desk.status()["batches"]?[0]?["missing"]?.int }

    @Test(arguments: ["photos", "photos/*.png", "list.txt", "jobs.json"])
    func aDeletedPictureIsMissingAndBackWhenItsFileIs(input: String) async throws {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png")
        let write = { (names: [String]) in
            desk.write("rows.jsonl", names.map { #"{"image": "photos/\#($0)"}"# }.joined(separator: "\n"))
            desk.write("jobs.json", #"{"batch": "photos", "images": ["photos"]}"#)
        }
        let input = input == "list.txt" ? "rows.jsonl" : input
        write(["a.png", "b.png"])
        #expect(await desk.caption(input, "--batch", "set").code == 0)
        unlink(desk.path("photos/a.png"))
        write(["b.png"])
        let gone = await desk.caption(input, "--batch", "set")
        #expect(gone.code == 0)
        #expect(
            gone.error.contains("1 picture is missing: ")
                && gone.error.contains("its file is gone, and exports leave it out until it is back"), "\(gone.error)")
        #expect(gone.error.contains("(`cutline remove --batch set --missing` takes what is missing out for good)"))
        #expect(try await missing(desk) == 1)
        desk.folder.write("photos/a.png", png("photos/a.png"))
        write(["a.png", "b.png"])
        let back = await desk.caption(input, "--batch", "set")
        #expect(back.error.hasPrefix("batch \"set\": 1 there already, 1 missing picture there again\n"), "\(back.error)")
        #expect(try await missing(desk) == 0)
        #expect(try await desk.status()["batches"]?[0]?["attempts"]?["total"]?.int == 2)
    }

    @Test func aRenamedFolderIsToldAndStandsOnce() async throws {
        let desk = Desk(pictures: "photos/cats/a.png", "photos/cats/b.png", "photos/c.png")
        _ = await desk.caption("photos")
        rename(desk.path("photos/cats"), desk.path("photos/felines"))
        let dry = await desk.caption("photos", "--dry-run")
        let said = await desk.caption("photos")
        let line = "batch \"photos\": 1 there already, 2 pictures renamed\n"
        #expect(dry.error.hasPrefix(line) && dry.error.contains("a run would make no call"), "\(dry.error)")
        #expect(
            said.error.hasPrefix("\(line)renamed: cats/a.png → felines/a.png, cats/b.png → felines/b.png\n"), "\(said.error)")
        #expect(try await keys(desk).sorted() == ["c.png", "felines/a.png", "felines/b.png"])
        #expect(try await desk.status()["batches"]?[0]?["attempts"]?["total"]?.int == 3)
    }

    @Test func aMoveBetweenFoldersIsARenaming() async throws {
        let desk = Desk(pictures: "photos/cats/a.png", "photos/dogs/b.png")
        _ = await desk.caption("photos")
        rename(desk.path("photos/cats/a.png"), desk.path("photos/dogs/a.png"))
        #expect(await desk.caption("photos").error.contains("renamed: cats/a.png → dogs/a.png\n"))
        #expect(try await keys(desk) == ["dogs/a.png", "dogs/b.png"])
    }

    @Test func aFolderThatIsEmptyMakesNothingMissing() async throws {
        let desk = Desk(pictures: "photos/disk/a.png", "photos/b.png")
        _ = await desk.caption("photos")
        unlink(desk.path("photos/disk/a.png"))
        let said = await desk.caption("photos")
        #expect(
            said.error.contains("photos/disk is empty, as a disk that is not mounted: 1 picture of it stays as it is\n"), "\(said.error)")
        #expect(try await missing(desk) == 0)
        unlink(desk.path("photos/b.png"))
        #expect(await desk.caption("photos").code == 65)
        #expect(try await missing(desk) == 0)
    }

    @Test func otherInputsAndWhatIsLeftOutAreNotTouched() async throws {
        let desk = Desk(pictures: "a/one.png", "a/two.png", "b/three.png")
        _ = await desk.caption("a", "--batch", "set")
        _ = await desk.caption("b", "--batch", "set")
        unlink(desk.path("a/one.png"))
        for more in [["b"], ["a", "--exclude", "one.*"], ["a", "--limit", "1", "--exclude", "one.*"]] {
            _ = await desk.run(["run"] + more + ["--batch", "set"] + Desk.asking)
            #expect(try await missing(desk) == 0, "\(more)")
        }
        _ = await desk.caption("a", "--batch", "set")
        #expect(try await missing(desk) == 1)
    }

    @Test func aMissingPictureIsNotSentAndShowSaysWhy() async throws {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png")
        _ = await desk.add("photos")
        unlink(desk.path("photos/a.png"))
        let dry = await desk.add("photos", "--dry-run")
        #expect(
            dry.error.contains("1 picture is gone and would be missing: a.png\n") && dry.error.contains("would make 1 call "),
            "\(dry.error)")
        #expect(try await missing(desk) == 0)
        _ = await desk.caption("photos")
        #expect(try await desk.counts() == ["succeeded": 1, "cancelled": 1])
        let shown = await desk.cutline("show", "a.png")
        #expect(shown.output.contains("  missing  since 2026-11-20T12:00:00Z: the file is gone from the input\n"), "\(shown.output)")
        #expect(await desk.cutline("show", "a.png", "--json").output.contains(#""missing_since":"2026-11-20T12:00:00Z""#))
        #expect(
            await desk.cutline("status").output.contains(
                "photos: 1 picture missing; `cutline remove --batch photos --missing` takes what is missing out for good"))
    }

    @Test func theLogTellsOfIt() async throws {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png", "photos/c.png")
        _ = await desk.add("photos")
        unlink(desk.path("photos/a.png"))
        rename(desk.path("photos/b.png"), desk.path("photos/z.png"))
        let said = await desk.add("photos", "--log-format", "json")
        #expect(
            said.error.contains(#""event":"renamed","batch":"photos","entries":1,"first":"b.png","first_now":"z.png"}"#), "\(said.error)")
        #expect(said.error.contains(#""event":"missing","batch":"photos","entries":1,"before":0,"cancelled":1,"first":"a.png"}"#))
        #expect(said.error.contains(#""known":1,"copies":0,"edited":0,"cancelled":0,"skipped":0,"reused":0,"returned":0,"renamed":1}"#))
    }

    @Test func identityByPathKnowsWhatIsGone() async throws {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png")
        _ = await desk.caption("photos", "--identity", "path")
        rename(desk.path("photos/a.png"), desk.path("photos/z.png"))
        let said = await desk.caption("photos", "--identity", "path")
        #expect(said.error.contains("1 new job, 1 there already\n1 picture is missing"), "\(said.error)")
    }

    @Test func namesThatAShellWroteOutAreOneInput() async throws {
        let desk = Desk(pictures: "photos/a.png", "photos/b.png", "photos/c.png")
        _ = await desk.caption("photos/a.png", "photos/b.png", "photos/c.png", "--batch", "set")
        unlink(desk.path("photos/a.png"))
        _ = await desk.caption("photos/b.png", "photos/c.png", "--batch", "set")
        #expect(try await missing(desk) == 1)
    }
}
