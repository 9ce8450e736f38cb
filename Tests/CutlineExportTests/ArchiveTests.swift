import CutlineCore
import CutlineDigest
import SystemPackage
import TestSupport
import Testing

@testable import CutlineExport

/// Pictures that lie in archives go where their bytes are copied, and nowhere else.
struct ArchiveTests {
    private let folder = TemporaryFolder(inMemory: true)

    /// Between other bytes, as it was seen when the archive held so many bytes more.
    private func member(_ content: String, missing: Int64 = 0) -> PictureFile {
        let path = folder.write("0.tar", text: "before" + content + "behind")
        var stamp = FileStamp.of(path)
        stamp.size -= missing
        return PictureFile(
            path: path, stamp: stamp, format: .png, digest: SHA256.hash(Array(content.utf8)),
            slice: FileSlice(member: Array("deep/a.png".utf8), offset: 6, length: Int64(content.utf8.count)))
    }

    private func record(_ file: PictureFile) -> Record {
        .make(key: "0/deep/a.png", images: ["0.tar/deep/a.png"], pictures: [.file(file)])
    }

    @Test func itsBytesAreReadWhereTheyStand() throws {
        let content = String(repeating: "picture ", count: 100_000)
        let stream = try PictureStream(member(content))
        var bytes: [UInt8] = []
        try stream.read { bytes += $0 }
        #expect(bytes == Array(content.utf8) && stream.size == Int64(bytes.count))
        #expect(stream.head(7) == Array("picture".utf8))
    }

    @Test func whatWasPutIntoTheArchiveElsewhereIsNoChange() throws {
        try PictureStream.check(member("picture", missing: 6))
        var file = member("picture")
        file.stamp.modified -= 1
        try PictureStream.check(file)
        file.digest = nil
        #expect(throws: Omission.pictureChanged) { try PictureStream.check(file) }
    }

    @Test func otherBytesAtItsPlaceAreAChange() throws {
        var file = member("picture")
        folder.write("0.tar", text: "beforePICTUREbehind!")
        #expect(throws: Omission.pictureChanged) { try PictureStream.check(file) }
        folder.write("0.tar", text: "before")
        #expect(throws: Omission.pictureChanged) { try PictureStream.check(file) }
        file.path = folder.path.appending("gone.tar")
        #expect(throws: Omission.pictureGone) { try PictureStream.check(file) }
    }

    @Test(arguments: PictureTransfer.allCases) func imagefolderCopiesIt(transfer: PictureTransfer) throws {
        let report = try export(.imagefolder(transfer), to: .file(folder.path.appending("set")), [record(member("picture"))])
        #expect(folder.tree()["set/00000001.png"] == "picture")
        #expect((report.remarks[.copiedFromArchive]?.count ?? 0) == (transfer == .copy ? 0 : 1))
    }

    @Test func webdatasetCopiesIt() throws {
        let report = try export(.webdataset(ShardLimit()), to: .file(folder.path.appending("set")), [record(member("picture"))])
        #expect(report.total == 1)
        #expect(folder.tree()["set/data-000000.tar"]?.contains("picture") == true)
    }

    @Test func captionFilesMirrorItsPath() throws {
        try export(.sidecar(SidecarStyle()), to: .file(folder.path.appending("texts")), [record(member("picture"))])
        #expect(folder.tree()["texts/0/deep/a.txt"] == "A harbour.")
    }

    @Test func whatPointsToFilesLeavesItOut() throws {
        let record = record(member("picture"))
        let beside = try export(.sidecar(SidecarStyle()), to: .pictures, [record])
        let kohya = try export(.kohya, to: .file(folder.path.appending("kohya.json")), [record])
        let tasks = try export(.labelStudio(TaskLinks(root: folder.path)), to: .file(folder.path.appending("tasks.json")), [record])
        for report in [beside, kohya, tasks] { #expect(report.leftOut[.inArchive]?.count == 1 && report.total == 0) }
    }
}
