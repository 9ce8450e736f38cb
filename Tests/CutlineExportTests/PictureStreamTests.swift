import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineExport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// When a picture is still the one that was captioned.
struct PictureStreamTests {
    private let folder = TemporaryFolder(inMemory: true)

    private func omission(_ file: PictureFile) -> Omission? {
        do throws(Omission) {
            try PictureStream.check(file)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [true, false]) func anUntouchedPictureIsTheSame(hasDigest: Bool) {
        #expect(omission(folder.picture("a.png", hasDigest: hasDigest)) == nil)
    }

    @Test(arguments: [(true, nil), (false, Omission.pictureChanged)])
    func afterANewTimeItsBytesDecide(hasDigest: Bool, expected: Omission?) {
        var file = folder.picture("a.png", "same", hasDigest: hasDigest)
        file.stamp.modified -= 1
        #expect(omission(file) == expected)
        folder.write("a.png", text: "else")
        #expect(omission(file) == .pictureChanged)
    }

    @Test func anotherInodeAloneIsNoChange() {
        var file = folder.picture("a.png", hasDigest: false)
        file.stamp.inode += 1
        #expect(omission(file) == nil, "restored with its time")
    }

    @Test func anotherSizeIsAChangeWithoutReading() {
        var file = folder.picture("a.png", "same")
        file.stamp.size += 1
        #expect(omission(file) == .pictureChanged)
    }

    @Test func whatIsNoFileIsSaid() {
        var file = folder.picture("a.png")
        file.path = folder.path.appending("gone.png")
        #expect(omission(file) == .pictureGone)
        file.path = folder.path.appending("a.png/below")
        #expect(omission(file) == .pictureGone)
        file.path = folder.path
        #expect(omission(file) == .pictureUnreadable)
        mkfifo(folder.path.appending("fifo").string, 0o600)
        file.path = folder.path.appending("fifo")
        #expect(omission(file) == .pictureUnreadable, "and nobody waited for a writer")
    }

    @Test func itsBytesComeWholeAndAreHeldToTheirDigest() throws {
        let content = String(repeating: "picture ", count: 100_000)
        let file = folder.picture("a.png", content)
        var count = 0
        try PictureStream(file).read { count += $0.count }
        #expect(count == content.utf8.count)
        var wrong = file
        wrong.digest?[0] ^= 1
        #expect(throws: Omission.pictureChanged) { try PictureStream(wrong).read { _ in } }
    }
}
