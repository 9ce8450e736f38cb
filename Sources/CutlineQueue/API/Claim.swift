import CutlineCore

/// One job, claimed: its attempt is on the disk, and it is to be sent now.
package struct Claim: Hashable, Sendable {
    package var attempt: AttemptID
    package var job: JobID
    package var batch: BatchID
    package var route: RouteID
    /// Counted from 1.
    package var n: Int
    package var request: CaptionRequest
    package var startedAt: Timestamp
    /// From then on another worker may take the job.
    package var leaseUntil: Timestamp
    /// Whether the batch was to be asked at flex and the time for that is over.
    package var isPastFlex = false

    /// How long the call may go on to the provider.
    package func trust(timeout: Duration) -> TrustWindow {
        TrustWindow(claimedAt: startedAt, leaseUntil: leaseUntil, timeout: timeout)
    }
}
