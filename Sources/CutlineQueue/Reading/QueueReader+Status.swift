import CutlineCore

extension QueueReader {
    /// One row of counters a batch, oldest first; nothing is counted.
    package func batchStatuses() throws -> [BatchStatus] {
        try read { db in
            let doubts = try Dictionary(grouping: Row.fetchAll(db, sql: "SELECT * FROM doubts"), by: \.batch)
            let counts = try Self.flagCounts(db)
            return try Row.fetchAll(
                db, sql: "SELECT batches.*, counts.* FROM batches JOIN counts ON counts.batch = batches.id ORDER BY batches.id"
            ).map { row in
                var status = try BatchStatus(row, doubts: doubts[row.batch] ?? [])
                let flags = counts[status.id] ?? [:]
                status.flaggedCaptions = flags["*"] ?? 0
                status.flags = flags.reduce(into: [:]) { flags, count in CaptionFlag(rawValue: count.key).map { flags[$0] = count.value } }
                return status
            }
        }
    }

    /// Of every batch.
    private static func flagCounts(_ db: any Session) throws -> [BatchID: [String: Int]] {
        try Row.fetchAll(db, sql: "SELECT batch, flag, count FROM flag_counts WHERE count > 0").reduce(into: [:]) {
            $0[BatchID($1["batch"]), default: [:]][$1["flag"]] = $1["count"]
        }
    }

    package func laneStatuses() throws -> [LaneStatus] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT name, rule FROM lanes ORDER BY name").map {
                LaneStatus(name: $0["name"], lane: try JSONColumn.decode(from: $0["rule"]))
            }
        }
    }

    /// Workers that have not signed off and are not known to be dead.
    package func workerStatuses() throws -> [WorkerStatus] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT id, host, pid, started_at, seen_at FROM workers WHERE ended_at IS NULL ORDER BY id").map {
                WorkerStatus(
                    id: WorkerID(number: $0["id"]), host: $0["host"], pid: $0["pid"], startedAt: $0.time("started_at"),
                    seenAt: $0.time("seen_at"))
            }
        }
    }
}

extension CostTrend {
    /// From a row of `counts`.
    init(_ row: Row) {
        let cost: Int64? = row["cost"]
        // What was taken over cost nothing here and tells of no price.
        let succeeded = row["succeeded"] as Int - row["reused"] as Int
        self.init(
            cost: cost.map(Money.init(nanodollars:)), captions: succeeded + row["duplicates"] as Int, priced: row["priced"],
            finishedJobs: succeeded + row["failed"] as Int + row["held"] as Int)
    }
}

extension DoubtSum {
    fileprivate static func pair(_ row: Row) -> (Doubt, DoubtSum)? {
        Doubt(rawValue: row["kind"]).map { doubt in
            (
                doubt,
                DoubtSum(
                    calls: row["calls"], cost: Money(nanodollars: row["cost"]), most: Money(nanodollars: row["most"]),
                    unpriced: row["unpriced"])
            )
        }
    }
}

extension Row {
    fileprivate var batch: Int64 { self["batch"] }
}

extension BatchStatus {
    /// - Parameter doubts: rows of its `doubts`.
    fileprivate init(_ row: Row, doubts: [Row]) throws {
        let cost: Int64? = row["cost"]
        self.init(
            id: BatchID(row.batch), name: row.text("name"), isTrial: row["trial"], provider: row["provider"], model: row.text("model"),
            jobs: Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, row[$0.rawValue]) }),
            usage: Usage(inputTokens: row["input_tokens"], outputTokens: row["output_tokens"], cost: cost.map(Money.init(nanodollars:))),
            attempts: row["attempts"], failedAttempts: row["attempts_failed"], unknownAttempts: row["attempts_unknown"],
            duplicateCaptions: row["duplicates"], budget: try (row["budget"] as String?).map { try JSONColumn.decode(from: $0) },
            committed: Spending(cost: Money(nanodollars: row["committed_cost"]), tokens: row["committed_tokens"]),
            trend: CostTrend(row), doubts: Dictionary(uniqueKeysWithValues: doubts.compactMap(DoubtSum.pair)).filter { $0.value.calls > 0 })
        answerLimit = try JSONColumn.decode(Parameters.self, from: row["parameters"]).answerLimit
        reusedCaptions = row["reused"]
        setAsideCalls = SetAsideCalls(cost: row["set_aside_cost_calls"], tokens: row["set_aside_token_calls"])
    }
}
