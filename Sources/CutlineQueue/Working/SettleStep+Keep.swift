import CutlineCore

extension SettleStep {
    /// A caption is always kept: the first is accepted whoever holds the job now, a later one is a duplicate, unless a person asked for it.
    /// One with a flag for which the job is asked again is set aside; when it will be asked no more, the best is accepted.
    func keep(_ caption: Caption, _ settlement: Settlement, _ attempt: AttemptRow) throws -> Settled.Effect {
        guard attempt.phase == .open || attempt.phase == .unknown else { return .repeated }
        let isAwaited = try Bool.fetchOne(db.cachedStatement(sql: Self.awaits), arguments: [attempt.id.number, attempt.job])!
        let job = try checksCache.checks(ofJob: attempt.job, db)
        var caption = caption
        caption.flags = looks[attempt.id]?.flags(under: job.rules) ?? job.checks.flags(of: caption)
        // An unknown attempt was counted when it was given up.
        let counted = attempt.phase == .open ? 1 : 0
        let place: Place = !isAwaited ? .duplicate : try self.place(for: caption.flags, job, attempt)
        if case .accepted = place { try setAside.withdraw(of: attempt.job) }
        try insert(caption, place, settlement, attempt)
        try add(attempts: counted, to: attempt.job)
        switch place {
        case .duplicate: return .duplicate
        case .accepted: try JobRow.finish(attempt.job, db, at: now)
        case .setAside(.better(let earlier)): try setAside.accept(earlier, of: attempt.job)
        case .setAside(.askingAgain(let change)): return try askAgain(change, attempt, counting: nil)
        }
        return .accepted
    }

    private enum Place {
        case accepted, duplicate
        case setAside(Reason)

        enum Reason {
            case askingAgain(AskingAgain)
            /// One that came before is better.
            case better(SetAsideStep.Candidate)
        }
    }

    private var setAside: SetAsideStep { SetAsideStep(db: db, now: now) }

    private func place(for flags: [CaptionFlag], _ job: JobChecks, _ attempt: AttemptRow) throws -> Place {
        // A job that is over is not opened again for a caption that came late.
        if job.state == .queued || job.state == .running, let change = job.rules.askingAgain(for: flags, before: job.askedAgain) {
            return .setAside(.askingAgain(change))
        }
        let earlier = try setAside.candidates(of: attempt.job)
        let best = CaptionFlag.best(of: earlier.map(\.flags) + [flags])
        return best == earlier.count ? .accepted : .setAside(.better(earlier[best]))
    }

    private func insert(_ caption: Caption, _ place: Place, _ settlement: Settlement, _ attempt: AttemptRow) throws {
        let (isAccepted, isDuplicate, isSetAside) =
            switch place {
            case .accepted: (true, false, false)
            case .duplicate: (false, true, false)
            case .setAside: (false, false, true)
            }
        try db.cachedStatement(
            sql: """
                INSERT INTO captions (attempt, job, accepted, set_aside, text, finish_reason, model, flags, received_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            attempt.id.number, attempt.job, isAccepted, isSetAside, caption.text, caption.finishReason?.rawValue, caption.resolvedModel,
            JSONColumn.list(caption.flags.map(\.rawValue)), settlement.endedAt.milliseconds,
        ])
        try attempt.end(
            .succeeded, billed: .yes, usage: caption.usage, requestID: caption.requestID, answer: caption.raw, isDuplicate: isDuplicate,
            settlement, db)
    }

    /// Whether a job has no caption, or this attempt was made since a person asked for another one.
    private static let awaits = """
        SELECT coalesce(reopened < ?, false) OR NOT EXISTS (SELECT 1 FROM captions WHERE job = jobs.id AND accepted = 1) FROM jobs WHERE id = ?
        """

    /// Writes down how the job will be asked otherwise, and puts it back in the queue if this attempt still holds it: behind the jobs that
    /// wait, so that a batch of which every answer is a dud shows it before the second call of the first one.
    func askAgain(_ change: AskingAgain, _ attempt: AttemptRow, counting charge: Charge?) throws -> Settled.Effect {
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET asked_again = asked_again + 1, asked_longer = asked_longer + ?, postponed = postponed + 1 WHERE id = ?
                """
        ).execute(arguments: [change == .longer, attempt.job])
        return try move(attempt, by: .askAgain(change), counting: charge)
    }
}
