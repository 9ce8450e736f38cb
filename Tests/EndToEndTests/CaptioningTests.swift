import CutlineCore
import Foundation
import Testing
import TestSupport

/// A folder in, a dataset out.
@Suite struct CaptioningTests {
    private let ask = ["--provider", "simulator", "--model", "sim-1", "--prompt", "Describe this image."]

    @Test func everyFormatIsSentWithItsOwnTypeAndCaptioned() throws {
        let workspace = Workspace()
        try workspace.copyExamples(["harbour.jpg", "a.png", "b.webp", "moon.gif", "Größe & \"Maß\" #1.png"], to: "photos/deep")
        let run = try workspace.program.run(["run", "photos", "--prepare", "never"] + ask)
        #expect(run.status == 0, "\(run.error)")
        #expect(run.output == "")
        let records = try workspace.records()
        let captions = Dictionary(uniqueKeysWithValues: records.map { ($0["key"]?.string ?? "", $0["caption"]?.string ?? "") })
        #expect(
            captions == [
                "deep/harbour.jpg": "A JPEG picture, 640 × 480 pixels, 39,758 bytes.",
                "deep/a.png": "A PNG picture, 360 × 270 pixels, 10,826 bytes.",
                "deep/b.webp": "A WebP picture, 360 × 270 pixels, 2,904 bytes.",
                "deep/moon.gif": "A GIF picture, 200 × 200 pixels, 29,906 bytes.",
                "deep/Größe & \"Maß\" #1.png": "A PNG picture, 320 × 320 pixels, 26,178 bytes.",
            ])
    }

    @Test func datasetsAreWrittenToFiles() throws {
        let workspace = Workspace()
        try workspace.copyExamples(["a.png", "b.webp"], to: "photos")
        #expect(try workspace.program.run(["run", "photos"] + ask).status == 0)
        for format in ["jsonl", "csv"] {
            let export = try workspace.program.run("export", "--format", format, "-o", "set.\(format)")
            #expect(export.status == 0 && export.output == "", "\(export.error)")
            let text = try String(contentsOfFile: workspace.folder.path.appending("set.\(format)").string, encoding: .utf8)
            #expect(text == (try workspace.program.run("export", "--format", format).output))
            #expect(text.contains("A WebP picture, 360 × 270 pixels, 2,904 bytes."))
        }
    }

    @Test func pathsThatAreNotUTF8AreCaptioned() throws {
        let workspace = Workspace()
        try workspace.copyExamples(["a.png"], to: "photos")
        let name = Array("\(workspace.folder.path.string)/photos/a.png".utf8) + [0]
        let odd = Array("\(workspace.folder.path.string)/photos/caf".utf8) + [0xE9, 0] as [UInt8]
        #expect(
            name.withUnsafeBytes { a in
                odd.withUnsafeBytes { b in rename(a.bindMemory(to: CChar.self).baseAddress!, b.bindMemory(to: CChar.self).baseAddress!) }
            } == 0)
        #expect(try workspace.program.run(["run", "photos"] + ask).status == 0)
        #expect(try workspace.records().map { $0["key"]?.string } == ["caf\\xe9"])
    }

    @Test func secondRunSendsNothingAndAnAddedPictureIsTheOnlyNewCost() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder)
        let asked = try given(provider, workspace)
        try workspace.copyExamples(["a.png", "b.webp", "moon.gif"], to: "photos")
        for _ in 0..<2 { #expect(try workspace.program.run(asked).status == 0) }
        #expect(try provider.calls().count == 3)
        try workspace.copyExamples(["tiles.gif"], to: "photos")
        #expect(try workspace.program.run(asked).status == 0)
        #expect(try provider.calls().count == 4)
        #expect(try workspace.records().count == 4)
    }

    @Test func renamedAndCopiedPicturesAreExportedAndNotPaidForAgain() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder)
        let asked = try given(provider, workspace)
        try workspace.copyExamples(["a.png", "b.webp"], to: "photos")
        #expect(try workspace.program.run(asked).status == 0)
        let photos = URL(filePath: workspace.folder.path.string).appending(path: "photos")
        try FileManager.default.moveItem(at: photos.appending(path: "a.png"), to: photos.appending(path: "renamed.png"))
        try FileManager.default.copyItem(at: photos.appending(path: "b.webp"), to: photos.appending(path: "copy.webp"))
        #expect(try workspace.program.run(asked).status == 0)
        #expect(try provider.calls().count == 2)
        // What left its name left the dataset with it.
        #expect(try workspace.records().compactMap { $0["key"]?.string } == ["renamed.png", "b.webp", "copy.webp"].map { "photos/\($0)" })
    }

    @Test func editedPictureIsCaptionedAgainUnderItsKey() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder)
        let asked = try given(provider, workspace)
        try workspace.copyExamples(["a.png"], to: "photos")
        #expect(try workspace.program.run(asked).status == 0)
        workspace.folder.write("photos/a.png", try Data(contentsOf: Workspace.examples.appending(path: "chart.png")))
        let run = try workspace.program.run(asked)
        #expect(run.status == 0 && run.error.contains("1 picture edited"), "\(run.error)")
        #expect(try provider.calls().count == 2)
        #expect(try workspace.records().map { $0["caption"]?.string } == ["A PNG picture, 560 × 420 pixels, 15,701 bytes."])
    }

    @Test func pictureThatVanishedIsAFailedJobThatWasNeverSent() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder)
        let asked = try given(provider, workspace)
        try workspace.copyExamples(["a.png", "b.webp"], to: "photos")
        #expect(try workspace.program.run(["add"] + asked.dropFirst()).status == 0)
        try FileManager.default.removeItem(atPath: workspace.folder.path.appending("photos/a.png").string)
        #expect(try workspace.program.run("work").status == 1)
        #expect(try provider.calls().count == 1)
        #expect(try workspace.records("--state", "failed").map { $0["error"]?["class"]?.string } == ["image_unreadable"])
    }

    /// A job file that asks a provider process, and a folder of pictures: flags cannot name an address.
    private func given(_ provider: ProviderProcess, _ workspace: Workspace) throws -> [String] {
        workspace.folder.write(
            "settings.json",
            text: """
                {"batch": "photos", "provider": {"name": "simulator", "base_url": "\(provider.baseURL)"}, "model": "sim-1",
                 "prompt": "Describe this image."}
                """)
        return ["run", "settings.json", "photos"]
    }
}
