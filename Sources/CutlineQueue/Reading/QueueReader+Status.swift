import CutlineCore
import GRDB

/// A batch in numbers.
package struct BatchStatus: Hashable, Sendable {
    package var id: BatchID
    package var name: String
    package var provider: String
    package var model: String
    package var jobs: [JobState: Int]
    package var usage: Usage
    /// Counted calls that ended.
    package var attempts: Int
    package var failedAttempts: Int
    package var unknownAttempts: Int
    package var duplicateCaptions: Int
    /// How many of its captions carry each flag; flags that none carries are left out.
    package var flags: [CaptionFlag: Int] = [:]
    /// Captions that carry any.
    package var flaggedCaptions = 0

    package func count(_ state: JobState) -> Int { jobs[state] ?? 0 }
    package var total: Int { jobs.values.reduce(0, +) }
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
            let counts = try Self.flagCounts(db)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT counts.*, batches.name, batches.provider, batches.model
                    FROM batches JOIN counts ON counts.batch = batches.id ORDER BY batches.id
                    """
            ).map { row in
                var status = BatchStatus(row)
                let flags = counts[status.id] ?? [:]
                status.flaggedCaptions = flags["*"] ?? 0
                status.flags = flags.reduce(into: [:]) { flags, count in CaptionFlag(rawValue: count.key).map { flags[$0] = count.value } }
                return status
            }
        }
    }

    /// Of every batch. An older queue keeps none.
    private static func flagCounts(_ db: Database) throws -> [BatchID: [String: Int]] {
        guard try db.tableExists("flag_counts") else { return [:] }
        return try Row.fetchAll(db, sql: "SELECT batch, flag, count FROM flag_counts WHERE count > 0").reduce(into: [:]) {
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
    fileprivate init(_ row: Row) {
        let cost: Int64? = row["cost"]
        self.init(
            id: BatchID(row["batch"]), name: row.text("name"), provider: row["provider"], model: row.text("model"),
            jobs: Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, row[$0.rawValue]) }),
            usage: Usage(inputTokens: row["input_tokens"], outputTokens: row["output_tokens"], cost: cost.map(Money.init(nanodollars:))),
            attempts: row["attempts"], failedAttempts: row["attempts_failed"], unknownAttempts: row["attempts_unknown"],
            duplicateCaptions: row["duplicates"])
    }
}
