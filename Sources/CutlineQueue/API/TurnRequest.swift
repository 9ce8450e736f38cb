import CutlineCore

/// What a worker brings to the queue and asks of it, in one transaction.
package struct TurnRequest: Sendable {
    package var settlements: [Settlement]
    /// How many calls may be claimed at most; 0 while stopping.
    package var claimLimit: Int
    package var scope: Scope
    /// How long a claim is valid: longer than any call.
    package var lease: Duration
    /// The same of a call at flex, which may take longer.
    package var flexLease: Duration
    /// What time it is. Asked once the queue is locked for the turn: waiting for other processes must not make its claims old.
    package var now: @Sendable () -> Timestamp
    /// A random number in 0…1 for each use.
    package var jitter: @Sendable () -> Double

    package init(
        settlements: [Settlement] = [], claimLimit: Int, scope: Scope, lease: Duration, flexLease: Duration? = nil,
        now: @escaping @Sendable () -> Timestamp,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.settlements = settlements
        self.claimLimit = claimLimit
        self.scope = scope
        self.lease = lease
        self.flexLease = flexLease ?? lease
        self.now = now
        self.jitter = jitter
    }
}
