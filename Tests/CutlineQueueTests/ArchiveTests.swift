import CutlineCore
import SystemPackage
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

extension PictureFile {
    /// A picture in an archive, and what it holds.
    static func member(_ name: String, _ picture: Int, at offset: Int64, in archive: FilePath = "/shards/0.tar", modified: Int64 = 1)
        -> PictureFile
    {
        PictureFile(
            path: archive, stamp: FileStamp(size: 10_240, modified: modified, inode: 9), format: .jpeg,
            digest: Fingerprint.make(picture).bytes,
            slice: FileSlice(member: Array(name.utf8), offset: offset, length: 100))
    }
}

extension JobDraft {
    static func member(
        _ name: String, _ picture: Int, at offset: Int64, in archive: FilePath = "/shards/0.tar", modified: Int64 = 1
    ) -> JobDraft {
        JobDraft(
            key: "0/\(name)", hasOwnKey: false, images: [.file(.member(name, picture, at: offset, in: archive, modified: modified))],
            imagesAsGiven: ["0.tar/\(name)"], fingerprint: .make(picture))
    }
}

/// Pictures in archives: several have one path, and each has a place of its own.
@Suite struct ArchiveTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.make() }

    private func pictures(_ key: String) throws -> [ImageSource] { try fixture.show(key).record.pictures }

    @Test func whatIsSentIsThePartThatWasAdded() throws {
        try fixture.add(.member("a.jpg", 1, at: 512), .member("b.jpg", 2, at: 2_048))
        let claims = try fixture.claim(2)
        #expect(Set(claims.flatMap(\.request.images)) == [.file(.member("a.jpg", 1, at: 512)), .file(.member("b.jpg", 2, at: 2_048))])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func bytesThatLieInAFolderTooAreOneJob() throws {
        #expect(try fixture.queue.add([.make(1), .member("a.jpg", 1, at: 512)], to: fixture.batch, now: .start).copies == 1)
        #expect(try pictures("1.jpg") == [.file(.make(1, at: "/pictures/1.jpg"))])
        #expect(try pictures("0/a.jpg") == [.file(.member("a.jpg", 1, at: 512))])
    }

    @Test func aCopyInTheSameArchiveHasAPlaceOfItsOwn() throws {
        try fixture.add(.member("a.jpg", 1, at: 512), .member("deep/b.jpg", 1, at: 2_048))
        #expect(try pictures("0/deep/b.jpg") == [.file(.member("deep/b.jpg", 1, at: 2_048))])
    }

    /// An archive to which something was added has another size, and what has its caption is where it was seen last.
    @Test func aMemberIsWhereItWasSeenLast() throws {
        try fixture.add(.member("a.jpg", 1, at: 512))
        try fixture.settle(fixture.claimOne(), .text("one"))
        let later = JobDraft.member("a.jpg", 1, at: 4_096, modified: 2)
        #expect(try fixture.queue.add([later], to: fixture.batch, now: .start).known == 1)
        #expect(try pictures("0/a.jpg") == later.images)
    }

    @Test func aDefaultKeyBelongsToItsMember() throws {
        try fixture.add(.member("a.jpg", 1, at: 512))
        #expect(try fixture.queue.reader.paths(ofDefaultKeys: ["0/a.jpg"], in: fixture.batch) == ["/shards/0.tar/a.jpg"])
        #expect(try fixture.queue.add([.member("a.jpg", 2, at: 512, modified: 2)], to: fixture.batch, now: .start).edited == 1)
        #expect(throws: QueueError.self) {
            try fixture.queue.add([.member("a.jpg", 3, at: 512, in: "/other/0.tar")], to: fixture.batch, now: .start)
        }
    }

    @Test func aMemberThatMovedKeepsItsJob() throws {
        try fixture.add(.member("a.jpg", 1, at: 512))
        let moved = PictureFile.member("a.jpg", 1, at: 9_000, modified: 2)
        let outcome = Outcome.changed(images: [.file(moved)], fingerprint: .make(1))
        #expect(try fixture.settle(fixture.claimOne(), outcome) == .retries(after: .seconds(5)))
        #expect(try fixture.claim(at: .after(5)).map(\.request.images) == [[.file(moved)]])
    }

    /// The copy in the folder is still what it was.
    @Test(arguments: [true, false]) func aMemberThatChangedLeavesItsCopyToTheJob(copyIsFirst: Bool) throws {
        let (copy, member) = (JobDraft.make(1), JobDraft.member("a.jpg", 1, at: 512))
        try fixture.add(copyIsFirst ? copy : member)
        try fixture.add(copyIsFirst ? member : copy)
        let changed = PictureFile.member("a.jpg", 2, at: 512, modified: 2)
        let outcome = Outcome.changed(images: [.file(changed)], fingerprint: .make(2))
        try fixture.add(member)
        #expect(try fixture.settle(fixture.claimOne(), outcome) == .retries(after: .seconds(5)))
        #expect(Set(try fixture.claim(2, at: .after(5)).map(\.request.images)) == [copy.images, [.file(changed)]])
    }
}
