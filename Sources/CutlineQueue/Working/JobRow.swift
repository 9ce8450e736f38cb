import CutlineCore
import SystemPackage

/// What adding, settling, departing and the verbs all do to a job.
enum JobRow {
    /// Whether an entry names the job whose picture is not missing.
    static let isNamed = "EXISTS (SELECT 1 FROM entries WHERE job = jobs.id AND missing_since IS NULL)"

    /// Whether the job was cancelled because nothing names it.
    static let isWithdrawn = """
        state = 'cancelled' AND NOT \(isNamed)
            AND finished_at >= coalesce((SELECT min(missing_since) FROM entries WHERE job = jobs.id), finished_at)
        """

    /// The job has its caption.
    static func finish(_ job: Int64, _ db: any Session, at now: Timestamp) throws {
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET state = 'succeeded', reopened = NULL, available_at = NULL, lease = NULL, finished_at = ? WHERE id = ?
                """
        ).execute(arguments: [now.milliseconds, job])
    }

    /// The job is not asked any more. One that was only asked for a better caption keeps the one it has.
    static func cancel(_ job: Int64, _ db: any Session, at now: Timestamp) throws {
        try db.cachedStatement(sql: cancelling).execute(arguments: [now.milliseconds, job])
    }

    private static let cancelling = """
        UPDATE jobs SET state = CASE WHEN reopened IS NULL THEN 'cancelled' ELSE 'succeeded' END, reopened = NULL, available_at = NULL, lease = NULL,
            finished_at = ?
        WHERE id = ?
        """

    /// A job that no entry names any more would be paid for and never exported, so it is not sent, and not counted as trouble. A running
    /// one is left alone until its call ends. One that is held for a person stays held while its picture is only missing, for it must not come
    /// back as queued.
    static func cancelIfNameless(_ job: Int64, _ db: any Session, at now: Timestamp) throws -> Bool {
        try db.cachedStatement(
            sql: """
                \(cancelling) AND NOT \(isNamed)
                    AND (state = 'queued' OR state = 'failed' OR state = 'held' AND NOT EXISTS (SELECT 1 FROM entries WHERE job = jobs.id))
                """
        ).execute(arguments: [now.milliseconds, job])
        return db.changesCount == 1
    }

    /// Before a job gets a name again: its edit was undone, or its picture is back. One that a person cancelled before its picture went
    /// missing stays cancelled.
    ///
    /// - Parameter priority: nil: the one that it had.
    static func requeueIfNameless(_ job: Int64, _ db: any Session, taking priority: Priority? = nil) throws {
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET state = 'queued', finished_at = NULL, priority = coalesce(?, priority) WHERE id = ? AND \(isWithdrawn)
                """
        ).execute(arguments: [priority?.rawValue, job])
    }

    /// The job of copies is sent from where one of them lies that is there.
    static func pointToRemainingEntry(_ job: Int64, _ db: any Session) throws {
        for place in try [UInt8].fetchAll(db.cachedStatement(sql: remainingPlaces), arguments: [job]) {
            guard let look = try ImageColumn.looks(at: FilePath(bytes: place), db).first else { continue }
            return try db.cachedStatement(sql: "UPDATE jobs SET images = ? WHERE id = ? AND state <> 'succeeded'")
                .execute(arguments: [JSONColumn.list([.integer(look.id)]), job])
        }
    }

    static let remainingPlaces =
        "SELECT path FROM entries WHERE job = ? AND missing_since IS NULL AND path IS NOT NULL ORDER BY id"
}
