import CutlineCore
import Testing

struct JobStateTests {
    /// Rows: from; columns in the order of `allCases`: queued, running, succeeded, failed, held, cancelled.
    private static let table: [(JobState, String)] = [
        (.queued, "-RSFHC"), (.running, "Q-SFHC"), (.succeeded, "Q-----"), (.failed, "Q-S--C"), (.held, "Q-S--C"), (.cancelled, "Q-S--C"),
    ]

    @Test func everyMoveIsAllowedOrNot() {
        for (from, row) in Self.table {
            for (to, mark) in zip(JobState.allCases, row) { #expect(from.canMove(to: to) == (mark != "-"), "\(from) to \(to)") }
        }
    }

    @Test func aCaptionIsKeptWhateverBecameOfTheJob() {
        for state in JobState.allCases where state != .succeeded { #expect(state.canMove(to: .succeeded)) }
        #expect(JobState.succeeded.next == [.queued])
    }

    @Test func finishedMeansNothingMoreIsSent() {
        #expect(JobState.allCases.filter(\.isFinished) == [.succeeded, .failed, .cancelled])
    }
}
