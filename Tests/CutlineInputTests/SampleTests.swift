import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineInput

struct SampleTests {
    private func folder(_ names: Range<Int>) -> TemporaryFolder {
        let folder = TemporaryFolder()
        for name in names { folder.write("in/\(name).png", png("\(name)")) }
        return folder
    }

    private func sample(_ count: Int, of folder: TemporaryFolder, prompt: String = "Describe.") throws -> [String] {
        let settings = BatchSettings(name: "b", profile: Profile(name: "p"), model: "m", prompt: prompt)
        return try InputPlan.read(["in"], from: folder.path).checked(for: settings).sample(count).map(\.key)
    }

    @Test func sampleIsThePicturesWhoseKeysHashLowest() throws {
        let lowest = (0..<40).map { "\($0).png" }.sorted { $0.utf8.sha256.lexicographicallyPrecedes($1.utf8.sha256) }.prefix(5)
        #expect(try Set(sample(5, of: folder(0..<40))) == Set(lowest))
    }

    @Test func sampleIsInTheOrderOfTheInputWhateverIsAsked() throws {
        let folder = folder(0..<40)
        let sample = try sample(7, of: folder)
        #expect(sample == sample.sorted() && sample.count == 7)
        #expect(try self.sample(7, of: folder, prompt: "Another one.") == sample)
    }

    @Test func aLargerSampleHoldsTheSmaller() throws {
        let folder = folder(0..<40)
        #expect(try Set(sample(12, of: folder)).isSuperset(of: sample(5, of: folder)))
        #expect(try sample(99, of: folder).count == 40)
    }

    @Test func addedPicturesChangeLittle() throws {
        let (before, after) = try (Set(sample(20, of: folder(0..<200))), Set(sample(20, of: folder(0..<220))))
        #expect(before.intersection(after).count >= 14)
    }

    /// More than are kept at once.
    @Test func manyArePassedByInPieces() throws {
        let folder = TemporaryFolder()
        folder.write("l.csv", text: "image\n" + (0..<9_000).map { "https://h.invalid/\($0).png\n" }.joined())
        let settings = BatchSettings(name: "b", profile: Profile(name: "p"), model: "m", prompt: "Describe.")
        let sample = try InputPlan.read(["l.csv"], from: folder.path).checked(for: settings).sample(3).map(\.key)
        let all = (0..<9_000).map { "https://h.invalid/\($0).png" }
        #expect(Set(sample) == Set(all.sorted { $0.utf8.sha256.lexicographicallyPrecedes($1.utf8.sha256) }.prefix(3)))
    }

    @Test func aBatchIsKnownByWhatItAsks() {
        let settings = BatchSettings(name: "b", profile: Profile(name: "p"), model: "m", prompt: "Describe.")
        var named = settings
        named.name = "another"
        #expect(named.digest == settings.digest && settings.digest.count == 32)
        var asked = settings
        asked.system = "Be brief."
        #expect(asked.digest != settings.digest)
    }

    @Test func leadingBytesAreReadOfRegularFilesAlone() throws {
        let folder = TemporaryFolder()
        folder.write("a", Array("abcdef".utf8))
        #expect(try PictureBytes.read(folder.path.appending("a"), first: 3) == Array("abc".utf8))
        #expect(try PictureBytes.read(folder.path.appending("a"), first: 99) == Array("abcdef".utf8))
        #expect(throws: Errno.isDirectory) { try PictureBytes.read(folder.path, first: 3) }
        #expect(throws: Errno.noSuchFileOrDirectory) { try PictureBytes.read(folder.path.appending("b"), first: 3) }
    }
}
