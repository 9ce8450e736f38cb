import CutlineCore

/// What came of a turn.
package struct Turn: Sendable {
    package var settled: [Settled] = []
    package var claims: [Claim] = []
    package var actions: [LaneNotice] = []
    /// Every lane in scope that stands still, and those that took fewer calls than there were jobs.
    package var stops: [LaneStop] = []
    /// When a delayed job comes due or a lane opens again; nil where only an ended call or another process can change anything.
    package var nextTry: Timestamp?
    /// Jobs in scope that are queued or running, anywhere.
    package var remaining = 0
    /// Of these, the ones that are queued.
    package var queued = 0
    /// Lanes in scope that have queued jobs; 0 where nothing was to be claimed.
    package var lanesWithQueuedJobs = 0

    package init() {}
}
