import CutlineCore

/// How a call ended, on its way to the disk.
package struct Settlement: Codable, Hashable, Sendable {
    package var attempt: AttemptID
    package var outcome: Outcome
    /// From the claim to the last byte of the answer.
    package var latency: Duration
    /// When the request had left, which is about when the provider counted it; nil: it is not known.
    package var sentAt: Timestamp?
    package var endedAt: Timestamp

    package init(attempt: AttemptID, outcome: Outcome, latency: Duration, sentAt: Timestamp? = nil, endedAt: Timestamp) {
        self.attempt = attempt
        self.outcome = outcome
        self.latency = latency
        self.sentAt = sentAt
        self.endedAt = endedAt
    }
}

/// What became of a settlement.
package struct Settled: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        /// The first caption of its job.
        case accepted
        /// A later caption of a job that has one: kept, and shown as duplicate spend.
        case duplicate
        case retries(after: Duration), released, held, failed
        /// It failed for good where it was asked, and is asked at the next of the batch's fallback list.
        case fallsBack(to: Asked)
        /// The job's entry moved to another picture meanwhile; nobody asks for this one any more.
        case cancelled
        /// The job belongs to another attempt or to nobody by now; only the attempt was closed.
        case fenced
        /// It was settled before.
        case repeated
        /// The queue refused this one alone.
        case rejected(reason: String)
    }

    package var attempt: AttemptID
    package var effect: Effect

    /// The outcome is not in the queue: it is to be saved beside it.
    package var isRejected: Bool {
        if case .rejected = effect { return true }
        return false
    }
}

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

    /// How long the call may go on to the provider.
    package func trust(timeout: Duration) -> TrustWindow {
        TrustWindow(claimedAt: startedAt, leaseUntil: leaseUntil, timeout: timeout)
    }
}

/// A batch's number in its queue.
package struct BatchID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (a: BatchID, b: BatchID) -> Bool { a.number < b.number }
}

/// What a worker brings to the queue and asks of it, in one transaction.
package struct TurnRequest: Sendable {
    package var settlements: [Settlement]
    /// How many calls may be claimed at most; 0 while stopping.
    package var claimLimit: Int
    package var scope: Scope
    /// How long a claim is valid: longer than any call.
    package var lease: Duration
    /// What time it is. Asked once the queue is locked for the turn: waiting for other processes must not make its claims old.
    package var now: @Sendable () -> Timestamp
    /// A random number in 0…1 for each use.
    package var jitter: @Sendable () -> Double

    package init(
        settlements: [Settlement] = [], claimLimit: Int, scope: Scope, lease: Duration, now: @escaping @Sendable () -> Timestamp,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.settlements = settlements
        self.claimLimit = claimLimit
        self.scope = scope
        self.lease = lease
        self.now = now
        self.jitter = jitter
    }
}

/// Why a lane took no (more) calls in a turn.
package struct LaneStop: Hashable, Sendable {
    package var lane: String
    package var refusal: LaneRefusal
    /// Calls per second, where the lane found its pace itself.
    package var learnedRate: Double?
    /// The limits on requests that it was told.
    package var requests: [RateLimit]

    package init(lane: String, refusal: LaneRefusal, learnedRate: Double? = nil, requests: [RateLimit] = []) {
        self.lane = lane
        self.refusal = refusal
        self.learnedRate = learnedRate
        self.requests = requests
    }
}

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

/// Something a lane did that people should hear of.
package struct LaneNotice: Hashable, Sendable {
    package var lane: String
    package var action: LaneAction
}
