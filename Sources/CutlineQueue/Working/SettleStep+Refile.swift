import CutlineCore
import SystemPackage

extension SettleStep {
    /// Files a job's entries under what would be sent now, as adding them again would. Nothing was sent, so no attempt is counted.
    func refile(
        _ images: [ImageSource], _ fingerprint: Fingerprint, _ settlement: Settlement, _ attempt: AttemptRow
    ) throws -> Settled.Effect {
        guard attempt.phase == .open else { return .repeated }
        try attempt.end(.released, failure: Failure(.cancelled, "a picture changed after it was added"), settlement, db)
        let step = AddStep(db: db, batch: BatchID(attempt.batch), now: now)
        let job = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT fingerprint, prompt, priority FROM jobs WHERE id = ?"), arguments: [attempt.job])!
        let moved: Int64
        if job["fingerprint"] as [UInt8] == fingerprint.bytes {
            // The same bytes under another date or name: only where they lie is new.
            try setImages(ImageColumn.store(images, db), of: attempt.job)
            moved = attempt.job
        } else {
            moved = try step.openJob(fingerprint, images: images, prompt: job.text(optional: "prompt"), Priority(rawValue: job["priority"]))
                .id
            try moveEntries(from: attempt.job, to: moved, path: images.onlyPath)
            // The changed file may be one that no entry means any more.
            _ = try JobRow.cancelIfNameless(moved, db, at: now)
            try JobRow.pointToRemainingEntry(attempt.job, db)
        }
        let effect = try move(attempt, by: .retry(after: RetryPolicy.waitAfterChange), counting: nil)
        try db.cachedStatement(
            sql: "UPDATE jobs SET available_at = ? WHERE id = ? AND state = 'queued' AND available_at IS NULL"
        ).execute(arguments: [(now + RetryPolicy.waitAfterChange).milliseconds, moved])
        return effect
    }

    /// Entries of other paths are copies, which need not have changed.
    private func moveEntries(from old: Int64, to new: Int64, path: FilePath?) throws {
        try db.cachedStatement(sql: "UPDATE entries SET job = ? WHERE job = ? AND (path IS NULL OR path = ?)")
            .execute(arguments: [new, old, path.map { $0.bytes }])
    }

    private func setImages(_ column: String, of job: Int64) throws {
        try db.cachedStatement(sql: "UPDATE jobs SET images = ? WHERE id = ?").execute(arguments: [column, job])
    }
}

extension [ImageSource] {
    /// As an entry's `path` has it: nil for several pictures and for addresses.
    fileprivate var onlyPath: FilePath? {
        guard count == 1, case .file(let file) = self[0] else { return nil }
        return file.place
    }
}
