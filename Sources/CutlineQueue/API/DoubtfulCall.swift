import CutlineCore

/// A call that may have been paid for without use.
package struct DoubtfulCall: Hashable, Sendable {
    package var batch: String
    /// The first of its job's keys; nil where no key means the job any more.
    package var key: String?
    package var attempt: AttemptID
    package var n: Int
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var doubt: Doubt
    package var problem: Record.Problem?
    package var mayHaveCost: DoubtfulCost
}
