import CutlineCore
import CutlineSimulator
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Running the same command again: what costs a call, and what does not.
@Suite(.timeLimit(.minutes(15))) struct ContinuingTests {
    @Test func aFinishedBatchSendsNothingAgain() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
            harness.writeJobFile(simulator)
            #expect(await harness.cutline("run", "jobs.json").error.hasPrefix("batch \"photos\": 2 new jobs\n2 of 2 jobs captioned, "))
            #expect(await harness.cutline("run", "jobs.json").error.hasPrefix("batch \"photos\": 2 there already\n2 of 2 jobs captioned, "))
            #expect(simulator.callCount == 2)
        }
    }

    @Test func anAddedPictureCostsOneCall() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "photos/a.png")
            harness.writeJobFile(simulator)
            _ = await harness.cutline("run", "jobs.json")
            harness.folder.write("photos/new.png", png("new"))
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.error.hasPrefix("batch \"photos\": 1 new job, 1 there already\n"))
            #expect(simulator.callCount == 2)
        }
    }

    @Test func aRenamedPictureCostsNothing() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "photos/a.png")
            harness.writeJobFile(simulator)
            _ = await harness.cutline("run", "jobs.json")
            rename(harness.path("photos/a.png"), harness.path("photos/z.png"))
            let said = await harness.cutline("run", "jobs.json")
            #expect(
                said.error.hasPrefix(
                    "batch \"photos\": 1 picture renamed\nrenamed: photos/a.png → photos/z.png\n1 of 1 job captioned, "), "\(said.error)")
            let keys = try await harness.records().map { $0["key"]?.string }
            #expect(keys == ["photos/z.png"])
            #expect(simulator.callCount == 1)
        }
    }

    @Test func anEditedPictureCostsOneCallAndItsEntryMoves() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
            harness.writeJobFile(simulator)
            _ = await harness.cutline("run", "jobs.json")
            harness.folder.write("photos/a.png", png("a longer one"))
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.error.hasPrefix("batch \"photos\": 1 new job, 1 there already, 1 picture edited\n"))
            let records = try await harness.records()
            #expect(records.map { $0["key"]?.string } == ["photos/a.png", "photos/b.png"])
            let captions = records.map { $0["caption"]?.string }
            #expect(captions == ["A PNG picture, 2 × 3 pixels, 57 bytes.", "A PNG picture, 2 × 3 pixels, 57 bytes."])
            #expect(simulator.callCount == 3)
        }
    }

    @Test func anEditBeforeTheCallCancelsTheOldJob() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        _ = await harness.add("photos")
        harness.folder.write("photos/a.png", png("a longer one"))
        let said = await harness.add("photos")
        #expect(said.error == "batch \"photos\": 1 new job, 1 picture edited, 1 job cancelled because its picture was edited\n")
        #expect(try await harness.counts() == ["queued": 1, "cancelled": 1])
    }

    @Test func aCopyCostsNothing() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "photos/a.png")
            harness.folder.write("photos/copy.png", png("photos/a.png"))
            harness.folder.write("photos/copy 2.png", png("photos/a.png"))
            harness.writeJobFile(simulator)
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.error.hasPrefix("batch \"photos\": 1 new job, 2 more names for jobs that are there\n"))
            let records = try await harness.records()
            #expect(records.count == 3)
            #expect(simulator.callCount == 1)
        }
    }

    @Test func addSendsNothingAndNeedsNoKey() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        let said = await harness.cutline("add", "photos", "--provider", "hackclub", "--model", "m", "--prompt", "p")
        #expect(said == CommandResult(code: 0, output: "", error: "batch \"photos\": 1 new job\n"))
        #expect(try await harness.counts() == ["queued": 1])
        #expect(try await harness.status()["batches"]?[0]?["attempts"]?["total"]?.int == 0)
    }

    @Test func workDoesAllBatchesOrOne() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
            harness.writeJobFile(simulator)
            for batch in ["one", "two", "three"] { _ = await harness.cutline("add", "jobs.json", "--batch", batch) }
            #expect(await harness.cutline("work", "--batch", "two").error.hasPrefix("2 of 2 jobs captioned, "))
            #expect(simulator.callCount == 2)
            #expect(await harness.cutline("work").error.hasPrefix("6 of 6 jobs captioned, "))
            #expect(simulator.callCount == 6)
            #expect(await harness.cutline("work").code == 0)
            #expect(simulator.callCount == 6)
        }
    }

    @Test func whatFoldersHoldBesidesIsCounted() async {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/.hidden.png")
        harness.write("photos/notes.txt", "not a picture")
        let said = await harness.add("photos")
        #expect(said.error == "skipped 1 file that is not a picture and 1 hidden name\nbatch \"photos\": 1 new job\n")
    }
}
