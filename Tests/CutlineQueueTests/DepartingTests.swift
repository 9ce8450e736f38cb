import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineQueue

/// What a run makes of entries that its inputs brought once and do not name any more.
@Suite struct DepartingTests {
    private let fixture: Fixture
    private let input: InputID

    init() throws {
        fixture = try Fixture.make()
        input = try fixture.queue.inputs(named: [Array("/pictures".utf8)], of: fixture.batch)[0]
    }

    private func draft(_ picture: Int, _ key: String, input: InputID? = nil) -> JobDraft {
        var draft = JobDraft.make(picture, key: key)
        draft.input = input ?? self.input
        return draft
    }

    /// Adds what the input holds and looks for what it does not; the files of `present` are there, and those that were added.
    @discardableResult
    private func run(
        _ drafts: [JobDraft], present: Set<String> = [], at now: Timestamp = .start, input: InputID? = nil,
        excludes: @escaping (String) -> Bool = { _ in false }, look: ((FilePath) -> FilePresence)? = nil
    ) throws -> (added: Added, departures: Departures) {
        let mark = try fixture.queue.reader.entryMark()
        let added = try fixture.queue.add(drafts, to: fixture.batch, now: now)
        let keys = Set(drafts.map(\.key))
        let departures = try fixture.queue.depart(
            DepartureSearch(
                batch: fixture.batch, inputs: [input ?? self.input], mark: mark, holds: keys.contains, excludes: excludes,
                look: look ?? { keys.union(present).contains($0.lastComponent?.string ?? "") ? .there : .gone }),
            now: now)
        #expect(try fixture.queue.reader.violations() == [])
        return (added, departures)
    }

    private func keys() throws -> [String] { try fixture.queue.records().map(\.key) }

    @Test func aGonePictureIsMissingAndItsJobIsNotSent() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        let (_, departures) = try run([draft(2, "b.jpg")])
        #expect(departures.missing == 1 && departures.missingKeys == ["a.jpg"] && departures.cancelled == 1)
        #expect(try fixture.queue.reader.missingEntries() == [fixture.batch: 1])
        #expect(try fixture.show("a.jpg").missingSince == .start)
        #expect(try fixture.claim(9).map(\.request.images) == [[.file(.make(2, at: "/pictures/b.jpg"))]])
    }

    @Test func whatIsMissingIsToldOnceAsNew() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        try run([draft(2, "b.jpg")])
        let (_, again) = try run([draft(2, "b.jpg")], at: .after(9))
        #expect(again.missing == 0 && again.missingBefore == 1)
        #expect(try fixture.show("a.jpg").missingSince == .start)
    }

    @Test func aPictureThatComesBackIsQueuedAgain() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        try run([draft(2, "b.jpg")])
        let (added, departures) = try run([draft(1, "a.jpg"), draft(2, "b.jpg")], at: .after(9))
        #expect(added == Added(known: 1, returned: 1) && departures == Departures())
        #expect(try fixture.queue.reader.missingEntries().isEmpty)
        #expect(try fixture.claim(9).count == 2)
    }

    @Test func aCaptionWaitsForItsPicture() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        try fixture.settle(fixture.claimOne(), .text("a harbour"))
        #expect(try run([draft(2, "b.jpg")]).departures.cancelled == 0)
        #expect(try fixture.show("a.jpg").record.caption?.text == "a harbour")
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        #expect(try fixture.claim(9).count == 1, "b alone")
    }

    @Test(arguments: [JobState.cancelled, .held])
    func whatAPersonStoppedStaysStoppedWhenItComesBack(state: JobState) throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        let job = JobSelection(jobs: try fixture.queue.reader.jobIDs(named: "a.jpg"))
        _ = try state == .held ? fixture.queue.hold(job) : fixture.queue.cancel(job, now: .after(1))
        try run([draft(2, "b.jpg")], at: .after(2))
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")], at: .after(3))
        #expect(try fixture.show("a.jpg").record.state == state)
    }

    @Test func aFailedJobWhosePictureIsGoneIsNoTroubleAndIsTriedAgainWhenItIsBack() throws {
        try run([draft(1, "a.jpg")])
        try fixture.settle(fixture.claimOne(), .failed(.imageUnreadable))
        #expect(try run([draft(2, "b.jpg")], at: .after(1)).departures.cancelled == 1)
        #expect(try fixture.count(.failed) == 0)
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")], at: .after(2))
        #expect(try fixture.show("a.jpg").record.state == .queued)
    }

    @Test func aCallThatIsUnderWayIsLeftAlone() throws {
        try run([draft(1, "a.jpg")])
        let claim = try fixture.claimOne()
        #expect(try run([draft(2, "b.jpg")]).departures.cancelled == 0)
        #expect(try fixture.settle(claim, .text("a harbour")) == .accepted)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aFailedCallOfAMissingPictureIsNotRepeated() throws {
        try run([draft(1, "a.jpg")])
        let claim = try fixture.claimOne()
        try run([draft(2, "b.jpg")])
        #expect(try fixture.settle(claim, .transient) == .cancelled)
    }

    @Test func verbsThatCostMoneyLeaveMissingPicturesAlone() throws {
        try run([draft(1, "a.jpg")])
        let job = JobSelection(jobs: try fixture.queue.reader.jobIDs(named: "a.jpg"))
        _ = try fixture.queue.hold(job)
        try run([draft(2, "b.jpg")])
        #expect(try fixture.queue.release(job).left == [.nameless: 1])
    }

    // Renamed.

    @Test func aNewNameForTheSameContentTakesTheEntryWithItsNumber() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        try fixture.settle(fixture.claimOne(), .text("a harbour"))
        let before = try fixture.show("a.jpg").record.id
        let (added, departures) = try run([draft(2, "b.jpg"), draft(1, "z.jpg")])
        #expect(added.copies == 1)
        #expect(departures.renamed == 1 && departures.renamings == [.init(old: "a.jpg", new: "z.jpg")] && departures.missing == 0)
        let record = try fixture.show("z.jpg").record
        #expect(record.id == before && record.caption?.text == "a harbour" && record.images == ["z.jpg"])
        #expect(try keys() == ["z.jpg", "b.jpg"])
    }

    @Test func aCopyIsNoNewName() throws {
        try run([draft(1, "a.jpg"), draft(1, "copy.jpg")])
        let (_, departures) = try run([draft(1, "copy.jpg")])
        #expect(departures.renamed == 0 && departures.missingKeys == ["a.jpg"] && departures.cancelled == 0)
        #expect(try fixture.claimOne().request.images == [.file(.make(1, at: "/pictures/copy.jpg"))])
    }

    @Test func aCopyThatStaysSendsTheJobFromWhereItLies() throws {
        try run([draft(1, "copy.jpg"), draft(1, "a.jpg")])
        try run([draft(1, "copy.jpg")])
        #expect(try fixture.claimOne().request.images == [.file(.make(1, at: "/pictures/copy.jpg"))])
    }

    @Test func aNewCopyBesideThePictureRenamesNothing() throws {
        try run([draft(1, "a.jpg")])
        let (added, departures) = try run([draft(1, "a.jpg"), draft(1, "copy.jpg")])
        #expect(added == Added(known: 1, copies: 1) && departures == Departures())
        #expect(try keys() == ["a.jpg", "copy.jpg"])
    }

    @Test func eachNewNameIsTakenOnce() throws {
        try run([draft(1, "a.jpg"), draft(1, "b.jpg"), draft(1, "c.jpg")])
        let (_, departures) = try run([draft(1, "x.jpg"), draft(1, "y.jpg")])
        #expect(departures.renamings.map(\.new) == ["x.jpg", "y.jpg"] && departures.missingKeys == ["c.jpg"])
    }

    @Test func whatWasMissingAndComesBackUnderAnotherNameIsRenamed() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        try run([draft(2, "b.jpg")])
        let (_, departures) = try run([draft(2, "b.jpg"), draft(1, "z.jpg")], at: .after(5))
        #expect(departures.renamings == [.init(old: "a.jpg", new: "z.jpg")])
        #expect(try keys() == ["z.jpg", "b.jpg"])
        #expect(try fixture.claim(9).count == 2)
    }

    @Test func anEditedPictureUnderANewNameIsMissingAndNew() throws {
        try run([draft(1, "a.jpg")])
        let (added, departures) = try run([draft(9, "z.jpg")])
        #expect(added == Added(new: 1) && departures.missingKeys == ["a.jpg"] && departures.renamed == 0)
    }

    @Test func twoPicturesMayChangeTheirNames() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        let (added, departures) = try run([draft(2, "a.jpg"), draft(1, "b.jpg")])
        #expect(added.edited == 2 && departures == Departures())
        #expect(try fixture.claim(9).count == 2)
    }

    @Test func caseAloneIsANewName() throws {
        try run([draft(1, "A.JPG")])
        #expect(try run([draft(1, "a.jpg")]).departures.renamings == [.init(old: "A.JPG", new: "a.jpg")])
    }

    /// As after `run photos/` and `run photos/ more/`: the same file, called otherwise.
    @Test func aFileThatHasAnotherKeyNowStandsOnce() throws {
        try run([draft(1, "a.jpg")])
        var other = JobDraft.make(1, key: "photos/a.jpg", path: "/pictures/a.jpg")
        other.input = input
        let (_, departures) = try run([other], present: ["a.jpg"])
        #expect(departures.renamings == [.init(old: "a.jpg", new: "photos/a.jpg")])
        #expect(try keys() == ["photos/a.jpg"])
    }

    @Test func aWholeFolderIsRenamedInPages() throws {
        let count = 2_300
        try run((0..<count).map { draft($0, "cats-\($0).jpg") })
        let (_, departures) = try run((0..<count).map { draft($0, "felines-\($0).jpg") })
        #expect(departures.renamed == count && departures.missing == 0 && departures.renamings.count == 5)
        #expect(try fixture.queue.number("SELECT count(*) FROM entries") == count)
    }

    @Test func copiesByTheThousandAreRenamedToo() throws {
        let count = 1_500
        try run((0..<count).map { draft(1, "cats-\($0).jpg") })
        #expect(try run((0..<count).map { draft(1, "felines-\($0).jpg") }).departures.renamed == count)
    }

    // Not touched.

    @Test func otherInputsEntriesAreNotTouched() throws {
        let other = try fixture.queue.inputs(named: [Array("/other".utf8)], of: fixture.batch)[0]
        try run([draft(1, "a.jpg", input: other)], input: other)
        #expect(try run([draft(2, "b.jpg")]).departures == Departures())
        #expect(try run([draft(3, "c.jpg", input: other)], input: other).departures.missingKeys == ["a.jpg"])
    }

    @Test func theInputThatNamesAnEntryLastLooksForIt() throws {
        let other = try fixture.queue.inputs(named: [Array("/pictures/*.jpg".utf8)], of: fixture.batch)[0]
        try run([draft(1, "a.jpg")])
        try run([draft(1, "a.jpg", input: other)], input: other)
        #expect(try run([draft(2, "b.jpg", input: other)], input: other).departures.missingKeys == ["a.jpg"])
    }

    @Test func addressesAndSeveralPicturesAreNotTouched() throws {
        var address = JobDraft.make(url: "https://example.com/a.jpg", 1)
        var several = draft(2, "two")
        several.images.append(.file(.make(3, at: "/pictures/3.jpg")))
        (address.input, several.input) = (input, input)
        try run([address, several])
        #expect(try run([draft(4, "d.jpg")]).departures == Departures())
    }

    @Test func aLineTakenOutOfAListLeavesItsEntry() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        #expect(try run([draft(2, "b.jpg")], present: ["a.jpg"]).departures == Departures())
        #expect(try keys() == ["a.jpg", "b.jpg"])
    }

    @Test func whatIsLeftOutOfTheRunIsNotTouched() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        #expect(try run([draft(2, "b.jpg")], excludes: { $0 == "a.jpg" }).departures == Departures())
    }

    @Test func anEmptyFolderMakesNothingMissing() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        let (_, departures) = try run([draft(2, "b.jpg")], look: { _ in .belowEmptyFolder("/pictures/disk") })
        #expect(departures.kept == ["/pictures/disk": 1] && departures.missing == 0 && departures.cancelled == 0)
        #expect(try fixture.claim(9).count == 2)
    }

    @Test func whatMovedOutOfAFolderThatIsEmptyNowIsRenamed() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg")])
        let (_, departures) = try run([draft(2, "b.jpg"), draft(1, "z.jpg")], look: { _ in .belowEmptyFolder("/pictures/disk") })
        #expect(departures.renamed == 1 && departures.kept.isEmpty)
    }

    @Test func whatCannotBeLookedAtIsNotTouched() throws {
        try run([draft(1, "a.jpg")])
        #expect(try run([draft(2, "b.jpg")], look: { _ in .unclear }).departures == Departures())
    }

    @Test func whatStandsIsFoundWithoutWriting() throws {
        let drafts = [draft(1, "a.jpg"), draft(2, "b.jpg")]
        try run(drafts)
        try fixture.settle(fixture.claimOne(), .text("a harbour"))
        var (added, captions) = (Added(), try search())
        #expect(try fixture.queue.changed(among: drafts, in: fixture.batch, &captions, &added).isEmpty)
        #expect(added == Added(known: 2))
    }

    @Test func whatChangedIsTold() throws {
        try run([draft(1, "a.jpg"), draft(2, "b.jpg"), draft(3, "c.jpg"), draft(4, "d.jpg"), draft(5, "e.jpg"), draft(6, "f.jpg")])
        try run([draft(2, "b.jpg"), draft(3, "c.jpg"), draft(4, "d.jpg"), draft(5, "e.jpg"), draft(6, "f.jpg")])
        var drafts = [draft(1, "a.jpg"), draft(9, "b.jpg"), draft(3, "c.jpg"), draft(4, "d.jpg"), draft(5, "e.jpg"), draft(6, "f.jpg")]
        drafts[2].extra = ["title": .string("new")]
        drafts[3].imagesAsGiven = ["./d.jpg"]
        drafts[4].images = [.file(.make(5, at: "/elsewhere/e.jpg"))]
        var (added, captions) = (Added(), try search())
        let changed = try fixture.queue.changed(among: drafts + [draft(7, "g.jpg")], in: fixture.batch, &captions, &added)
        #expect(changed.map(\.key) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "g.jpg"] && added == Added(known: 1))
    }

    @Test func namesOfAnyBytesStand() throws {
        var path = FilePath(bytes: [0x2F, 0x70, 0xFF, 0xFE])
        let drafts = ["é", "e\u{301}", "a\"b", "line\nbreak"].enumerated().map { number, key -> JobDraft in
            path = FilePath(bytes: path.bytes + [UInt8(0x61 + number)])
            var draft = JobDraft.make(number, key: key, path: path)
            draft.input = input
            return draft
        }
        try run(drafts)
        var (added, captions) = (Added(), try search())
        #expect(try fixture.queue.changed(among: drafts, in: fixture.batch, &captions, &added).isEmpty)
        let known = try fixture.queue.reader.knownPictures(drafts.flatMap(\.images))
        for draft in drafts { #expect(draft.images[0].file.flatMap { known.content(of: $0) } != nil) }
    }

    private func search() throws -> CaptionSearch {
        try fixture.queue.reader.captionSearch(for: .make(), batch: fixture.batch, checks: CheckRules(), use: .tell)
    }
}
