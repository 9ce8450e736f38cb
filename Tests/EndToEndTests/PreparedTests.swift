import CutlineCore
import Foundation
import TestSupport
import Testing

private let hasVips: Bool = {
    let workspace = Workspace()
    try? workspace.copyExamples(["a.png"], to: "photos")
    // It looks at a queue, too.
    _ = try? workspace.program.run(["add", "photos", "--provider", "simulator", "--model", "sim-1", "--prompt", "x"])
    return (try? workspace.program.run("doctor", "--offline").output.contains("libvips 8")) ?? false
}()

/// What `--prepare fit` and `all` send, as a provider sees it.
@Suite(.enabled(if: hasVips, "libvips 8.13 or newer is not installed")) struct PreparedTests {
    private let workspace = Workspace()
    private let ask = ["--provider", "simulator", "--model", "sim-1", "--prompt", "Describe this image."]

    /// `harbour.jpg`, of 640 × 480 pixels, lying on its side, from a named camera, with something behind its end.
    private func writeTurned(to place: String) throws {
        let photo = try Data(contentsOf: Workspace.examples.appending(path: "harbour.jpg"))
        let make = Array("Canary\0\0".utf8)
        // Two entries: Make, as ASCII behind the directory, and Orientation 6.
        var exif = Array("Exif\0\0".utf8) + [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 2]
        exif += [0x01, 0x0F, 0, 2, 0, 0, 0, 7, 0, 0, 0, 38] + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0] + [0, 0, 0, 0] + make
        let segment = [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
        workspace.folder.write(place, Array(photo.prefix(2)) + segment + Array(photo.dropFirst(2)) + Array("Canary film".utf8))
    }

    private func captions() throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try workspace.records().map { ($0["key"]?.string ?? "", $0["caption"]?.string ?? "") })
    }

    @Test func fitTurnsScalesAndLeavesAlone() throws {
        try workspace.copyExamples(["a.png", "moon.gif"], to: "photos")
        try writeTurned(to: "photos/turned.jpg")
        let run = try workspace.program.run(["run", "photos", "--longest-edge", "400"] + ask)
        #expect(run.status == 0, "\(run.error)")
        #expect(run.error.contains("1 of 3 pictures lies on its side; it is turned before it is sent"))
        let said = try captions()
        // Small and plain: byte for byte.
        #expect(said["a.png"] == "A PNG picture, 360 × 270 pixels, 10,826 bytes.")
        #expect(said["turned.jpg"]?.hasPrefix("A JPEG picture, 300 × 400 pixels, ") == true, "\(said)")
        let shown = try workspace.program.run("show", "turned.jpg").output
        #expect(shown.contains("sent image/jpeg 300 × 400, ") && shown.contains("in place of picture 1; libvips 8."))
        #expect(try workspace.program.run("show", "a.png").output.contains("in place of") == false)
        #expect(said["moon.gif"]?.contains("200 × 200 pixels") == true && said["moon.gif"]?.contains("GIF") == false)
    }

    @Test func allSendsPixelsAlone() throws {
        try workspace.copyExamples(["a.png"], to: "photos")
        try writeTurned(to: "photos/turned.jpg")
        let run = try workspace.program.run(["run", "photos", "--prepare", "all", "--picture-format", "png"] + ask)
        #expect(run.status == 0, "\(run.error)")
        let said = try captions()
        #expect(said["a.png"]?.hasPrefix("A PNG picture, 360 × 270 pixels, ") == true && said["a.png"]?.contains("10,826") == false)
        #expect(said["turned.jpg"]?.hasPrefix("A PNG picture, 480 × 640 pixels, ") == true)
    }

    @Test func otherSettingsAreAnotherBatchAndTheSameBuyNothing() throws {
        let provider = try ProviderProcess(in: workspace.folder)
        try workspace.copyExamples(["a.png", "b.webp"], to: "photos")
        // Beside a queue on a server no file of profiles is looked for.
        workspace.folder.write(
            "jobs.json",
            text:
                #"{"provider": {"name": "simulator", "base_url": "\#(provider.baseURL)"}, "model": "sim-1", "prompt": "x", "images": ["photos"]}"#
        )
        func run(_ more: String...) throws -> Program.Result { try workspace.program.run(["run", "jobs.json"] + more) }
        #expect(try run().status == 0)
        // How what is refused travels is no part of what a caption is.
        for mode in ["never", "auto"] { #expect(try run("--prepare", mode).status == 0) }
        #expect(try provider.calls().count == 2)
        let other = try run("--prepare", "fit")
        #expect(other.status == 65 && other.error.contains("preparing of pictures") && other.error.contains("--batch NEW"))
        #expect(try run("--prepare", "fit", "--batch", "fitted").status == 0)
        #expect(try run("--prepare", "fit", "--batch", "fitted").status == 0)
        #expect(try run("--batch", "fitted").status == 0)
        #expect(try run("--prepare", "fit", "--jpeg-quality", "70", "--batch", "fitted").status == 65)
        #expect(try run("--prepare", "auto", "--batch", "fitted").status == 65)
        #expect(try provider.calls().count == 4)
    }

    @Test func theEstimateIsOfWhatIsSent() throws {
        try writeTurned(to: "photos/turned.jpg")
        let asked = ["estimate", "photos", "--provider", "simulator", "--model", "gpt-4.1-mini", "--prompt", "x", "--offline"]
        let json = try JSONValue(parsing: try workspace.program.run(asked + ["--longest-edge", "320", "--json"]).output.utf8)
        // 240 × 320 pixels are 8 × 10 patches, each counted as 1.62 tokens.
        #expect(json["input_tokens"]?["image_low"]?.int == 130 && json["input_tokens"]?["image_high"]?.int == 130)
        // 20 × 15 patches without it.
        #expect(json["prepared"]?["count"]?.int == 1 && json["prepared"]?["tokens_saved"]?.int == 486 - 130)
        let run = try workspace.program.run(["run", "photos", "--longest-edge", "320"] + ask)
        #expect(run.status == 0)
        let words = try #require(captions()["turned.jpg"]?.split(separator: " "))
        let sent = try #require(Double(words[words.count - 2].replacing(",", with: "")))
        let saved = try #require(json["prepared"]?["bytes_saved"]?.double)
        let file = Double(try Data(contentsOf: URL(filePath: workspace.folder.path.appending("photos/turned.jpg").string)).count)
        #expect(abs(file - saved - sent) < sent / 2, "\(file - saved) estimated, \(sent) sent")
    }
}
