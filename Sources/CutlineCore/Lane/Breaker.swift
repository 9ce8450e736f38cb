/// Stops a lane whose provider is out of order, whether it does not answer or answers with its own errors.
///
/// ```
///            five failures in a row, of two jobs at least           a failed probe: 5, 10, 20, 40, 60 s, then 5 min
///   closed ───────────────────────────────────────────────▶ open ◀──────────────────────────────────────────────┐
///     ▲                                                       └── when the time has come, or a worker starts, ───┤
///     │                                                           one call passes                                │
///     └───────────────────────────── an answer to a call that was sent since ────────────────────────────────────┘
/// ```
///
/// A job that fails while others are answered is not counted: then the fault is its picture's. A lane whose connection never worked is
/// given up after four openings (75 s): the address is probably wrong.
package struct Breaker: Codable, Hashable, Sendable {
    enum Effect {
        case none, givenUp
        /// The jobs are those that were charged with the failures that opened it, as often as they were.
        case opened(Outage, jobs: [JobID])
    }

    private enum State: Codable, Hashable, Sendable {
        case closed(Row)
        case open(openings: Int, openedAt: Timestamp, outage: Outage)
    }

    /// Failures in a row.
    private struct Row: Codable, Hashable, Sendable {
        var count = 0
        var since: Timestamp?
        /// The first two; one alone is no outage.
        var jobs: Set<JobID> = []
        /// Of each that was charged to its job.
        var charged: [JobID] = []
        /// Of each that was not, for its job was charged before.
        var spared: [JobID]?
    }

    private var state = State.closed(Row())
    private var hasAnswered = false

    private static let limit = 5
    private static let remembered = 20
    /// Seconds, by openings; an outage that lasts is looked at every five minutes, which costs it little and a run at most so much more.
    private static let pauses: [Int64] = [5, 10, 20, 40, 60, 300]

    package var outage: Outage? { if case .open(_, _, let outage) = state { outage } else { nil } }

    /// Nil where a call may pass; while it is open only one may be in flight.
    func refusal(inFlight: Int, at now: Timestamp) -> LaneRefusal? {
        guard case .open(_, let openedAt, let outage) = state else { return nil }
        // A clock that was set back would keep it shut until it has caught up.
        if outage.nextTry > now, openedAt <= now { return .outage(outage) }
        return inFlight > 0 ? .slots : nil
    }

    /// An answer that is no failure of the provider's. What was sent before it opened may still be answered in the middle of an outage.
    mutating func answered(startedAt: Timestamp) {
        hasAnswered = true
        if case .open(_, let openedAt, _) = state, startedAt < openedAt { return }
        state = .closed(Row())
    }

    /// A person who starts a worker may have mended what stopped it, and wants to know at once: one call passes, not a handful.
    mutating func resume() {
        hasAnswered = false
        switch state {
        case .closed: state = .closed(Row())
        case .open(_, let openedAt, var outage):
            outage.nextTry = openedAt
            state = .open(openings: 0, openedAt: openedAt, outage: outage)
        }
    }

    /// Whether a failure is not charged to its job: while the breaker is open, and where the job was charged since the last answer and others
    /// wait that may show whose fault it is. With a slow pace, or a short wait, one job would be tried again and again before any other, and fail
    /// for good before anything is known. Once: where it comes again, no other one could be asked.
    func spares(_ evidence: JobEvidence) -> Bool {
        guard case .closed(let row) = state, let job = evidence.job else { return outage != nil }
        return evidence.othersWait && row.charged.contains(job) && row.spared?.contains(job) != true
    }

    /// The connection works, whatever stands behind it.
    mutating func reached() { hasAnswered = true }

    /// - Parameter isCharged: whether it costs the job one of its attempts.
    mutating func failed(
        _ failure: Failure, _ evidence: JobEvidence, isCharged: Bool, startedAt: Timestamp, at now: Timestamp
    ) -> Effect {
        switch state {
        case .closed(var row):
            if let job = evidence.job {
                if spares(evidence) {
                    row.spared = ((row.spared ?? []) + [job]).suffix(Self.remembered)
                } else if isCharged {
                    row.charged = (row.charged + [job]).suffix(Self.remembered)
                }
            }
            // It may be the picture's fault: then it is no sign of an outage, and if there is one all the same it costs no more.
            guard !evidence.othersWereAnswered else {
                state = .closed(row)
                return .none
            }
            row.count = min(row.count + 1, Self.limit)
            row.since = row.since ?? now
            if let job = evidence.job, row.jobs.count < 2 { row.jobs.insert(job) }
            state = .closed(row)
            guard row.count >= Self.limit, row.jobs.count != 1 || failure.isOfTheWay else { return .none }
            return open(1, failure, of: row.charged, since: row.since ?? now, at: now)
        case .open(let openings, let openedAt, let outage):
            // Failures of calls sent before are the same trouble.
            guard startedAt >= openedAt else { return .none }
            guard hasAnswered || openings < 4 || !failure.isOfTheWay else { return .givenUp }
            return open(openings + 1, failure, since: outage.since, at: now)
        }
    }

    private mutating func open(_ openings: Int, _ failure: Failure, of jobs: [JobID] = [], since: Timestamp, at now: Timestamp) -> Effect {
        let outage = Outage(
            since: since, nextTry: now + .seconds(Self.pauses[min(openings, Self.pauses.count) - 1]), kind: failure.kind,
            status: failure.status, message: failure.message)
        state = .open(openings: openings, openedAt: now, outage: outage)
        return .opened(outage, jobs: jobs)
    }
}

extension Failure {
    /// Whether what is known of its job decides whose fault it is.
    package var needsEvidence: Bool { isOutage || kind.concerns != .job }

    /// Whether the provider was out of order, whatever it was asked; what pictures can bring about is no part of it.
    var isOutage: Bool {
        if isLocal == true { return false }
        return switch kind {
        case .serverError, .timeout, .unreachable, .connectionLost: !isDud
        case .overloaded: retryAfter == nil
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .tls, .wrongEndpoint, .modelNotFound, .noVision,
            .imageUnreachable, .imageRejected, .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong, .contentFiltered,
            .refused, .emptyAnswer, .malformedAnswer, .schemaMismatch, .unsupportedParameter, .invalidRequest, .cancelled:
            false
        }
    }

    /// Whether no answer came.
    fileprivate var isOfTheWay: Bool { status == nil && kind.isTransport }
}
