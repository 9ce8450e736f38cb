import CutlineCore
import GRDB

/// Captions that were flagged and set aside while their job is asked again, inside a transaction.
struct SetAsideStep {
    let db: Database
    let now: Timestamp

    /// A caption that was set aside, with its flags.
    struct Candidate {
        let attempt: Int64
        let flags: [CaptionFlag]
    }

    /// What of a job was set aside, in the order in which it came.
    func candidates(of job: Int64) throws -> [Candidate] {
        let statement = try db.cachedStatement(
            sql: "SELECT attempt, flags FROM captions WHERE job = ? AND set_aside = 1 AND accepted = 0 ORDER BY attempt")
        return try Row.fetchAll(statement, arguments: [job]).map {
            Candidate(attempt: $0["attempt"], flags: try CaptionFlag.list($0["flags"]))
        }
    }

    /// Accepts the best caption of a job that will not be asked again. False where there is none: then nothing has changed.
    func acceptBest(of job: Int64) throws -> Bool {
        let candidates = try candidates(of: job)
        guard !candidates.isEmpty else { return false }
        try accept(candidates[CaptionFlag.best(of: candidates.map(\.flags))], of: job)
        return true
    }

    func accept(_ candidate: Candidate, of job: Int64) throws {
        try db.cachedStatement(sql: "UPDATE captions SET accepted = 1 WHERE attempt = ?").execute(arguments: [candidate.attempt])
        try db.cachedStatement(
            sql: "UPDATE jobs SET state = 'succeeded', lease = NULL, available_at = NULL, finished_at = ? WHERE id = ?"
        ).execute(arguments: [now.milliseconds, job])
    }

    /// Writes a batch's rules down. Where no job is asked again any more, what was set aside is taken: nobody would wait for a better one.
    func change(_ stored: CheckRules, to rules: CheckRules, of batch: BatchID) throws {
        guard rules != stored else { return }
        try db.execute(
            sql: "UPDATE batches SET checks = ? WHERE id = ?", arguments: [try JSONColumn.encode(rules), batch.number])
        guard rules.retried?.isEmpty != false || rules.retries == 0 else { return }
        for job in try Int64.fetchAll(db, sql: Self.waiting, arguments: [batch.number]) { _ = try acceptBest(of: job) }
    }

    /// Jobs that wait to be asked again; a running one is settled when its call ends, a cancelled one is nobody's.
    static let waiting = """
        SELECT DISTINCT jobs.id FROM captions JOIN jobs ON jobs.id = captions.job
        WHERE captions.set_aside = 1 AND jobs.batch = ? AND jobs.state IN ('queued', 'held', 'failed') ORDER BY jobs.id
        """
}

extension CaptionFlag {
    /// From a column of `captions`; what a newer build wrote and this one does not know is left out.
    static func list(_ column: String) throws -> [CaptionFlag] { try JSONColumn.texts(column).compactMap { CaptionFlag(rawValue: $0) } }
}
