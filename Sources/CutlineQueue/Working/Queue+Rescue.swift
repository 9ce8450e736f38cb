import CutlineCore

extension Queue {
    /// Takes back the jobs of workers that are dead (their lock is free) and of leases that ran out, a page a call at most.
    ///
    /// The open attempts become unknown; what happens to their jobs is the policy's decision.
    package func rescue(except worker: Worker?, now: Timestamp) throws -> Rescued {
        let (alive, hasExpired) = try reader.read { db in
            (
                try Row.fetchAll(db.cachedStatement(sql: Self.unended)),
                try Bool.fetchOne(db.cachedStatement(sql: RescueStep.anyExpired), arguments: [now.milliseconds])!
            )
        }
        let dead = deadWorkers(among: alive, except: worker)
        guard !dead.isEmpty || hasExpired else { return Rescued() }
        var rescued = Rescued()
        var ended: [FileLock] = []
        try write { db in
            let step = RescueStep(db, now: now)
            for (id, lock) in dead where rescued.attempts < RescueStep.pageSize {
                rescued.add(try step.abandonAttempts(of: id, atMost: RescueStep.pageSize - rescued.attempts))
                guard try step.hasNoOpenAttempts(id) else { continue }
                try db.execute(sql: "UPDATE workers SET ended_at = ? WHERE id = ?", arguments: [now.milliseconds, id.number])
                ended.append(lock)
            }
            rescued.add(try step.abandonExpired(atMost: RescueStep.pageSize - rescued.attempts))
        }
        rescued.deadWorkers = ended.count
        // It is asked for the next page at once.
        if rescued.attempts == RescueStep.pageSize { Self.giveWay() }
        // Only who holds the lock removes the files, and not before the last attempt is rescued: without them nobody is known to be dead.
        for lock in ended { Worker.removeFiles(ofLock: lock.path) }
        return rescued
    }

    private static let unended = "SELECT id, token FROM workers WHERE ended_at IS NULL"

    /// Workers that did not sign off and whose lock we could take. A missing file proves nothing: then the lease decides.
    private func deadWorkers(among rows: [Row], except worker: Worker?) -> [(WorkerID, FileLock)] {
        let folder = state.workers.string
        return rows.compactMap { row in
            let id = WorkerID(number: row["id"])
            let token: String = row["token"]
            guard id != worker?.id, !FileLock.isHeld("\(folder)/\(token).lock"), let lock = FileLock(existing: state.lockPath(of: token)),
                lock.tryLock()
            else { return nil }
            return (id, lock)
        }
    }
}

/// Gives up open attempts inside a transaction.
struct RescueStep {
    private let db: any Session
    private let now: Timestamp

    init(_ db: any Session, now: Timestamp) { (self.db, self.now) = (db, now) }

    static let anyExpired = "SELECT EXISTS (SELECT 1 FROM attempts WHERE phase = 'open' AND lease_until < ?)"
    static let expired = "SELECT id FROM attempts WHERE phase = 'open' AND lease_until < ? ORDER BY lease_until LIMIT ?"
    static let openOfWorker = "SELECT id FROM attempts WHERE worker = ? AND phase = 'open' LIMIT ?"
    static let pageSize = 500

    func abandonAttempts(of worker: WorkerID, atMost count: Int) throws -> [Settled.Effect] {
        try abandon(Int64.fetchAll(db, sql: Self.openOfWorker, arguments: [worker.number, count]))
    }

    func abandonExpired(atMost count: Int) throws -> [Settled.Effect] {
        try abandon(Int64.fetchAll(db, sql: Self.expired, arguments: [now.milliseconds, count]))
    }

    func hasNoOpenAttempts(_ worker: WorkerID) throws -> Bool {
        try Int64.fetchOne(db, sql: Self.openOfWorker, arguments: [worker.number, 1]) == nil
    }

    private func abandon(_ attempts: [Int64]) throws -> [Settled.Effect] {
        let lanes = LaneStore(db)
        let settling = SettleStep(db: db, lanes: lanes, now: now, jitter: { 0 })
        let failure = Failure(.connectionLost, "the worker stopped before the answer was stored", billed: .unknown)
        let effects = try attempts.compactMap { number -> Settled.Effect? in
            guard let attempt = try AttemptRow.fetch(AttemptID(number), db) else { return nil }
            let settlement = Settlement(
                attempt: attempt.id, outcome: .unknown(failure), latency: now - attempt.startedAt, endedAt: now)
            try attempt.end(.unknown, failure: failure, settlement, db)
            _ = try lanes.change(attempt.lane) { $0.forget(attempt.estimated) }
            let decision = attempt.policy.decision(afterUnknown: attempt.tally(crashes: 1), crashed: true, jitter: 0)
            return try settling.move(attempt, by: decision, counting: .crashes)
        }
        try lanes.flush()
        return effects
    }
}
