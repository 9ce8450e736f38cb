import CutlineCore
import GRDB

/// One call of a job, for people.
package struct AttemptStatus: Hashable, Sendable {
    package var id: AttemptID
    package var n: Int
    package var asked: Asked
    package var phase: AttemptPhase
    package var billed: Billed
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var problem: CutlineCore.Record.Problem?
    package var requestID: String?
    package var latency: Duration?
    package var usage: Usage
    /// Why it may have been paid for without use, and what it may have cost then.
    package var doubt: Doubt?
    package var mayHaveCost: DoubtfulCost?
    /// A caption that came after the accepted one.
    package var duplicateCaption: String?
    /// The text of an answer that was not accepted.
    package var rejectedAnswer: String?
    /// The answer that brought a caption, as it came, where that differs.
    package var rawAnswer: String?
    /// Of the caption that it brought, accepted or not.
    package var flags: [CaptionFlag]
    /// It was no call: the caption was taken over from this batch.
    package var reusedFrom: String?
}

/// A job as `show` shows it.
package struct JobStatus: Hashable, Sendable {
    package var job: JobID
    package var record: CutlineCore.Record
    /// Whether it is asked for another caption than the one it has.
    package var isReopened: Bool
    package var availableAt: Timestamp?
    /// Since when the entry's picture is missing; nil: it is there, as far as is known.
    package var missingSince: Timestamp?
    package var attempts: [AttemptStatus]
}

extension QueueReader {
    /// The jobs that a user means by `name`: an entry's key, in any batch or in one, else an entry's number.
    package func jobs(named name: String, batch: BatchID? = nil) throws -> [JobStatus] {
        let entries = try read { try Self.entries(named: name, batch: batch, $0) }
        return try entries.sorted().compactMap(status(ofEntry:))
    }

    private func status(ofEntry entry: Int64) throws -> JobStatus? {
        guard let record = try record(entry: entry) else { return nil }
        return try read { db in
            let job = try Row.fetchOne(
                db,
                sql:
                    "SELECT jobs.*, entries.missing_since, batches.provider, batches.model FROM entries JOIN jobs ON jobs.id = entries.job JOIN batches ON batches.id = jobs.batch WHERE entries.id = ?",
                arguments: [entry])!
            let counts = try Row.fetchOne(
                db, sql: "SELECT * FROM counts WHERE batch = (SELECT batch FROM jobs WHERE id = ?)", arguments: [job["id"]])!
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT attempts.*, routes.provider, routes.model AS asked_model, captions.flags,
                        iif(accepted = 0 AND NOT captions.set_aside, text, NULL) AS duplicate,
                        iif(accepted = 0 AND captions.set_aside, text, NULL) AS set_aside
                    FROM attempts LEFT JOIN captions ON captions.attempt = attempts.id LEFT JOIN routes ON routes.id = attempts.route
                    WHERE attempts.job = ? ORDER BY n
                    """, arguments: [job["id"]])
            let own = Asked(provider: job["provider"], model: job.text("model"))
            return JobStatus(
                job: JobID(job["id"]), record: record, isReopened: job["reopened"] as Int64? != nil,
                availableAt: job.time(optional: "available_at"), missingSince: job.time(optional: "missing_since"),
                attempts: try rows.map { try AttemptStatus($0, own, CostTrend(counts), db) })
        }
    }
}

extension AttemptStatus {
    fileprivate init(_ row: Row, _ own: Asked, _ trend: CostTrend, _ db: Database) throws {
        let phase = AttemptPhase(rawValue: row["phase"]) ?? .open
        let origin: Int64? = row["reused_from"]
        // It was, but with the call that brought the caption.
        let billed = origin != nil ? .no : Billed(rawValue: row["billed"]) ?? .unknown
        let duplicate: String? = row["duplicate"]
        let doubt = Doubt(phase, billed: billed, isDuplicate: duplicate != nil)
        let latency: Int64? = row["latency"]
        let cost: Int64? = row["cost"]
        self.init(
            id: AttemptID(row["id"]), n: row["n"],
            asked: Asked(provider: row["provider"] ?? own.provider, model: row.text(optional: "asked_model") ?? own.model), phase: phase,
            billed: billed, startedAt: row.time("started_at"),
            endedAt: row.time(optional: "ended_at"), problem: CutlineCore.Record.Problem(ofAttempt: row),
            requestID: row["request_id"], latency: latency.map { .milliseconds($0) },
            usage: Usage(
                inputTokens: row["input_tokens"], outputTokens: row["output_tokens"], cachedTokens: row["cached_tokens"],
                cost: cost.map(Money.init(nanodollars:)), costSource: (row["cost_source"] as String?).flatMap(CostSource.init)),
            doubt: doubt, mayHaveCost: doubt.map { _ in DoubtfulCost(ofAttempt: row, trend) }, duplicateCaption: duplicate,
            rejectedAnswer: phase == .succeeded ? row["set_aside"] : row["answer"], rawAnswer: phase == .succeeded ? row["answer"] : nil,
            flags: try (row["flags"] as String?).map(CaptionFlag.list) ?? [],
            reusedFrom: try origin.flatMap { try QueueReader.batchName(ofAttempt: $0, db) })
    }
}
