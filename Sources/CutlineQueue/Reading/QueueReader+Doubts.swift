import CutlineCore

extension QueueReader {
    /// The next doubtful calls, by batch and then in the order in which they were made; empty at the end.
    package func doubtfulCalls(of batch: BatchID?, after cursor: inout DoubtCursor, pageSize: Int = 500) throws -> [DoubtfulCall] {
        let start = cursor
        let statuses = try batchStatuses().filter { batch == nil || batch == $0.id }
        let rows = try read { db in
            try Self.doubtfulPage(of: statuses.map(\.id.number), after: start, pageSize, db)
        }
        if let last = rows.last { (cursor.batch, cursor.attempt) = (last["batch"], last["id"]) }
        let batches = Dictionary(uniqueKeysWithValues: statuses.map { ($0.id.number, $0) })
        return rows.compactMap { row in batches[row["batch"]].flatMap { DoubtfulCall(row, of: $0) } }
    }

    /// - Parameter batches: in their order.
    private static func doubtfulPage(of batches: [Int64], after cursor: DoubtCursor, _ size: Int, _ db: any Session) throws -> [Row] {
        for batch in batches where batch >= cursor.batch {
            let last = batch == cursor.batch ? cursor.attempt : 0
            let rows = try Row.fetchAll(db.cachedStatement(sql: doubtfulPage), arguments: [batch, last, size])
            if !rows.isEmpty { return rows }
        }
        return []
    }

    static let doubtfulPage =
        "SELECT *, \(firstKey) FROM attempts WHERE doubt IS NOT NULL AND batch = ? AND id > ? ORDER BY id LIMIT ?"

    private static let firstKey = "(SELECT key FROM entries WHERE entries.job = attempts.job ORDER BY entries.id LIMIT 1) AS key"
}

extension DoubtfulCost {
    /// - Parameter row: of `attempts`.
    init(ofAttempt row: Row, _ trend: CostTrend) {
        let (cost, reserved): (Int64?, Int64?) = (row["cost"], row["reserved_cost"])
        self =
            if let cost { .known(Money(nanodollars: cost)) } else if let reserved { .atMost(Money(nanodollars: reserved)) } else {
                trend.cost(ofCalls: 1).map { .about($0) } ?? .unknown
            }
    }
}

extension Record.Problem {
    /// Why an attempt failed, from a row of `attempts`.
    init?(ofAttempt row: Row) {
        guard let kind = (row["class"] as String?).flatMap(FailureClass.init) else { return nil }
        self.init(kind: kind, status: row["http_status"], message: row["message"] ?? "")
    }
}

extension DoubtfulCall {
    fileprivate init?(_ row: Row, of batch: BatchStatus) {
        guard let doubt = (row["doubt"] as String?).flatMap(Doubt.init) else { return nil }
        self.init(
            batch: batch.name, key: row.text(optional: "key"), attempt: AttemptID(row["id"]), n: row["n"],
            startedAt: row.time("started_at"), endedAt: row.time(optional: "ended_at"), doubt: doubt,
            problem: Record.Problem(ofAttempt: row), mayHaveCost: DoubtfulCost(ofAttempt: row, batch.trend))
    }
}
