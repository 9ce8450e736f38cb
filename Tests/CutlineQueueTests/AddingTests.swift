import CutlineCore
import SystemPackage
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct AddingTests {
    @Test func newPicturesAreNewJobs() throws {
        let fixture = try Fixture.make()
        #expect(try fixture.add(0..<3) == Added(new: 3))
        #expect(try fixture.count(.queued) == 3)
    }

    @Test func sameAgainChangesNothing() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        #expect(try fixture.add(0..<3) == Added(known: 3))
        #expect(try fixture.status().total == 3)
    }

    @Test func copyIsASecondEntryOfTheSameJob() throws {
        let fixture = try Fixture.make(pictures: 1..<2)
        #expect(try fixture.add(.make(1, key: "copy.jpg")) == Added(copies: 1))
        try fixture.settle(fixture.claimOne(), .text("a harbour"))
        #expect(try fixture.status().total == 1)
        #expect(try fixture.queue.records().map(\.caption?.text) == ["a harbour", "a harbour"])
    }

    @Test func renamedPictureOfASucceededJobCostsNothing() throws {
        let fixture = try Fixture.make(pictures: 1..<2)
        try fixture.settle(fixture.claimOne(), .text("a harbour"))
        #expect(try fixture.add(.make(1, key: "renamed.jpg")) == Added(copies: 1))
        #expect(try fixture.claim().isEmpty)
    }

    @Test func editedPictureMovesItsEntryAndCancelsTheNamelessJob() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg"))
        #expect(try fixture.add(.make(2, key: "a.jpg")) == Added(new: 1, edited: 1, cancelled: 1))
        #expect(try fixture.count(.queued) == 1)
        #expect(try fixture.count(.cancelled) == 1)
        #expect(try fixture.queue.records().count == 1)
    }

    @Test func editedPictureLeavesAJobThatHasAnotherName() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg"), .make(1, key: "b.jpg"))
        #expect(try fixture.add(.make(2, key: "a.jpg")) == Added(new: 1, edited: 1))
        #expect(try fixture.count(.queued) == 2)
    }

    @Test(arguments: [Outcome.permanent, .unanswered])
    func editedPictureTakesItsStoppedJobOutOfTheCount(outcome: Outcome) throws {
        let fixture = try Fixture.make(policy: RetryPolicy(onUnknown: .hold))
        try fixture.add(.make(1, key: "a.jpg"))
        try fixture.settle(fixture.claimOne(), outcome)
        #expect(try fixture.add(.make(2, key: "a.jpg")).cancelled == 1)
        #expect(try fixture.count(.failed) + fixture.count(.held) == 0)
    }

    @Test func captionOfARunningJobIsKeptUnexportedAfterAnEdit() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg"))
        let claim = try fixture.claimOne()
        #expect(try fixture.add(.make(2, key: "a.jpg")) == Added(new: 1, edited: 1))
        #expect(try fixture.settle(claim, .text("the old one")) == .accepted)
        #expect(try fixture.queue.records(.succeeded).isEmpty)
        #expect(try fixture.queue.number("SELECT count(*) FROM captions") == 1)
    }

    @Test func runningJobWithoutANameIsNotSentAgain() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg"))
        let claim = try fixture.claimOne()
        try fixture.add(.make(2, key: "a.jpg"))
        #expect(try fixture.settle(claim, .transient) == .cancelled)
        #expect(try fixture.state(claim) == .cancelled)
    }

    @Test func releaseLeavesJobsWithoutANameAlone() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg"))
        try fixture.add(.make(2, key: "a.jpg"))
        #expect(try fixture.queue.release(JobSelection(jobs: [JobID(1)])).count == 0)
        #expect(try fixture.claim(9).count == 1)
    }

    @Test func undoneEditRequeuesTheOldJob() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg"))
        try fixture.add(.make(2, key: "a.jpg"))
        #expect(try fixture.add(.make(1, key: "a.jpg")) == Added(edited: 1, cancelled: 1))
        let claim = try fixture.claimOne()
        #expect(claim.request.images == [.file(.make(1, at: "/pictures/a.jpg"))])
        #expect(try fixture.claim().isEmpty)
    }

    @Test func editBackToACaptionedPictureCostsNothing() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg"))
        try fixture.settle(fixture.claimOne(), .text("the first"))
        try fixture.add(.make(2, key: "a.jpg"))
        #expect(try fixture.add(.make(1, key: "a.jpg")) == Added(edited: 1, cancelled: 1))
        #expect(try fixture.claim().isEmpty)
        #expect(try fixture.queue.records().map(\.caption?.text) == ["the first"])
    }

    @Test func jobThatTheUserCancelledStaysCancelledWhenAddedAgain() throws {
        let fixture = try Fixture.make(pictures: 1..<2)
        #expect(try fixture.queue.cancel(now: .start).count == 1)
        #expect(try fixture.add(1..<2) == Added(known: 1))
        #expect(try fixture.count(.cancelled) == 1)
    }

    @Test func defaultKeyOfAnotherFileIsTaken() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg", path: "/one/a.jpg"))
        let error = #expect(throws: QueueError.self) {
            try fixture.add(.make(7), .make(2, key: "a.jpg", path: "/two/a.jpg"))
        }
        #expect(error == .keyTaken(key: "a.jpg", batch: "harbours", stored: "/one/a.jpg", given: "/two/a.jpg"))
        #expect(error?.description.contains("/one/a.jpg") == true && error?.description.contains("/two/a.jpg") == true)
        #expect(try fixture.status().total == 1, "nothing of the chunk may be added")
    }

    @Test func objectionSaysWhatAddingWould() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg", path: "/one/a.jpg"))
        let taken = QueueError.keyTaken(key: "a.jpg", batch: "harbours", stored: "/one/a.jpg", given: "/two/a.jpg")
        #expect(try fixture.queue.objection(to: .make(2, key: "a.jpg", path: "/two/a.jpg"), in: fixture.batch) == taken)
        #expect(try fixture.queue.objection(to: .make(2, key: "a.jpg", path: "/one/a.jpg"), in: fixture.batch) == nil)
        #expect(try fixture.queue.objection(to: .make(2, key: "b.jpg"), in: fixture.batch) == nil)
        #expect(try fixture.queue.reader.paths(ofDefaultKeys: ["a.jpg"], in: fixture.batch)[0] == "/one/a.jpg")
        #expect(try fixture.queue.reader.paths(ofDefaultKeys: ["b.jpg"], in: fixture.batch)[0] == nil)
    }

    @Test func sameBytesUnderADefaultKeyMayComeFromAnotherFolder() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg", path: "/one/a.jpg"))
        #expect(try fixture.add(.make(1, key: "a.jpg", path: "/two/a.jpg")) == Added(known: 1))
        #expect(try fixture.queue.reader.paths(ofDefaultKeys: ["a.jpg"], in: fixture.batch)[0] == "/two/a.jpg")
    }

    @Test func ownKeyMayMoveToAnyPicture() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "harbour", own: true, path: "/one/a.jpg"))
        #expect(try fixture.add(.make(2, key: "harbour", own: true, path: "/two/b.jpg")) == Added(new: 1, edited: 1, cancelled: 1))
        #expect(try fixture.queue.reader.paths(ofDefaultKeys: ["harbour"], in: fixture.batch)[0] == nil)
    }

    @Test func jobStillToBeSentTakesThePictureFromWhereItLiesNow() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "a.jpg", path: "/one/a.jpg"))
        try fixture.add(.make(1, key: "a.jpg", path: "/two/a.jpg"))
        #expect(try fixture.claimOne().request.images == [.file(.make(1, at: "/two/a.jpg"))])
    }

    @Test func sameKeyInAnotherBatchIsAnotherJob() throws {
        let fixture = try Fixture.make(pictures: 1..<2)
        let other = try fixture.queue.openBatch(.make("lighthouses"), policy: RetryPolicy(), limits: Limits(), now: .start)
        #expect(try fixture.queue.add([.make(1)], to: other, now: .start) == Added(new: 1))
    }

    @Test func keysAndPromptsOfAnyContentSurvive() throws {
        let fixture = try Fixture.make()
        let texts =
            (TestServer.url == nil ? ["a\u{0}b", "a\u{0}c"] : []) + ["a", "é", "e\u{301}", "line\nbreak", "\u{1F30A}", "' OR 1=1 --"]
        for (number, text) in texts.enumerated() { try fixture.add(.make(number, key: text, own: true, prompt: "Say \(text)")) }
        #expect(try fixture.queue.records().map { Array($0.key.utf8) } == texts.map { Array($0.utf8) })
        #expect(try fixture.claim(9).map { Array($0.request.prompt.utf8) } == texts.map { Array("Say \($0)".utf8) })
        for text in texts { #expect(try fixture.show(text).record.key.utf8.elementsEqual(text.utf8)) }
    }

    @Test func pathsThatAreNotUTF8Survive() throws {
        let fixture = try Fixture.make()
        let path = FilePath(bytes: [0x2F, 0x70, 0xFF, 0xFE, 0x2E, 0x6A])
        try fixture.add(.make(1, key: "p.j", path: path))
        guard case .file(let file) = try fixture.claimOne().request.images[0] else { return #expect(Bool(false), "no file") }
        #expect(file.path.bytes == path.bytes)
        #expect(try fixture.queue.reader.paths(ofDefaultKeys: ["p.j"], in: fixture.batch)[0]?.bytes == path.bytes)
    }

    @Test func pictureComesBackAsItWasAdded() throws {
        let fixture = try Fixture.make()
        var file = PictureFile.make(5, at: "/pictures/5.webp")
        file.format = .webp
        file.stamp = FileStamp(size: 1 << 40, modified: 1_700_000_000_123_456_789, inode: .max)
        var draft = JobDraft.make(5)
        draft.images = [.file(file), .url("https://pictures.invalid/ä.jpg")]
        try fixture.add(draft)
        #expect(try fixture.claimOne().request.images == draft.images)
    }

    @Test func digestOfAnUnchangedFileIsKnown() throws {
        let fixture = try Fixture.make(pictures: 1..<2)
        let file = PictureFile.make(1, at: "/pictures/1.jpg")
        #expect(try fixture.queue.reader.knownDigest(of: file)?.digest == file.digest)
    }

    @Test func aPictureInAnArchiveIsKnownByItsPlaceThere() throws {
        let fixture = try Fixture.make()
        try fixture.add(.member("a.jpg", 1, at: 512), .member("b.jpg", 2, at: 2_048))
        var asked = PictureFile.member("b.jpg", 2, at: 2_048)
        asked.digest = nil
        #expect(try fixture.queue.reader.knownDigest(of: asked)?.digest == PictureFile.member("b.jpg", 2, at: 2_048).digest)
        asked.slice?.offset = 4_096
        #expect(try fixture.queue.reader.knownDigest(of: asked) == nil)
        asked.slice = nil
        #expect(try fixture.queue.reader.knownDigest(of: asked) == nil, "nor is the archive itself")
        #expect(try fixture.claim(2).flatMap(\.request.images).count == 2)
    }

    @Test(arguments: [
        FileStamp(size: 1_002, modified: 1, inode: 1), FileStamp(size: 1_001, modified: 2, inode: 1),
        FileStamp(size: 1_001, modified: 1, inode: 2),
    ])
    func digestOfAChangedFileIsNotKnown(stamp: FileStamp) throws {
        let fixture = try Fixture.make(pictures: 1..<2)
        var file = PictureFile.make(1, at: "/pictures/1.jpg")
        file.stamp = stamp
        #expect(try fixture.queue.reader.knownDigest(of: file) == nil)
    }

    @Test func urlIsItsOwnKey() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(url: "https://pictures.invalid/a.jpg", 1))
        #expect(try fixture.claimOne().request.images == [.url("https://pictures.invalid/a.jpg")])
    }
}

extension Added {
    init(new: Int = 0, known: Int = 0, copies: Int = 0, edited: Int = 0, cancelled: Int = 0, returned: Int = 0) {
        self.init()
        self.returned = returned
        (self.new, self.known, self.copies, self.edited, self.cancelled) = (new, known, copies, edited, cancelled)
    }
}
