import CutlineCore
import Testing

@testable import CutlineQueue

@Suite struct RehearsalTests {
    private func rehearse(_ fixture: Fixture?, _ drafts: JobDraft...) throws -> (sent: [String], rehearsal: AddRehearsal) {
        var rehearsal = AddRehearsal()
        let (batch, reader) = (fixture?.batch, fixture?.queue.reader)
        // In two chunks, as a long input comes.
        let half = drafts.count / 2
        let sent =
            try rehearsal.add(Array(drafts[..<half]), to: batch, of: reader) + rehearsal.add(Array(drafts[half...]), to: batch, of: reader)
        return (sent.map(\.key), rehearsal)
    }

    @Test func withoutABatchEachJobIsSentOnce() throws {
        let (sent, rehearsal) = try rehearse(nil, .make(1), .make(2), .make(1, key: "copy.jpg"))
        #expect(sent == ["1.jpg", "2.jpg"])
        #expect(rehearsal.added.new == 2 && rehearsal.added.copies == 1)
    }

    @Test func whatIsCaptionedFailedOrHeldIsNotSent() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(onUnknown: .hold), pictures: 0..<4)
        for outcome in [Outcome.text("a harbour"), .permanent, .unanswered] { try fixture.settle(fixture.claimOne(), outcome) }
        let (sent, rehearsal) = try rehearse(fixture, .make(0), .make(1), .make(2), .make(3), .make(0, key: "copy.jpg"), .make(4))
        #expect(sent == ["3.jpg", "4.jpg"])
        #expect(rehearsal.waitingElsewhere(queued: try fixture.count(.queued)) == 0)
    }

    @Test func whatWaitsIsSentOnceAndTheRestIsElsewhere() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let (sent, rehearsal) = try rehearse(fixture, .make(0), .make(0, key: "copy.jpg"), .make(7))
        #expect(sent == ["0.jpg", "7.jpg"])
        #expect(rehearsal.waitingElsewhere(queued: 3) == 2)
    }

    @Test func anEditedPictureIsSentInsteadOfWhatItWas() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let (sent, rehearsal) = try rehearse(fixture, .make(9, key: "0.jpg"))
        #expect(sent == ["0.jpg"])
        #expect(rehearsal.withdrawn == 1 && rehearsal.waitingElsewhere(queued: 2) == 1)
    }
}
