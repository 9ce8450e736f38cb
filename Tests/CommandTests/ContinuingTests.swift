import CutlineCore
import CutlineSimulator
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Running the same command again: what costs a call, and what does not.
@Suite(.timeLimit(.minutes(5))) struct ContinuingTests {
    @Test func aFinishedBatchSendsNothingAgain() async throws {
        try await withSimulator { simulator in
            let desk = Desk(pictures: "photos/a.png", "photos/b.png")
            desk.writeJobFile(simulator)
            #expect(await desk.cutline("run", "jobs.json").error.hasPrefix("batch \"photos\": 2 new jobs\n2 of 2 jobs captioned, "))
            #expect(await desk.cutline("run", "jobs.json").error.hasPrefix("batch \"photos\": 2 there already\n2 of 2 jobs captioned, "))
            #expect(simulator.callCount == 2)
        }
    }

    @Test func anAddedPictureCostsOneCall() async throws {
        try await withSimulator { simulator in
            let desk = Desk(pictures: "photos/a.png")
            desk.writeJobFile(simulator)
            _ = await desk.cutline("run", "jobs.json")
            desk.folder.write("photos/new.png", png("new"))
            let said = await desk.cutline("run", "jobs.json")
            #expect(said.error.hasPrefix("batch \"photos\": 1 new job, 1 there already\n"))
            #expect(simulator.callCount == 2)
        }
    }

    @Test func aRenamedPictureCostsNothing() async throws {
        try await withSimulator { simulator in
            let desk = Desk(pictures: "photos/a.png")
            desk.writeJobFile(simulator)
            _ = await desk.cutline("run", "jobs.json")
            rename(desk.path("photos/a.png"), desk.path("photos/z.png"))
            let said = await desk.cutline("run", "jobs.json")
            #expect(
                said.error.hasPrefix(
                    "batch \"photos\": 1 picture renamed\nrenamed: photos/a.png → photos/z.png\n1 of 1 job captioned, "), "\(said.error)")
            let keys = try await desk.records().map { $0["key"]?.string }
            #expect(keys == ["photos/z.png"])
            #expect(simulator.callCount == 1)
        }
    }

    @Test func anEditedPictureCostsOneCallAndItsEntryMoves() async throws {
        try await withSimulator { simulator in
            let desk = Desk(pictures: "photos/a.png", "photos/b.png")
            desk.writeJobFile(simulator)
            _ = await desk.cutline("run", "jobs.json")
            desk.folder.write("photos/a.png", png("a longer one"))
            let said = await desk.cutline("run", "jobs.json")
            #expect(said.error.hasPrefix("batch \"photos\": 1 new job, 1 there already, 1 picture edited\n"))
            let records = try await desk.records()
            #expect(records.map { $0["key"]?.string } == ["photos/a.png", "photos/b.png"])
            let captions = records.map { $0["caption"]?.string }
            #expect(captions == ["A PNG picture, 2 × 3 pixels, 57 bytes.", "A PNG picture, 2 × 3 pixels, 57 bytes."])
            #expect(simulator.callCount == 3)
        }
    }

    @Test func anEditBeforeTheCallCancelsTheOldJob() async throws {
        let desk = Desk(pictures: "photos/a.png")
        _ = await desk.add("photos")
        desk.folder.write("photos/a.png", png("a longer one"))
        let said = await desk.add("photos")
        #expect(said.error == "batch \"photos\": 1 new job, 1 picture edited, 1 job cancelled because its picture was edited\n")
        #expect(try await desk.counts() == ["queued": 1, "cancelled": 1])
    }

    @Test func aCopyCostsNothing() async throws {
        try await withSimulator { simulator in
            let desk = Desk(pictures: "photos/a.png")
            desk.folder.write("photos/copy.png", png("photos/a.png"))
            desk.folder.write("photos/copy 2.png", png("photos/a.png"))
            desk.writeJobFile(simulator)
            let said = await desk.cutline("run", "jobs.json")
            #expect(said.error.hasPrefix("batch \"photos\": 1 new job, 2 more names for jobs that are there\n"))
            let records = try await desk.records()
            #expect(records.count == 3)
            #expect(simulator.callCount == 1)
        }
    }

    @Test func addSendsNothingAndNeedsNoKey() async throws {
        let desk = Desk(pictures: "photos/a.png")
        let said = await desk.cutline("add", "photos", "--provider", "hackclub", "--model", "m", "--prompt", "p")
        #expect(said == Said(code: 0, output: "", error: "batch \"photos\": 1 new job\n"))
        #expect(try await desk.counts() == ["queued": 1])
        #expect(try await desk.status()["batches"]?[0]?["attempts"]?["total"]?.int == 0)
    }

    @Test func workDoesAllBatchesOrOne() async throws {
        try await withSimulator { simulator in
            let desk = Desk(pictures: "photos/a.png", "photos/b.png")
            desk.writeJobFile(simulator)
            for batch in ["one", "two", "three"] { _ = await desk.cutline("add", "jobs.json", "--batch", batch) }
            #expect(await desk.cutline("work", "--batch", "two").error.hasPrefix("2 of 2 jobs captioned, "))
            #expect(simulator.callCount == 2)
            #expect(await desk.cutline("work").error.hasPrefix("6 of 6 jobs captioned, "))
            #expect(simulator.callCount == 6)
            #expect(await desk.cutline("work").code == 0)
            #expect(simulator.callCount == 6)
        }
    }

    @Test func whatFoldersHoldBesidesIsCounted() async {
        let desk = Desk(pictures: "photos/a.png", "photos/.hidden.png")
        desk.write("photos/notes.txt", "not a picture")
        let said = await desk.add("photos")
        #expect(said.error == "skipped 1 file that is not a picture and 1 hidden name\nbatch \"photos\": 1 new job\n")
    }
}
