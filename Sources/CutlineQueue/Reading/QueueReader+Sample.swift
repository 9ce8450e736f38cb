import CutlineCore

extension QueueReader {
    /// The first `count` jobs of a batch in the order of their fingerprints, which is as good as random, is the same every time, and
    /// changes little when pictures are added. Cancelled jobs, for which nobody asks any more, are left out.
    package func sample(of batch: BatchID, count: Int) throws -> [JobID] {
        try read { db in
            try Int64.fetchAll(db.cachedStatement(sql: Self.samplePage), arguments: [batch.number, count]).map { JobID($0) }
        }
    }

    static let samplePage = "SELECT id FROM jobs WHERE batch = ? AND state <> 'cancelled' ORDER BY fingerprint LIMIT ?"

    /// The jobs of these fingerprints, as far as the batch has them.
    package func jobs(of fingerprints: [Fingerprint], in batch: BatchID) throws -> [JobID] {
        try read { db in
            let statement = try db.cachedStatement(sql: "SELECT id FROM jobs WHERE batch = ? AND fingerprint = ?")
            return try fingerprints.compactMap {
                try Int64.fetchOne(statement, arguments: [batch.number, $0.bytes]).map { JobID($0) }
            }
        }
    }

    /// The batches in scope. Of a sample, jobs, calls and usage are counted of its jobs alone; budget and doubts are the batch's.
    package func batchStatuses(in scope: Scope) throws -> [BatchStatus] {
        let batches = try batchStatuses().filter { scope.includes($0.id, isTrial: $0.isTrial) }
        guard case .jobs(let jobs) = scope else { return batches }
        return try read { db in try batches.map { try $0.counting(jobs[$0.id] ?? [], db) } }
    }
}

extension BatchStatus {
    fileprivate func counting(_ jobs: [JobID], _ db: any Session) throws -> BatchStatus {
        let list = JSONColumn.list(jobs)
        let states = try Row.fetchOne(db.cachedStatement(sql: Self.states), arguments: [list])!
        let calls = try Row.fetchOne(db.cachedStatement(sql: Self.calls), arguments: [list])!
        let cost: Int64? = calls["cost"]
        var status = self
        status.jobs = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, states[$0.rawValue]) })
        status.usage = Usage(
            inputTokens: calls["input_tokens"], outputTokens: calls["output_tokens"], cost: cost.map(Money.init(nanodollars:)))
        status.attempts = calls["attempts"]
        status.failedAttempts = calls["failed"]
        status.unknownAttempts = calls["unknown"]
        status.duplicateCaptions = calls["duplicates"]
        status.reusedCaptions = calls["reused"]
        let succeeded = status.count(.succeeded) - status.reusedCaptions
        status.trend = CostTrend(
            cost: status.usage.cost, captions: succeeded + status.duplicateCaptions, priced: calls["priced"],
            finishedJobs: succeeded + status.count(.failed) + status.count(.held))
        try status.countFlags(of: list, db)
        return status
    }

    private mutating func countFlags(of jobs: String, _ db: any Session) throws {
        let lists = try String.fetchAll(db.cachedStatement(sql: Self.flags), arguments: [jobs])
        flaggedCaptions = lists.count
        flags = try lists.flatMap(CaptionFlag.list).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    static let states = """
        SELECT \(JobState.allCases.map { "count(*) FILTER (WHERE state = '\($0.rawValue)') AS \($0.rawValue)" }.joined(separator: ", "))
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT)
        """

    static let flags = """
        SELECT flags FROM json_each(?) AS chosen CROSS JOIN captions ON captions.job = CAST(chosen.value AS BIGINT) AND captions.accepted = 1
        WHERE flags <> '[]'
        """

    static let calls = """
        SELECT count(*) FILTER (WHERE phase IN ('succeeded', 'failed', 'unknown') AND reused_from IS NULL) AS attempts,
            count(*) FILTER (WHERE reused_from IS NOT NULL) AS reused, count(*) FILTER (WHERE phase = 'failed') AS failed,
            count(*) FILTER (WHERE phase = 'unknown') AS unknown, count(*) FILTER (WHERE accepted = 0 AND set_aside = 0) AS duplicates,
            count(*) FILTER (WHERE phase = 'succeeded' AND cost IS NOT NULL) AS priced,
            CAST(sum(input_tokens) AS BIGINT) AS input_tokens, CAST(sum(output_tokens) AS BIGINT) AS output_tokens,
            CAST(sum(cost) AS BIGINT) AS cost
        FROM json_each(?) AS chosen CROSS JOIN attempts ON attempts.job = CAST(chosen.value AS BIGINT)
            LEFT JOIN captions ON captions.attempt = attempts.id
        """
}
