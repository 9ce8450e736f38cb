/// A provider that fails whatever it is asked, since when, and when it is asked again.
package struct Outage: Codable, Hashable, Sendable {
    /// The first of the failures in a row.
    package var since: Timestamp
    /// When the next call shows whether it is over.
    package var nextTry: Timestamp
    package var kind: FailureClass
    /// Nil: it does not answer.
    package var status: Int?
    /// Of the last failure.
    package var message: String

    package init(since: Timestamp, nextTry: Timestamp, kind: FailureClass, status: Int? = nil, message: String) {
        self.since = since
        self.nextTry = nextTry
        self.kind = kind
        self.status = status
        self.message = message
    }
}

/// Stops a lane whose provider is out of order, whether it does not answer or answers with its own errors.
///
/// ```
///            five failures in a row, of two jobs at least           a failed probe: 5, 10, 20, 40, 60 s, then 5 min
///   closed ───────────────────────────────────────────────▶ open ◀──────────────────────────────────────────────┐
///     ▲                                                       └── when the time has come, one call passes ───────┤
///     └───────────────────────────── an answer to a call that was sent since ────────────────────────────────────┘
/// ```
///
/// A job that fails while others are answered is not counted: then the fault is its picture's. A lane whose connection never worked is
/// given up after four openings (75 s): the address is probably wrong.
package struct Breaker: Codable, Hashable, Sendable {
    enum Verdict {
        case none, givenUp
        /// The jobs are those whose failures opened it.
        case opened(Outage, jobs: [JobID])
    }

    private enum State: Codable, Hashable, Sendable {
        /// Failures in a row.
        case closed(failures: Int, jobs: [JobID], since: Timestamp?)
        case open(openings: Int, openedAt: Timestamp, outage: Outage)
    }

    private var state = State.closed(failures: 0, jobs: [], since: nil)
    private var hasAnswered = false

    private static let limit = 5
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
        state = .closed(failures: 0, jobs: [], since: nil)
    }

    mutating func failed(_ failure: Failure, _ evidence: JobEvidence, startedAt: Timestamp, at now: Timestamp) -> Verdict {
        switch state {
        case .closed(let failures, var jobs, let since):
            guard !evidence.othersWereAnswered else { return .none }
            if let job = evidence.job, !jobs.contains(job) { jobs.append(job) }
            let next = State.closed(failures: failures + 1, jobs: jobs, since: since ?? now)
            guard failures + 1 >= Self.limit, jobs.count != 1 || failure.isOfTheWay else {
                state = next
                return .none
            }
            return open(1, failure, of: jobs, since: since ?? now, at: now)
        case .open(let openings, let openedAt, let outage):
            // Failures of calls sent before are the same trouble.
            guard startedAt >= openedAt else { return .none }
            guard hasAnswered || openings < 4 || !failure.isOfTheWay else { return .givenUp }
            return open(openings + 1, failure, since: outage.since, at: now)
        }
    }

    private mutating func open(_ openings: Int, _ failure: Failure, of jobs: [JobID] = [], since: Timestamp, at now: Timestamp) -> Verdict {
        let outage = Outage(
            since: since, nextTry: now + .seconds(Self.pauses[min(openings, Self.pauses.count) - 1]), kind: failure.kind,
            status: failure.status, message: failure.message)
        state = .open(openings: openings, openedAt: now, outage: outage)
        return .opened(outage, jobs: jobs)
    }
}

extension Failure {
    /// Whether the provider was out of order, whatever it was asked; what pictures can bring about is no part of it.
    var isOutage: Bool {
        switch kind {
        case .serverError, .timeout, .unreachable, .connectionLost: !isDud
        case .overloaded: retryAfter == nil
        default: false
        }
    }

    /// Whether no answer came.
    fileprivate var isOfTheWay: Bool { status == nil && kind.isTransport }
}
