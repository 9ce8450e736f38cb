import CutlineCore
import CutlineInput
import CutlineQueue
import SystemPackage
import TestSupport
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is left out of an input is told by name: on stderr, in a file, in the log.
@Suite(.timeLimit(.minutes(15))) struct LeftOutTests {
    private func harness(lost count: Int = 2) -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png")
        harness.write("photos/notes.txt", "notes")
        for number in 0..<count { harness.write("photos/lost\(10 + number).jpg", "") }
        return harness
    }

    @Test func thoseThatSomebodyWouldMissAreNamed() async {
        let said = await harness().add("photos")
        #expect(
            said
                == CommandResult(
                    code: 0, output: "",
                    error: """
                        skipped 2 pictures that cannot be taken and 1 file that is not a picture
                          photos/lost10.jpg: is empty; restore it
                          photos/lost11.jpg: is empty; restore it
                        batch "photos": 1 new job

                        """))
    }

    @Test(arguments: ["add", "add --dry-run", "estimate --offline"]) func afterTenTheOthersStandInTheReport(command: String) async {
        let harness = harness(lost: 23)
        let words = command.split(separator: " ").map(String.init)
        let said = await harness.run([words[0], "photos", "--report", "report.txt"] + words.dropFirst() + CommandHarness.asking)
        #expect(said.code == 0)
        #expect(said.error.contains("  photos/lost19.jpg: is empty; restore it\n  and 13 more; --report FILE names them all\n"))
        let lines = harness.text("report.txt").split(separator: "\n")
        #expect(lines.count == 23 && lines[22] == "photos/lost32.jpg\tis empty; restore it")
    }

    @Test func theReportSaysWhatIsCutOffAndKeepsItsLines() async {
        let harness = CommandHarness(pictures: "photos/a.png")
        harness.folder.write("photos/two\nlines.png", png("x").prefix(40))
        _ = await harness.add("photos", "--report", "report.txt")
        #expect(harness.text("report.txt") == "photos/two\\x0alines.png\tis cut off: its last part is missing\n")
    }

    @Test func aReportThatCannotBeWrittenIsRefusedBeforeAnythingIsAdded() async {
        let harness = harness()
        let said = await harness.add("photos", "--report", "none/report.txt")
        #expect(said.code == 70 && said.error.contains("none/report.txt cannot be written: No such file or directory"))
        #expect(!harness.has("cutline.db"))
    }

    @Test func theLogHasALineForEach() async throws {
        let said = await harness().add("photos", "--log-format", "json")
        let lines = try said.error.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        #expect(lines.map { $0["event"]?.string } == ["skipped", "skipped", "added"])
        #expect(lines[0]["path"]?.string == "photos/lost10.jpg" && lines[0]["reason"]?.string == "is empty; restore it")
        #expect(lines[2]["skipped"]?.int == 3)
    }

    @Test func initNamesThem() async {
        let harness = harness()
        let said = await harness.run(["init", "photos", "--no-check"] + CommandHarness.asking)
        #expect(said.code == 0 && said.error.contains("  photos/lost10.jpg: is empty; restore it\n"), "\(said.error)")
    }

    @Test func withoutTheBadOnesTheRestIsDoneAndTheExitCodeSaysSo() async throws {
        try await withSimulator { simulator in
            let harness = CommandHarness(pictures: "photos/a.png")
            harness.writeJobFile(simulator, images: ["photos/a.png", "photos/none.png"])
            #expect(await harness.cutline("run", "jobs.json").code == 65)
            #expect(!harness.has("cutline.db"))
            let said = await harness.cutline("run", "jobs.json", "--skip-bad", "--report", "report.txt")
            #expect(said.code == 1)
            #expect(
                said.error.hasPrefix(
                    "left out 1 of the input that cannot be used:\n  jobs.json, images[1]: there is no file or folder photos/none.png; check the path\n"
                ))
            #expect(said.error.hasSuffix("cutline: 1 of what the input names cannot be used, and was left out\n"))
            #expect(simulator.callCount == 1)
            #expect(harness.text("report.txt") == "jobs.json, images[1]\tthere is no file or folder photos/none.png; check the path\n")
        }
    }

    @Test(arguments: ["add", "add --dry-run", "estimate --offline"]) func everyCommandSaysThatSomethingWasLeftOut(command: String) async {
        let harness = CommandHarness(pictures: "a.png")
        let words = command.split(separator: " ").map(String.init)
        let said = await harness.run([words[0], "a.png", "none", "--skip-bad"] + words.dropFirst() + CommandHarness.asking)
        #expect(said.code == 1 && said.error.contains("left out 1 of the input"), "\(said.error)")
    }
}

/// Pictures that go away, or change, while they are being added.
@Suite struct MeanwhileTests {
    private static func environment(of harness: CommandHarness) -> Environment {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        return Environment(
            hostClock: harness.now, jitter: { 0.5 }, variables: [:], folder: harness.folder.path, host: "desk", processID: 42,
            output: StandardStream(descriptor: null), error: StandardStream(descriptor: null))
    }

    private func adding(_ input: String, at harness: CommandHarness) throws -> Adding {
        try Adding(
            inputs: [input], part: .parse([]), caption: .parse(CommandHarness.asking), sending: .parse([]), priority: nil,
            price: .parse([]),
            reuse: .parse([]),
            policy: nil, checks: nil, queue: .parse([]), log: nil, in: Self.environment(of: harness))
    }

    @Test func aFileThatGoesAwayOrIsNoPictureAnyMoreIsSkippedAndCounted() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png", "photos/c.png", "photos/d.png")
        let adding = try adding("photos", at: harness)
        unlink(harness.path("photos/b.png"))
        harness.write("photos/c.png", "a page")
        let (queue, _) = try adding.add()
        try queue.close()
        #expect(try await harness.records("--state", "all").compactMap { $0["key"]?.string } == ["a.png", "d.png"])
        let told = adding.telling.report.tally(.gone).first.map { "\($0.name): \($0.reason)" }
        #expect(
            told == [
                "photos/b.png: cannot be read: No such file or directory",
                "photos/c.png: is no longer a picture; restore it or take it out of the input",
            ])
    }

    /// Exit code 65 says that nothing was added.
    @Test func whatFailsAfterAPartWasAddedIsNoBadInput() throws {
        let harness = CommandHarness()
        for number in 0..<600 { harness.folder.write("\(number).png", png("\(number)")) }
        harness.write("list.jsonl", (0..<600).map { "{\"image\": \"\($0).png\"}\n" }.joined())
        let adding = try adding("list.jsonl", at: harness)
        harness.write("list.jsonl", (0..<550).map { "{\"image\": \"\($0).png\"}\n" }.joined())
        let end = #expect(throws: CommandEnd.self) { try adding.add() }
        #expect(end?.code == .queue)
        #expect(end?.sentence?.contains("what stands before it was added, and stays") == true)
    }
}
