/// How long a worker may go on with a claimed call: it stops using a lease before others may take it.
///
/// It is measured by the wall clock, as leases are: that goes on while the machine sleeps or the process is stopped.
package struct TrustWindow: Hashable, Sendable {
    /// Between a worker's last use of a lease and the moment from which others may take it.
    package static let margin = Duration.seconds(5)

    /// Nothing of the request may leave from then on: its deadline would pass the end of the lease.
    package let sendBy: Timestamp
    /// The last piece of the body, after which the provider may bill, may not leave from then on.
    package let finishBy: Timestamp
    private let claimedAt: Timestamp

    /// - Parameter timeout: the deadline of the request.
    package init(claimedAt: Timestamp, leaseUntil: Timestamp, timeout: Duration) {
        self.claimedAt = claimedAt
        finishBy = leaseUntil + (.zero - Self.margin)
        sendBy = finishBy + (.zero - timeout)
    }

    package func maySend(at now: Timestamp) -> Bool { now < sendBy && isAfterClaim(now) }
    package func mayFinish(at now: Timestamp) -> Bool { now < finishBy && isAfterClaim(now) }

    /// A clock that was set back since the claim says nothing about the lease any more.
    private func isAfterClaim(_ now: Timestamp) -> Bool { now + Self.margin >= claimedAt }
}
