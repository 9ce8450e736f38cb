import CutlineCore

extension SettleStep {
    /// Queues a job that failed for good for the next provider of its batch's list, with all its attempts before it. Nil where there is none,
    /// where that would not help, and where a caption is there already, which was paid for: then nothing has changed.
    func fallBack(after failure: Failure, _ attempt: AttemptRow) throws -> Settled.Effect? {
        guard failure.kind.mayPassElsewhere, failure.isLocal != true, let position = attempt.position,
            let next = try Row.fetchOne(
                db.cachedStatement(sql: Self.nextRoute), arguments: [attempt.batch, position, attempt.job, attempt.job])
        else { return nil }
        try add(attempts: 1, to: attempt.job)
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET state = 'queued', lease = NULL, available_at = NULL, route = ?, failures = 0, unanswered = 0, crashes = 0,
                    asked_again = 0, asked_longer = 0
                WHERE id = ? AND lease = ?
                """
        ).execute(arguments: [next["id"] as Int64, attempt.job, attempt.id.number])
        guard db.changesCount == 1 else { return .fenced }
        if try JobRow.cancelIfNameless(attempt.job, db, at: now) { return .cancelled }
        return .fallsBack(to: Asked(provider: next["provider"], model: next.text("model")))
    }

    private static let nextRoute = """
        SELECT id, provider, model FROM routes WHERE batch = ? AND position > ? AND NOT EXISTS (SELECT 1 FROM captions WHERE job = ? AND accepted = 1)
            AND NOT EXISTS (SELECT 1 FROM captions WHERE job = ? AND set_aside = 1)
        ORDER BY position LIMIT 1
        """
}
