import CutlineCore

/// Whose fault a failure is: what the queue knows of the job, and what becomes of it.
extension SettleStep {
    /// What decides whose fault a failure is. Nothing is read for others, refusals for the pace among them.
    func evidence(for outcome: Outcome, _ attempt: AttemptRow) throws -> JobEvidence {
        let failure: Failure
        switch outcome {
        case .failure(let said), .unknown(let said): failure = said
        case .caption, .notSent, .changed: return JobEvidence()
        }
        guard failure.needsEvidence else { return JobEvidence() }
        return JobEvidence(
            job: JobID(attempt.job), othersWereAnswered: try wereOthersAnswered(sinceFailuresLike: failure, attempt),
            othersWait: try Bool.fetchOne(db.cachedStatement(sql: Self.readyOthers), arguments: [attempt.batch, attempt.job])!)
    }

    static let readyOthers = """
        SELECT EXISTS (SELECT 1 FROM jobs WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 AND id <> ?)
        """

    /// Whether the job failed alike before and others of its batch were answered since: by the same run where a refusal is about the account or
    /// the model, for both may have changed; ever, where a server failed.
    private func wereOthersAnswered(sinceFailuresLike failure: Failure, _ attempt: AttemptRow) throws -> Bool {
        let classes = JSONColumn.list(failure.kind.alike.map(\.rawValue))
        let statement = try db.cachedStatement(sql: Self.firstAlike)
        let row = try Row.fetchOne(statement, arguments: [attempt.job, attempt.id.number, attempt.route.number, classes])
        guard let row, let first: Int64 = row["id"], let ended: Int64 = row["ended_at"] else { return false }
        if failure.kind.scope == .lane {
            return try lanes.answeredAt(attempt.lane, attempt.model).map { $0.milliseconds > ended } ?? false
        }
        let answered = try db.cachedStatement(sql: Self.answeredSince)
        return try Bool.fetchOne(answered, arguments: [first, ended, attempt.batch, attempt.route.number])!
    }

    // What ended with its worker was no failure of the provider's, and shows nothing of the job.
    static let firstAlike = """
        SELECT id, ended_at FROM attempts
        WHERE job = ? AND id < ? AND route = ? AND phase <> 'succeeded' AND class IN (SELECT value FROM json_each(?) AS alike)
            AND ended_at < coalesce((SELECT workers.ended_at FROM workers WHERE workers.id = attempts.worker), attempts.ended_at + 1)
        ORDER BY n LIMIT 1
        """

    // By number: it ends with the first answer, and where none came there are few calls. What was under way at the failure shows nothing.
    static let answeredSince = """
        SELECT EXISTS (SELECT 1 FROM attempts WHERE id > ? AND started_at >= ? AND batch = ? AND route = ? AND phase = 'succeeded')
        """

    /// What becomes of the job, whose fault it is considered.
    func decide(_ failure: inout Failure, _ attempt: AttemptRow, _ evidence: JobEvidence) throws -> Decision {
        switch try lanes.blame(for: failure, evidence, of: attempt, at: now) {
        case .job?: return .fail
        case .lane?: return .postpone(.zero)
        case .excess(isConfirmed: false)?: return .postpone(.seconds(60))
        case .excess(isConfirmed: true)?:
            failure.call(tooLargeFor: failure.excess)
            return .fail
        case nil: break
        }
        if failure.kind == .rateLimited, let decision = try decision(afterManyLike: failure, attempt) { return decision }
        return attempt.policy.decision(after: failure, tally: attempt.tally(failures: 1), jitter: jitter())
    }

    /// A job that is refused for the pace again and again does not stand before the others.
    private func decision(afterManyLike failure: Failure, _ attempt: AttemptRow) throws -> Decision? {
        let statement = try db.cachedStatement(sql: Self.paceRefusals)
        let refusals = try Int.fetchOne(statement, arguments: [attempt.job, FailureClass.rateLimited.rawValue])! + 1
        return refusals > 3 ? .postpone(.zero) : nil
    }

    static let paceRefusals = "SELECT count(*) FROM attempts WHERE job = ? AND class = ? AND phase = 'released'"

    /// Gives a job back the attempt that it was charged with for what turned out to be its lane's fault. One that failed for it goes back to
    /// the queue, unless a person or another provider has it by now.
    func recall(_ job: JobID) throws {
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET failures = CASE WHEN failures > 0 THEN failures - 1 ELSE 0 END, finished_at = CASE WHEN state = 'failed' THEN NULL ELSE finished_at END,
                    postponed = CASE WHEN state = 'failed' THEN postponed + 1 ELSE postponed END,
                    state = CASE WHEN state = 'failed' THEN 'queued' ELSE state END
                WHERE id = ? AND (state = 'failed' OR state = 'queued' OR state = 'running')
                """
        ).execute(arguments: [job.number])
    }
}

extension FailureClass {
    /// Those that one and the same picture brings about.
    fileprivate var alike: [FailureClass] {
        switch self {
        case .serverError, .overloaded, .timeout, .connectionLost: [.serverError, .overloaded, .timeout, .connectionLost]
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .unreachable, .tls, .wrongEndpoint, .modelNotFound, .noVision,
            .imageUnreachable, .imageRejected, .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong, .contentFiltered,
            .refused, .emptyAnswer, .malformedAnswer, .schemaMismatch, .unsupportedParameter, .invalidRequest, .cancelled:
            [self]
        }
    }
}

extension Failure {
    fileprivate mutating func call(tooLargeFor excess: Excess?) {
        guard let excess else { return }
        kind = .tooLarge
        message = "one call needs \(excess.requested), and the limit never holds more than \(excess.limit): \(message)"
    }
}
