import CutlineCore

extension AddStep {
    /// Adds a draft, and gives its job the caption that another batch has for it where that is wanted.
    func add(_ draft: JobDraft, _ captions: inout CaptionSearch) throws -> Added {
        var added = try add(draft)
        guard !captions.isEmpty, let known = try captions.caption(for: draft, state: { try state(draft.fingerprint) }, db) else {
            return added
        }
        switch captions.use {
        case .tell: break
        case .takeOver:
            try takeOver(known, by: draft.fingerprint)
            added.reused = 1
        }
        return added
    }

    /// Writes the caption down as the job's own, under an attempt that was no call: it names the one that was, where usage and cost stay.
    private func takeOver(_ known: CaptionSearch.Known, by fingerprint: Fingerprint) throws {
        guard let job = try job(of: fingerprint) else { throw StoreError(message: "a job that is there cannot be found") }
        let attempt = try db.insert(
            sql: """
                INSERT INTO attempts
                    (batch, job, n, worker, started_at, lease_until, ended_at, phase, billed, estimated_tokens, reused_from)
                SELECT ?, ?, (SELECT coalesce(max(n), 0) + 1 FROM attempts WHERE job = ?), worker, ?, ?, ?, 'succeeded', 'yes', 0, id
                FROM attempts WHERE id = ?
                """,
            arguments: [batch.number, job, job, now.milliseconds, now.milliseconds, now.milliseconds, known.origin])!
        let caption = known.caption
        try db.cachedStatement(
            sql: """
                INSERT INTO captions (attempt, job, accepted, text, finish_reason, model, flags, received_at)
                VALUES (?, ?, 1, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            attempt, job, caption.text, caption.finishReason?.rawValue, caption.resolvedModel,
            JSONColumn.list(caption.flags.map(\.rawValue)), known.receivedAt.milliseconds,
        ])
        try JobRow.finish(job, db, at: now)
    }
}
