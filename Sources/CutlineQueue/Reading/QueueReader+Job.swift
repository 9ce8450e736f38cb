import CutlineCore

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
                db, sql: "SELECT * FROM counts WHERE batch = (SELECT batch FROM jobs WHERE id = ?)", arguments: [job["id"] as Int64])!
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT attempts.*, routes.provider, routes.model AS asked_model, captions.flags,
                        CASE WHEN accepted = 0 AND captions.set_aside = 0 THEN text END AS duplicate,
                        CASE WHEN accepted = 0 AND captions.set_aside = 1 THEN text END AS set_aside
                    FROM attempts LEFT JOIN captions ON captions.attempt = attempts.id LEFT JOIN routes ON routes.id = attempts.route
                    WHERE attempts.job = ? ORDER BY n
                    """, arguments: [job["id"] as Int64])
            let own = Asked(provider: job["provider"], model: job.text("model"))
            return JobStatus(
                job: JobID(job["id"]), record: record, isReopened: job["reopened"] as Int64? != nil,
                priority: Priority(rawValue: job["priority"]) ?? .normal, availableAt: job.time(optional: "available_at"),
                missingSince: job.time(optional: "missing_since"),
                attempts: try rows.map { try AttemptStatus($0, own, CostTrend(counts), db) })
        }
    }
}

extension AttemptStatus {
    fileprivate init(_ row: Row, _ own: Asked, _ trend: CostTrend, _ db: any Session) throws {
        let phase = AttemptPhase(rawValue: row["phase"]) ?? .open
        let origin: Int64? = row["reused_from"]
        // A caption that was taken over was billed with the call that brought it, not here.
        let billed = origin != nil ? .no : Billed(rawValue: row["billed"]) ?? .unknown
        let duplicate: String? = row["duplicate"]
        let doubt = Doubt(phase, billed: billed, isDuplicate: duplicate != nil)
        let latency: Int64? = row["latency"]
        let cost: Int64? = row["cost"]
        self.init(
            id: AttemptID(row["id"]), n: row["n"],
            asked: Asked(provider: row["provider"] ?? own.provider, model: row.text(optional: "asked_model") ?? own.model), phase: phase,
            billed: billed, startedAt: row.time("started_at"),
            endedAt: row.time(optional: "ended_at"), problem: Record.Problem(ofAttempt: row),
            requestID: row["request_id"], latency: latency.map { .milliseconds($0) },
            usage: Usage(
                inputTokens: row["input_tokens"], outputTokens: row["output_tokens"], cachedTokens: row["cached_tokens"],
                cost: cost.map(Money.init(nanodollars:)), costSource: (row["cost_source"] as String?).flatMap(CostSource.init),
                servedTier: row["served_tier"]),
            tier: (row["tier"] as String?).flatMap(ServiceTier.init) ?? .standard,
            doubt: doubt, mayHaveCost: doubt.map { _ in DoubtfulCost(ofAttempt: row, trend) }, duplicateCaption: duplicate,
            rejectedAnswer: phase == .succeeded ? row["set_aside"] : row["answer"], rawAnswer: phase == .succeeded ? row["answer"] : nil,
            flags: try (row["flags"] as String?).map(CaptionFlag.list) ?? [],
            reusedFrom: try origin.flatMap { try QueueReader.batchName(ofAttempt: $0, db) },
            inPlace: try (row["sent"] as String?).map { try JSONColumn.decode(from: $0) } ?? [])
    }
}
