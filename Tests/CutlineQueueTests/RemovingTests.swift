import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct RemovingTests {
    private func entries(_ fixture: Fixture, _ keys: String...) throws -> EntrySelection {
        EntrySelection(entries: try keys.reduce(into: []) { $0.formUnion(try fixture.queue.reader.entryIDs(named: $1)) })
    }

    @Test func anEntryGoesAndItsBooksStay() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.settle(fixture.claimOne(), .text("a harbour", cost: 7))
        let before = try fixture.status()
        let chosen = try entries(fixture, "0.jpg")
        #expect(try fixture.queue.reader.removal(chosen) == Removed(entries: 1, captioned: 1))
        #expect(try fixture.queue.remove(chosen, now: .start) == Removed(entries: 1, captioned: 1))
        #expect(try fixture.queue.records().map(\.key) == ["1.jpg"])
        #expect(try fixture.status() == before)
        #expect(try fixture.queue.number("SELECT count(*) FROM captions") == 1)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func addingAgainFindsTheCaption() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .text("a harbour"))
        _ = try fixture.queue.remove(entries(fixture, "0.jpg"), now: .start)
        try fixture.add(0..<1)
        #expect(try fixture.show("0.jpg").record.caption?.text == "a harbour")
        #expect(try fixture.claim().isEmpty)
    }

    @Test func anUnfinishedJobWithoutANameIsCancelledAndQueuedAgainWhenItIsAdded() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        #expect(try fixture.queue.remove(entries(fixture, "0.jpg"), now: .start) == Removed(entries: 1, cancelled: 1))
        #expect(try fixture.queue.reader.violations() == [])
        try fixture.add(0..<1)
        #expect(try fixture.claim(9).count == 2)
    }

    @Test func aCopyKeepsTheJob() throws {
        let fixture = try Fixture.make()
        try fixture.add(.make(1, key: "copy.jpg"), .make(1, key: "a.jpg"))
        #expect(try fixture.queue.remove(entries(fixture, "a.jpg"), now: .start) == Removed(entries: 1))
        #expect(try fixture.claimOne().request.images == [.file(.make(1, at: "/pictures/copy.jpg"))])
    }

    @Test func aCallThatIsUnderWayGoesOn() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        #expect(try fixture.queue.remove(entries(fixture, "0.jpg"), now: .start) == Removed(entries: 1, running: 1))
        #expect(try fixture.settle(claim, .text("a harbour")) == .accepted)
        #expect(try fixture.queue.records().isEmpty)
    }

    @Test func whatIsMissingIsChosenAlone() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        _ = try fixture.queue.inputs(named: [Array("/pictures".utf8)], of: fixture.batch)
        try fixture.queue.execute("UPDATE entries SET missing_since = 1, input = 1 WHERE key = '1.jpg'")
        #expect(try fixture.queue.remove(EntrySelection(batch: BatchID(77), isMissing: true), now: .start).entries == 0)
        #expect(try fixture.queue.remove(EntrySelection(isMissing: true), now: .start).entries == 1)
        #expect(try fixture.queue.records().map(\.key) == ["0.jpg", "2.jpg"])
    }

    @Test func aClassIsThatOfWhatStopped() throws {
        let fixture = try Fixture.stopped()
        #expect(try fixture.queue.remove(EntrySelection(failure: .imageRejected), now: .start) == Removed(entries: 1, cancelled: 1))
        #expect(try fixture.count(.failed) == 1)
    }

    @Test func aWholeBatchGoesInPages() throws {
        let fixture = try Fixture.make(pictures: 0..<1_201)
        let other = try fixture.queue.openBatch(.make("other"), policy: RetryPolicy(), limits: Limits(), now: .start)
        _ = try fixture.queue.add([.make(0)], to: other, now: .start)
        #expect(try fixture.queue.remove(EntrySelection(batch: fixture.batch), now: .start).entries == 1_201)
        #expect(try fixture.queue.records().map(\.batch) == ["other"])
    }
}
