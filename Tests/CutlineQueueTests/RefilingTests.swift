import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineQueue

/// A picture that changed between adding and sending: its entries go where adding it again would put them, and nothing is sent unseen.
@Suite struct RefilingTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.make() }

    private func file(_ name: String, _ content: UInt8, modified: Int64 = 1) -> ImageSource {
        .file(
            PictureFile(
                path: FilePath("/pictures/\(name)"), stamp: FileStamp(size: 10, modified: modified, inode: 1), format: .jpeg,
                digest: [UInt8](repeating: content, count: 32)))
    }

    private func fingerprint(_ content: UInt8) -> Fingerprint { Fingerprint(bytes: [UInt8](repeating: content, count: 32)) }

    private func draft(_ name: String, _ content: UInt8, modified: Int64 = 1) -> JobDraft {
        JobDraft(
            key: name, hasOwnKey: false, images: [file(name, content, modified: modified)], imagesAsGiven: [name],
            fingerprint: fingerprint(content))
    }

    private func changed(_ name: String, to content: UInt8, modified: Int64 = 2) -> Outcome {
        .changed(images: [file(name, content, modified: modified)], fingerprint: fingerprint(content))
    }

    @Test func theCaptionIsFiledUnderWhatIsSent() throws {
        try fixture.add(draft("a.jpg", 1))
        #expect(try fixture.settle(fixture.claimOne(), changed("a.jpg", to: 2)) == .cancelled)
        #expect(try fixture.claim(at: .after(4)).isEmpty, "a file that changes is left alone for a while")
        let claim = try #require(try fixture.claim(at: .after(5)).first)
        #expect(claim.request.images == [file("a.jpg", 2, modified: 2)])
        #expect(try fixture.settle(claim, .text("the new picture"), at: .after(6)) == .accepted)
        let shown = try fixture.show("a.jpg")
        #expect(shown.record.caption?.text == "the new picture" && shown.record.attempts == 1)
        #expect(try fixture.count(.cancelled) == 1 && fixture.count(.succeeded) == 1)
        // Adding it now finds what is there.
        #expect(try fixture.queue.add([draft("a.jpg", 2)], to: fixture.batch, now: .start).known == 1)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aTouchedFileKeepsItsJob() throws {
        try fixture.add(draft("a.jpg", 1))
        #expect(try fixture.settle(fixture.claimOne(), changed("a.jpg", to: 1, modified: 9)) == .retries(after: .seconds(5)))
        let claim = try #require(try fixture.claim(at: .after(5)).first)
        #expect(claim.request.images == [file("a.jpg", 1, modified: 9)])
        #expect(try fixture.count(.cancelled) == 0)
        #expect(try fixture.status().attempts == 0)
    }

    /// The copy is still what it was: it keeps the job, which is sent from where the copy lies.
    @Test func aCopyStaysWithTheJob() throws {
        try fixture.add(draft("copy.jpg", 1), draft("a.jpg", 1))
        let claim = try fixture.claimOne()
        #expect(claim.request.images == [file("a.jpg", 1)])
        #expect(try fixture.settle(claim, changed("a.jpg", to: 2)) == .retries(after: .seconds(5)))
        let claims = try fixture.claim(2, at: .after(5))
        #expect(Set(claims.map(\.request.images)) == [[file("copy.jpg", 1)], [file("a.jpg", 2, modified: 2)]])
    }

    @Test func whatIsThereAlreadyIsNotPaidForAgain() throws {
        try fixture.add(draft("b.jpg", 2))
        try fixture.settle(fixture.claimOne(), .text("two"))
        try fixture.add(draft("a.jpg", 1))
        #expect(try fixture.settle(fixture.claimOne(), changed("a.jpg", to: 2)) == .cancelled)
        #expect(try fixture.claim(at: .after(60)).isEmpty)
        #expect(try fixture.show("a.jpg").record.caption?.text == "two")
    }

    /// The job of copies lies where one of them was that has another job by now. What it is today nobody asked for.
    @Test func whatNoEntryMeansAnyMoreIsNotSent() throws {
        try fixture.add(draft("b.jpg", 1), draft("a.jpg", 1))
        try fixture.add(draft("a.jpg", 2, modified: 2))
        let claim = try fixture.claimOne()
        #expect(claim.request.images == [file("a.jpg", 1)])
        #expect(try fixture.settle(claim, changed("a.jpg", to: 3, modified: 3)) == .retries(after: .seconds(5)))
        #expect(try fixture.queue.reader.violations() == [])
        let claims = try fixture.claim(3, at: .after(5))
        #expect(Set(claims.map(\.request.images)) == [[file("b.jpg", 1)], [file("a.jpg", 2, modified: 2)]])
    }

    @Test func aLateReportChangesNothing() throws {
        try fixture.add(draft("a.jpg", 1))
        let claim = try fixture.claimOne()
        #expect(try fixture.settle(claim, .text("one")) == .accepted)
        #expect(try fixture.settle(claim, changed("a.jpg", to: 2)) == .repeated)
        #expect(try fixture.show("a.jpg").record.caption?.text == "one")
    }
}
