import CutlineCore
import GRDB

/// A batch in numbers.
package struct BatchStatus: Hashable, Sendable {
    package var id: BatchID
    package var name: String
    /// Whether `compare` made it: it is no part of the dataset.
    package var isTrial = false
    package var provider: String
    package var model: String
    package var jobs: [JobState: Int]
    package var usage: Usage
    /// Counted calls that ended.
    package var attempts: Int
    package var failedAttempts: Int
    package var unknownAttempts: Int
    package var duplicateCaptions: Int
    /// Nil: none.
    package var budget: BudgetTerms?
    /// What counts against the budget; see `BudgetBooks`.
    package var committed: Spending
    package var trend: CostTrend
    /// Calls that may have been paid for without use.
    package var doubts: [Doubt: DoubtSum]
    /// How many of its captions carry each flag; flags that none carries are left out.
    package var flags: [CaptionFlag: Int] = [:]
    /// Captions that carry any.
    package var flaggedCaptions = 0
    /// The longest answer that it asks for, in tokens; nil: nothing limits it.
    package var answerLimit: Int?
    /// Captions that were taken over from other batches; of the usage and the calls they are no part.
    package var reusedCaptions = 0
    /// Calls for which something is set aside because what they came to is not known (yet).
    package var setAsideCalls = SetAsideCalls()

    /// Jobs that need more calls.
    package var remaining: Int { count(.queued) + count(.running) }
    package func count(_ state: JobState) -> Int { jobs[state] ?? 0 }
    package var total: Int { jobs.values.reduce(0, +) }
}

/// How many calls something is set aside for.
package struct SetAsideCalls: Hashable, Sendable {
    /// Of unknown cost.
    package var cost = 0
    /// Of unknown use of tokens.
    package var tokens = 0

    package init(cost: Int = 0, tokens: Int = 0) { (self.cost, self.tokens) = (cost, tokens) }
}

/// A lane as people see it.
package struct LaneStatus: Hashable, Sendable {
    package var name: String
    package var lane: Lane
}

/// A process that works on the queue.
package struct WorkerStatus: Hashable, Sendable {
    package var id: WorkerID
    package var host: String
    package var pid: Int64
    package var startedAt: Timestamp
    package var seenAt: Timestamp
}

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
    private static func flagCounts(_ db: Database) throws -> [BatchID: [String: Int]] {
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
