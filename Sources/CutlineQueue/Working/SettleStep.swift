import CutlineCore
import GRDB

/// Settles ended calls inside a transaction.
struct SettleStep {
    let db: Database
    let lanes: LaneStore
    let now: Timestamp
    let jitter: () -> Double

    /// Settles one call behind a savepoint, so that a row the schema refuses cannot block the others.
    func settle(_ settlement: Settlement) throws -> Settled {
        guard let attempt = try AttemptRow.fetch(settlement.attempt, db) else {
            return Settled(attempt: settlement.attempt, effect: .rejected(reason: "no such attempt"))
        }
        var effect = Settled.Effect.repeated
        do {
            try db.inSavepoint {
                effect = try apply(settlement, attempt)
                return .commit
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return Settled(attempt: settlement.attempt, effect: .rejected(reason: error.message ?? "a constraint"))
        }
        // Only now: the lane's change is kept in memory until the end of the turn, where no savepoint takes it back.
        try tellLane(settlement, attempt)
        return Settled(attempt: settlement.attempt, effect: effect)
    }

    private func apply(_ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        switch settlement.outcome {
        case .caption(let caption): return try keep(caption, settlement, attempt)
        case .failure(let failure): return try fail(failure, settlement, attempt)
        case .unknown(let failure): return try leaveUnknown(failure, settlement, attempt)
        case .notSent(let reason): return try release(reason, settlement, attempt)
        case .changed(let images, let fingerprint): return try refile(images, fingerprint, settlement, attempt)
        }
    }

    /// A rescued attempt has left its lane already.
    private func tellLane(_ settlement: Settlement, _ attempt: AttemptRow) throws {
        guard attempt.phase == .open else { return }
        let event: LaneEvent =
            switch settlement.outcome {
            case .caption(let caption): .answered(usedTokens: caption.usage.totalTokens)
            case .failure(let failure): .failed(failure)
            case .unknown(let failure): .unanswered(failure)
            case .notSent, .changed: .notSent
            }
        try lanes.apply(event, of: attempt, at: settlement.endedAt)
    }

    /// A caption is always kept: the first is accepted whoever holds the job now, a later one is a duplicate.
    private func keep(_ caption: Caption, _ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        guard attempt.phase == .open || attempt.phase == .unknown else { return .repeated }
        let isFirst = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT NOT EXISTS (SELECT 1 FROM captions WHERE job = ? AND accepted = 1)"),
            arguments: [attempt.job])!
        let flags = JSONColumn.list(caption.flags.map(\.rawValue))
        try db.cachedStatement(
            sql: """
                INSERT INTO captions (attempt, job, accepted, text, finish_reason, model, flags, received_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            attempt.id.number, attempt.job, isFirst, caption.text, caption.finishReason?.rawValue, caption.resolvedModel, flags,
            settlement.endedAt.milliseconds,
        ])
        try attempt.end(
            .succeeded, billed: .yes, usage: caption.usage, requestID: caption.requestID, isDuplicate: !isFirst, settlement, db)
        // An unknown attempt was counted when it was given up.
        let counted = attempt.phase == .open ? 1 : 0
        guard isFirst else {
            try add(attempts: counted, to: attempt.job)
            return .duplicate
        }
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET state = 'succeeded', lease = NULL, available_at = NULL, finished_at = ?, attempts = attempts + ?
                WHERE id = ?
                """
        ).execute(arguments: [now.milliseconds, counted, attempt.job])
        return .accepted
    }

    private func fail(_ failure: Failure, _ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        guard attempt.phase == .open else { return .repeated }
        // What was under way when the lane was paused for this very refusal must not fail with it.
        let decision =
            try lanes.isPaused(attempt.lane, byRefusalsLike: failure)
            ? .release : attempt.policy.decision(after: failure, tally: attempt.tally(failures: 1), jitter: jitter())
        try attempt.end(decision == .release ? .released : .failed, failure: failure, settlement, db)
        return try move(attempt, by: decision, counting: decision == .release ? nil : .failures)
    }

    private func leaveUnknown(_ failure: Failure, _ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        guard attempt.phase == .open else { return .repeated }
        let decision = attempt.policy.decision(afterUnknown: attempt.tally(unanswered: 1), crashed: false, jitter: jitter())
        try attempt.end(.unknown, failure: failure, settlement, db)
        try db.cachedStatement(sql: "UPDATE counts SET unanswered = unanswered + 1 WHERE batch = ?").execute(arguments: [attempt.batch])
        try stopPayingForSilence(failure, attempt)
        return try move(attempt, by: decision, counting: .unanswered)
    }

    /// More than 20 calls and more than 1 % of a batch's without an answer: the lane is paused. What a person who lifted the pause knew
    /// of is not counted again.
    private func stopPayingForSilence(_ failure: Failure, _ attempt: AttemptRow) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT unanswered - forgiven_unanswered AS unanswered, attempts - forgiven_attempts AS attempts FROM counts WHERE batch = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [attempt.batch]) else { return }
        let (unanswered, attempts): (Int, Int) = (row["unanswered"], row["attempts"])
        guard unanswered > max(20, attempts / 100) else { return }
        let message = "\(unanswered) of \(attempts) calls were taken and not answered; the last: \(failure.message)"
        try lanes.pause(attempt.lane, Pause(kind: failure.kind, message: message))
    }

    private func release(_ reason: String, _ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        guard attempt.phase == .open else { return .repeated }
        try attempt.end(.released, failure: Failure(.cancelled, reason), settlement, db)
        return try move(attempt, by: .release, counting: nil)
    }

    /// What of a job's patience an attempt used up.
    enum Budget: String {
        case failures, unanswered, crashes
    }

    /// Moves the job and takes from its budget, if this attempt still holds it.
    func move(_ attempt: AttemptRow, by decision: Decision, counting budget: Budget?) throws -> Settled.Effect {
        if budget != nil { try add(attempts: 1, to: attempt.job) }
        let state: JobState
        var availableAt: Timestamp?
        let effect: Settled.Effect
        switch decision {
        case .retry(let delay):
            (state, effect) = (.queued, .retries(after: delay))
            if delay > .zero { availableAt = now + delay }
        case .release: (state, effect) = (.queued, .released)
        case .hold: (state, effect) = (.held, .held)
        case .fail: (state, effect) = (.failed, .failed)
        }
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET state = ?, lease = NULL, available_at = ?, finished_at = ?\(budget.map { ", \($0) = \($0) + 1" } ?? "")
                WHERE id = ? AND lease = ?
                """
        ).execute(arguments: [
            state.rawValue, availableAt?.milliseconds, state.isFinished ? now.milliseconds : nil, attempt.job, attempt.id.number,
        ])
        guard db.changesCount == 1 else { return .fenced }
        return try JobRow.cancelIfNameless(attempt.job, db, at: now) ? .cancelled : effect
    }

    private func add(attempts: Int, to job: Int64) throws {
        try db.cachedStatement(sql: "UPDATE jobs SET attempts = attempts + ? WHERE id = ?").execute(arguments: [attempts, job])
    }
}
