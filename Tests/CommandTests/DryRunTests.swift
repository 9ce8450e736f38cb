import Foundation
import TestSupport
import Testing

@testable import cutline

/// What would be added and sent, with nothing written.
@Suite struct DryRunTests {
    private let ask = ["--provider", "hackclub", "--model", "m", "--prompt", "Describe."]

    @Test func newPicturesAreCountedWithoutAQueueOrAKey() async throws {
        let harness = try harness(["a.png", "b.webp"])
        try harness.copy("a.png", to: "photos/copy.png")
        let said = await harness.run(["run", "photos", "--dry-run"] + ask)
        #expect(said.code == 0 && said.output == "")
        #expect(
            said.error == """
                batch "photos": 2 new jobs, 1 more name for a job that is there
                a dry run: nothing was added; a run would make 2 calls to hackclub, m

                """)
        #expect(!FileManager.default.fileExists(atPath: harness.folder.path.appending("cutline.db").string))
    }

    @Test func whatIsThereIsToldFromWhatIsNewAndEdited() async throws {
        let harness = try harness(["a.png", "b.webp"])
        #expect(await harness.run(["add", "photos"] + ask).code == 0)
        try harness.copy("chart.png", to: "photos/a.png")
        try harness.copy("moon.gif", to: "photos/moon.gif")
        let before = try Data(contentsOf: URL(filePath: harness.folder.path.appending("cutline.db").string))
        let said = await harness.run(["add", "photos", "--dry-run"] + ask)
        #expect(
            said.error == """
                batch "photos": 2 new jobs, 1 there already, 1 picture edited, 1 job cancelled because its picture was edited
                a dry run: nothing was added; a run would make 3 calls to hackclub, m

                """)
        #expect(try Data(contentsOf: URL(filePath: harness.folder.path.appending("cutline.db").string)) == before)
        let added = await harness.run(["add", "photos"] + ask)
        #expect(said.error.hasPrefix(added.error), "it told what then happened")
    }

    @Test func anotherPromptIsRefusedAsItWouldBe() async throws {
        let harness = try harness(["a.png"])
        #expect(await harness.run(["add", "photos"] + ask).code == 0)
        let said = await harness.run(["run", "photos", "--dry-run", "--prompt", "Another."])
        #expect(said.code == 65 && said.error.contains("--batch NEW"))
    }

    private func harness(_ pictures: [String]) throws -> CommandHarness {
        let harness = CommandHarness()
        for picture in pictures { try harness.copy(picture, to: "photos/\(picture)") }
        return harness
    }
}

extension CommandHarness {
    fileprivate func copy(_ example: String, to name: String) throws {
        let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "examples")
        folder.write(name, try Data(contentsOf: examples.appending(path: example)))
    }
}
