import CutlineCore
import GRDB

/// What adding and settling both do to a job.
enum JobRow {
    /// A job that no entry names any more would be paid for and never exported, so it is not sent, and not counted as trouble. A running
    /// one is left alone until its call ends; one that is only asked for a better caption keeps the one it has.
    static func cancelIfNameless(_ job: Int64, _ db: Database, at now: Timestamp) throws -> Bool {
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET state = iif(reopened IS NULL, 'cancelled', 'succeeded'), reopened = NULL, available_at = NULL, finished_at = ?
                WHERE id = ? AND (state = 'queued' OR state = 'failed' OR state = 'held') AND NOT EXISTS (SELECT 1 FROM entries WHERE job = jobs.id)
                """
        ).execute(arguments: [now.milliseconds, job])
        return db.changesCount == 1
    }
}
