import CutlineCore
import TestSupport
import Testing

@testable import CutlineSimulator

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct ExamplesTests {
    /// The folder `examples/` of the repository.
    private static let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/examples"

    @Test func theTableListsEveryExampleAndNothingElse() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(Set(files) == Set(ExamplePictures.all.keys))
        #expect(files.count >= 10)
    }

    @Test(arguments: ExamplePictures.all.keys.sorted())
    func theTableSaysWhatTheFileIs(name: String) throws {
        let bytes = Array(try Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)")))
        let entry = try #require(ExamplePictures.all[name])
        let format = try #require(PictureFormat(firstBytes: bytes))
        let measured = try SentPicture(base64: Data(bytes).base64EncodedString(), mimeType: format.mimeType)
        #expect(entry.format == format)
        #expect(entry.size == PictureSize(header: bytes))
        #expect(entry.byteCount == bytes.count)
        #expect(entry.sha256 == measured.sha256)
    }

    @Test(arguments: [
        "https://pictures.invalid/harbour.jpg", "http://pictures.invalid/some/folder/harbour", "https://pictures.invalid/harbour.jpg?w=9#x",
    ])
    func aURLIsAnsweredFromTheTable(url: String) async throws {
        let reply = try await withSimulator { try await $0.post(chat(images: [url])) }
        #expect(try reply.text?.hasPrefix("A JPEG picture, 640 × 480 pixels, ") == true)
    }

    @Test func anAwkwardNameIsFoundByItsEscapes() throws {
        let url = "https://pictures.invalid/Gr%C3%B6%C3%9Fe%20&%20%22Ma%C3%9F%22%20%231.png"
        var picture = try #require(ExamplePictures.all[#"Größe & "Maß" #1.png"#])
        picture.url = url
        #expect(try SentPicture(url: url, origin: "") == picture)
    }
}
