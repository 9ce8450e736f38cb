import CutlineCore

/// Settles ended calls inside a transaction.
struct SettleStep {
    let db: any Session
    let lanes: LaneStore
    let now: Timestamp
    let jitter: () -> Double
    var checksCache = CaptionChecksCache()
    /// What was found in long captions before the transaction.
    var looks: [AttemptID: CaptionLook] = [:]

    /// Settles one call behind a savepoint, so that a row the schema refuses cannot block the others.
    func settle(_ settlement: Settlement) throws -> Settled {
        guard let attempt = try AttemptRow.fetch(settlement.attempt, db) else {
            return Settled(attempt: settlement.attempt, effect: .rejected(reason: "no such attempt"))
        }
        let evidence = try evidence(for: settlement.outcome, attempt)
        var effect = Settled.Effect.repeated
        do {
            try db.inSavepoint { effect = try apply(settlement, attempt, evidence) }
        } catch let error as StoreError where error.kind == .constraint {
            return Settled(attempt: settlement.attempt, effect: .rejected(reason: error.message))
        }
        // Only now: the lane's change is kept in memory until the end of the turn, where no savepoint takes it back.
        try tellLane(settlement, attempt, evidence)
        return Settled(attempt: settlement.attempt, effect: effect)
    }

    private func apply(_ settlement: Settlement, _ attempt: AttemptRow, _ evidence: JobEvidence) throws -> Settled.Effect {
        switch settlement.outcome {
        case .caption(let caption): return try keep(caption, settlement, attempt)
        case .failure(let failure): return try fail(failure, settlement, attempt, evidence)
        case .unknown(let failure): return try leaveUnknown(failure, settlement, attempt)
        case .notSent(let reason): return try release(reason, settlement, attempt)
        case .changed(let images, let fingerprint): return try refile(images, fingerprint, settlement, attempt)
        }
    }

    /// A rescued attempt has left its lane already.
    private func tellLane(_ settlement: Settlement, _ attempt: AttemptRow, _ evidence: JobEvidence) throws {
        guard attempt.phase == .open else { return }
        let event: LaneEvent =
            switch settlement.outcome {
            case .caption(let caption): .answered(caption.usage)
            case .failure(let failure): .failed(failure)
            case .unknown(let failure): .unanswered(failure)
            case .notSent, .changed: .notSent
            }
        let recalled = try lanes.apply(event, evidence, settlement, of: attempt, at: now)
        for job in recalled { try recall(job) }
    }

    private func fail(
        _ failure: Failure, _ settlement: Settlement, _ attempt: AttemptRow, _ evidence: JobEvidence
    ) throws -> Settled.Effect {
        guard attempt.phase == .open else { return .repeated }
        var failure = failure
        var decision = try decide(&failure, attempt, evidence)
        if case .retry(let delay) = decision { decision = .retry(after: try delay + lanes.takeRetry(attempt.lane, at: now)) }
        let change = decision.isCounted ? try askingAgain(after: failure, attempt, decision) : nil
        if case .askAgain = decision, change == nil { decision = .fail }
        // What may have been paid for is no refusal, even where the job is not charged.
        try attempt.end(decision.isCounted || failure.billed != .no ? .failed : .released, failure: failure, settlement, db)
        if let change { return try askAgain(change, attempt, counting: .failures) }
        if decision == .fail, let effect = try fallBack(after: failure, attempt) { return effect }
        return try move(attempt, by: decision, counting: decision.isCounted ? .failures : failure.billed != .no ? .attempts : nil)
    }

    /// How the job is asked once more; nil: it is not. A refusal, an empty answer or one that fits no schema may be what the user wants to be
    /// asked again for; it is a failure all the same.
    private func askingAgain(after failure: Failure, _ attempt: AttemptRow, _ decision: Decision) throws -> AskingAgain? {
        var ours: AskingAgain?
        if case .askAgain(let change) = decision { ours = change }
        // Most failures neither change the next call nor stand for a flag: the batch's rules are not read for them.
        guard ours != nil || CaptionFlag(of: failure.kind) != nil else { return nil }
        let job = try checksCache.checks(ofJob: attempt.job, db)
        if let change = job.rules.askingAgain(after: failure, before: job.askedAgain) { return change }
        guard let change = ours else { return nil }
        let quirks = try lanes.quirks(attempt.lane, of: attempt.model)
        return quirks.leavesUnchanged(change, addingText: job.rules.retryPrompt != nil) ? nil : change
    }

    private func leaveUnknown(_ failure: Failure, _ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        guard attempt.phase == .open else { return .repeated }
        let decision = attempt.policy.decision(afterUnknown: attempt.tally(unanswered: 1), crashed: false, jitter: jitter())
        try attempt.end(.unknown, failure: failure, settlement, db)
        try db.cachedStatement(sql: "UPDATE counts SET unanswered = unanswered + 1 WHERE batch = ?").execute(arguments: [attempt.batch])
        try stopPayingForSilence(failure, attempt)
        return try move(attempt, by: decision, counting: .unanswered)
    }

    /// What a person who lifted the pause knew of is not counted again.
    private func stopPayingForSilence(_ failure: Failure, _ attempt: AttemptRow) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT unanswered - forgiven_unanswered AS unanswered, attempts - forgiven_attempts AS attempts FROM counts WHERE batch = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [attempt.batch]) else { return }
        let calls = UnansweredCalls(unanswered: row["unanswered"], of: row["attempts"])
        if let pause = calls.pause(after: failure) { try lanes.pause(attempt.lane, pause) }
    }

    private func release(_ reason: String, _ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        guard attempt.phase == .open else { return .repeated }
        try attempt.end(.released, failure: Failure(.cancelled, reason), settlement, db)
        return try move(attempt, by: .release, counting: nil)
    }

    /// What of a job's patience an attempt used up.
    enum Charge: String {
        case failures, unanswered, crashes
        /// Nothing: it is only counted.
        case attempts
    }

    /// Moves the job and takes from its budget, if this attempt still holds it.
    ///
    /// A job that would stop although a caption was set aside takes that: it was paid for.
    func move(_ attempt: AttemptRow, by decision: Decision, counting charge: Charge?) throws -> Settled.Effect {
        if charge != nil { try add(attempts: 1, to: attempt.job) }
        if decision == .fail || decision == .hold, try holds(attempt), try SetAsideStep(db: db, now: now).acceptBest(of: attempt.job) {
            return .accepted
        }
        let state: JobState
        var availableAt: Timestamp?
        let effect: Settled.Effect
        switch decision {
        case .retry(let delay):
            (state, effect) = (.queued, .retries(after: delay))
            if delay > .zero { availableAt = now + delay }
        case .askAgain: (state, effect) = (.queued, .retries(after: .zero))
        case .release: (state, effect) = (.queued, .released)
        case .postpone(let delay):
            (state, effect) = (.queued, .released)
            if delay > .zero { availableAt = now + delay }
        case .hold: (state, effect) = (.held, .held)
        case .fail: (state, effect) = (.failed, .failed)
        }
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET state = ?, lease = NULL, available_at = ?, finished_at = ?, postponed = postponed + ?
                    \(charge.flatMap { $0 == .attempts ? nil : ", \($0) = \($0) + 1" } ?? "")
                WHERE id = ? AND lease = ?
                """
        ).execute(arguments: [
            state.rawValue, availableAt?.milliseconds, state.isFinished ? now.milliseconds : nil,
            // What stays without an answer may be paid for, and others may show why: they go first.
            decision.isPostponement || charge == .unanswered && state == .queued, attempt.job,
            attempt.id.number,
        ])
        guard db.changesCount == 1 else { return .fenced }
        return try JobRow.cancelIfNameless(attempt.job, db, at: now) ? .cancelled : effect
    }

    private func holds(_ attempt: AttemptRow) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT lease IS NOT DISTINCT FROM ? FROM jobs WHERE id = ?")
        return try Bool.fetchOne(statement, arguments: [attempt.id.number, attempt.job])!
    }

    func add(attempts: Int, to job: Int64) throws {
        try db.cachedStatement(sql: "UPDATE jobs SET attempts = attempts + ? WHERE id = ?").execute(arguments: [attempts, job])
    }
}

extension Decision {
    /// Whether the job is charged with it.
    fileprivate var isCounted: Bool {
        switch self {
        case .retry, .askAgain, .hold, .fail: true
        case .release, .postpone: false
        }
    }

    fileprivate var isPostponement: Bool { if case .postpone = self { true } else { false } }
}
