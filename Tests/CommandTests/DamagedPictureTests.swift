import CutlineCore
import CutlineSimulator
import Testing

@testable import cutline

/// Pictures that are cut off: named, not sent, and not in datasets that must be decoded.
@Suite(.timeLimit(.minutes(15))) struct DamagedPictureTests {
    private static let said =
        "1 picture is cut off, not sent; restore it and run again, or send it with --damaged send:\n  photos/cut.png\n"

    private func harness() -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/whole.png")
        harness.folder.write("photos/cut.png", png("cut").prefix(40))
        return harness
    }

    @Test func aCutOffPictureIsNamedAndFailsWithoutACall() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.writeJobFile(simulator)
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.code == 1 && said.error.hasPrefix(Self.said), "\(said.error)")
            #expect(simulator.callCount == 1)
            let failed = try await harness.records("--state", "failed")
            #expect(failed.count == 1 && failed[0]["error"]?["class"]?.string == "image_unreadable")
            #expect(
                failed[0]["error"]?["message"]?.string
                    == "\(harness.path("photos/cut.png")) is cut off: its last part is missing; restore it and run again, or send it as it is with --damaged send"
            )
            #expect(try await harness.counts() == ["failed": 1, "succeeded": 1])
        }
    }

    @Test func aRestoredPictureIsCaptionedByTheNextRun() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.writeJobFile(simulator)
            _ = await harness.cutline("run", "jobs.json")
            harness.folder.write("photos/cut.png", png("cut"))
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            #expect(simulator.callCount == 2)
        }
    }

    @Test func itIsSentToWhoeverWantsThat() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.writeJobFile(simulator)
            _ = await harness.cutline("run", "jobs.json")
            let said = await harness.cutline("run", "jobs.json", "--damaged", "send")
            #expect(said.code == 0 && said.error.contains("1 picture is cut off, sent all the same"), "\(said.error)")
            #expect(said.error.contains("1 job that could not be read is queued again\n"))
            #expect(simulator.callCount == 2)
            // It stays with the batch until something else is said.
            harness.folder.write("photos/second.png", png("second").prefix(42))
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            harness.folder.write("photos/third.png", png("third").prefix(41))
            #expect(await harness.cutline("run", "jobs.json", "--damaged", "refuse").code == 1)
            #expect(simulator.callCount == 3)
        }
    }

    @Test(arguments: ["imagefolder", "webdataset"]) func noDatasetThatMustBeDecodedHoldsIt(format: String) async throws {
        try await withSimulator { simulator in
            for identity in ["bytes", "path"] {
                let harness = harness()
                harness.writeJobFile(simulator)
                _ = await harness.cutline("run", "jobs.json", "--damaged", "send", "--identity", identity)
                let records = try await harness.records()
                #expect(records.count == 2)
                let said = await harness.cutline("export", "--format", format, "-o", "set")
                #expect(
                    said.error
                        == "1 record → set\nleft out: 1 record (photos/cut.png) whose picture is cut off, which would end the dataset's reader in the middle; restore it and run the batch again\n"
                )
            }
        }
    }

    @Test func whereNothingIsReadAtAddingItIsSeenBeforeTheCall() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.writeJobFile(simulator, more: #", "parameters": {}"#)
            let said = await harness.cutline("run", "jobs.json", "--identity", "path")
            #expect(said.code == 1 && simulator.callCount == 1)
            let failed = try await harness.records("--state", "failed")
            #expect(failed.map { $0["error"]?["class"]?.string } == ["image_unreadable"])
        }
    }

    @Test func aPictureThatIsCutAfterItWasAddedIsNotSentEither() async throws {
        try await withSimulator { simulator in
            var harness = CommandHarness(pictures: "photos/a.png")
            // What has changed is sent five seconds later.
            harness.now = { .wallClock }
            harness.writeJobFile(simulator)
            _ = await harness.cutline("add", "jobs.json")
            harness.folder.write("photos/a.png", png("a").prefix(40))
            #expect(await harness.cutline("work").code == 1)
            #expect(simulator.callCount == 0)
        }
    }

    @Test func aJobOfSeveralPicturesIsNotSentForOneOfThem() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.write(
                "jobs.json",
                """
                {"batch": "b", "provider": {"name": "simulator", "base_url": "\(simulator.baseURL)"}, "model": "sim-1", "prompt": "Describe.",
                 "jobs": [{"key": "pair", "images": ["photos/whole.png", "photos/cut.png"]}]}
                """)
            #expect(await harness.cutline("run", "jobs.json").code == 1)
            #expect(simulator.callCount == 0)
        }
    }

    @Test func aRehearsalAndAnEstimateCountNoCallForIt() async throws {
        let harness = harness()
        let rehearsed = await harness.add("photos", "--dry-run")
        #expect(
            rehearsed.error
                == "\(Self.said)batch \"photos\": 2 new jobs\na dry run: nothing was added; a run would make 1 call to simulator, sim-1\n")
        #expect(await harness.add("photos", "--dry-run", "--damaged", "send").error.contains("would make 2 calls"))
        let estimate = await harness.run(["estimate", "photos", "--offline"] + CommandHarness.asking)
        #expect(estimate.error == Self.said)
        #expect(estimate.output.contains("1 to send (1 new)") && estimate.output.contains("1 cut off, not to send"), "\(estimate.output)")
    }

    @Test func aKnownPictureIsNamedAgainWithoutBeingRead() async throws {
        let harness = harness()
        #expect(await harness.add("photos").error == "\(Self.said)batch \"photos\": 2 new jobs\n")
        #expect(await harness.add("photos").error == "\(Self.said)batch \"photos\": 2 there already\n")
    }
}

/// Pictures that EXIF turns.
@Suite struct TurnedPictureTests {
    @Test func thePicturesThatLieOnTheirSideAreCounted() async {
        let harness = CommandHarness(pictures: "photos/a.png")
        for orientation in 1...8 { harness.folder.write("photos/\(orientation).jpg", jpeg(orientation: orientation)) }
        let line =
            "4 of 9 pictures lie on their side, 2 stand upside down and 1 is mirrored; models see them so: --prepare fit turns them\n"
        #expect(await harness.add("photos").error == "\(line)batch \"photos\": 9 new jobs\n")
        // Of what is known nothing is read again, and the same is said.
        #expect(await harness.add("photos").error == "\(line)batch \"photos\": 9 there already\n")
        #expect(await harness.add("photos", "--exclude", "*.jpg").error == "skipped 8 excluded names\nbatch \"photos\": 1 there already\n")
    }

    @Test func oneIsSaidOfOne() async {
        let harness = CommandHarness()
        harness.folder.write("a.jpg", jpeg(orientation: 6))
        #expect(await harness.add("a.jpg").error.hasPrefix("1 of 1 picture lies on its side; models see it so: --prepare fit turns it\n"))
    }

    private func jpeg(orientation: Int) -> [UInt8] {
        let tiff: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0]
        let exif: [UInt8] = Array("Exif\0\0".utf8) + tiff
        let (head, scan): ([UInt8], [UInt8]) = (
            [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(exif.count + 2)], [0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9]
        )
        return head + exif + scan
    }
}
