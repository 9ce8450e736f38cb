import CutlineCore

extension Queue {
    /// A worker's turn: settles what ended, then claims what may be sent now, in one transaction and with one flush to the disk.
    ///
    /// Every settlement of the request is acknowledged by the disk when this returns, and every claim is on it.
    /// - Throws: `QueueError`; then nothing of the request has happened. `.workerGone` where this worker was declared dead: its
    ///   settlements are to be brought again with a `claimLimit` of 0.
    package func turn(_ worker: Worker, _ request: TurnRequest) throws -> Turn {
        let looks = try lookAhead(request.settlements)
        return try write(mayRunAgain: true) { db in
            let now = request.now()
            let lanes = LaneStore(db)
            var turn = Turn()
            let settling = SettleStep(db: db, lanes: lanes, now: now, jitter: request.jitter, checksCache: checksCache, looks: looks)
            turn.settled = try request.settlements.map(settling.settle)
            if request.claimLimit > 0 {
                try Self.confirmAlive(worker, db)
                let claiming = ClaimStep(db: db, lanes: lanes, worker: worker.id, request: request, now: now)
                try claiming.promoteDue()
                try claiming.claim(into: &turn)
            }
            try lanes.flush()
            if !turn.claims.isEmpty || !turn.settled.isEmpty { try Self.see(worker, db, at: now) }
            turn.actions = lanes.notices
            turn.nextTry = try Self.nextTry(db, stops: turn.stops)
            (turn.queued, turn.remaining) = try Self.remaining(request.scope, db)
            return turn
        }
    }

    private static func confirmAlive(_ worker: Worker, _ db: any Session) throws {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM workers WHERE id = ? AND ended_at IS NULL")
        guard try Int.fetchOne(statement, arguments: [worker.id.number]) != nil else { throw QueueError.workerGone }
    }

    /// Only beside what is written anyway, and not at every turn: workers that wait would wake each other by writing.
    private static func see(_ worker: Worker, _ db: any Session, at now: Timestamp) throws {
        try db.cachedStatement(sql: "UPDATE workers SET seen_at = ? WHERE id = ? AND abs(? - seen_at) >= 5000")
            .execute(arguments: [now.milliseconds, worker.id.number, now.milliseconds])
    }

    private static func nextTry(_ db: any Session, stops: [LaneStop]) throws -> Timestamp? {
        let due = try Int64.fetchOne(db.cachedStatement(sql: ClaimStep.nextDue)).map(Timestamp.init(milliseconds:))
        return (stops.map(\.refusal.opensAt) + [due]).compactMap(\.self).min()
    }

    private static func remaining(_ scope: Scope, _ db: any Session) throws -> (queued: Int, remaining: Int) {
        switch scope {
        case .all: try counted("batch IN (SELECT id FROM batches WHERE trial = 0)", [], db)
        case .batch(let id): try counted("batch = ?", [id.number], db)
        case .jobs(let jobs):
            try jobs.values.reduce((0, 0)) { sum, jobs in
                let row = try Row.fetchOne(db.cachedStatement(sql: remainingAmong), arguments: [JSONColumn.list(jobs)])!
                return (sum.0 + row["queued"], sum.1 + row["remaining"])
            }
        }
    }

    private static func counted(_ condition: String, _ arguments: Arguments, _ db: any Session) throws -> (
        queued: Int, remaining: Int
    ) {
        let statement = try db.cachedStatement(
            sql: """
                SELECT CAST(coalesce(sum(queued), 0) AS BIGINT) AS queued, CAST(coalesce(sum(queued + running), 0) AS BIGINT) AS remaining
                FROM counts WHERE \(condition)
                """
        )
        let row = try Row.fetchOne(statement, arguments: arguments)!
        return (row["queued"], row["remaining"])
    }

    static let remainingAmong = """
        SELECT count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state IN ('queued', 'running')) AS remaining
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT)
        """
}
