import CutlineCore
import SystemPackage

/// Claims jobs inside a transaction: the attempt row is the record of intent, on the disk before the first byte leaves.
struct ClaimStep {
    let db: any Session
    let lanes: LaneStore
    let worker: WorkerID
    let request: TurnRequest
    let now: Timestamp

    /// Delayed jobs whose time has come are ready again, in the order of their times; as many at once as a turn can hold.
    func promoteDue() throws {
        try db.cachedStatement(sql: Self.promotion).execute(arguments: [now.milliseconds])
    }

    /// Claims one call from each lane in rotation until the worker has enough, so that no lane waits behind another one's backlog;
    /// the lane with the fewest calls in flight comes first. Lanes whose next job is more urgent have their turns before the others, for as long
    /// as they take calls.
    func claim(into turn: inout Turn) throws {
        var rotation = try lanesWithQueuedJobs()
        turn.lanesWithQueuedJobs = rotation.count
        // A lane that stands still says so even where its jobs are delayed or the worker is full.
        rotation = try rotation.filter { try !stop($0, lanes.closedReason($0.lane, at: now), &turn) }
        while turn.claims.count < request.claimLimit, let place = rotation.indices.min(by: { rotation[$0].rank < rotation[$1].rank }) {
            var lane = rotation.remove(at: place)
            let (free, rank) = (min(request.claimLimit - turn.claims.count, try lanes.freeSlots(lane.lane)), lane.rank)
            guard let (job, batch) = try lane.next(db, lanes, expecting: free, at: now) else {
                try stop(lane, byItsBatches: &turn)
                continue
            }
            // What came out is less urgent than it looked: another lane may come first.
            guard lane.rank == rank else {
                rotation.insert(lane, at: place)
                continue
            }
            let call = try call(for: job, of: batch)
            var reservation: Spending?
            if batch.account != nil {
                reservation = lane.reserve(try size(of: call, job, in: batch))
                guard reservation != nil else {
                    rotation.insert(lane, at: place)
                    continue
                }
            }
            let estimated = batch.estimate(of: call)
            let refusal = try lanes.tryReserve(batch.lane, estimated, model: call.model, at: now)
            if try stop(lane, refusal, &turn) { continue }
            turn.claims.append(try take(job, from: batch, sending: call, estimated: estimated, reserving: reservation))
            lane.removeNext()
            rotation.append(lane)
        }
        for lane in rotation { try stop(lane, byItsBatches: &turn) }
        turn.stops.sort { $0.lane < $1.lane }
    }

    /// Where all its batches are stopped, by their budgets or by their models: else there is something to do.
    private func stop(_ backlog: LaneBacklog, byItsBatches turn: inout Turn) throws {
        guard backlog.stops.count == backlog.batchCount else { return }
        // A batch that is asked for two models on one lane has one budget, and several batches have one model.
        var said: Set<LaneRefusal> = []
        for refusal in backlog.stops where said.insert(refusal).inserted { turn.stops.append(try lanes.stop(backlog.lane, refusal)) }
    }

    /// What a job sends, its pictures left aside; changed where it is asked again.
    private func call(for job: ClaimableJob, of batch: ClaimableBatch) throws -> CaptionRequest {
        var call = batch.request
        call.prompt = job.prompt ?? call.prompt
        if let limit = job.maxTokens { call.parameters.limitAnswer(to: limit) }
        guard job.askedAgain > 0 else { return call }
        let statement = try db.cachedStatement(sql: "SELECT max(output_tokens) FROM attempts WHERE job = ?")
        let longest = try Int.fetchOne(statement, arguments: [job.id])
        call.change(
            after: AskedBefore(longer: job.askedLonger, otherwise: job.askedAgain - job.askedLonger, longest: longest),
            adding: try batch.retryPrompt)
        return call
    }

    private func size(of call: CaptionRequest, _ job: ClaimableJob, in batch: ClaimableBatch) throws -> CallSize {
        let dropped = try lanes.quirks(batch.lane, of: call.model).dropped
        return CallSize(
            promptBytes: call.prompt.utf8.count, images: try ImageColumn.count(job.images),
            limitsAnswer: dropped.isDisjoint(with: Parameters.answerLimitNames),
            outputTokens: call.parameters.answerLimit == batch.request.parameters.answerLimit ? nil : call.parameters.answerLimit)
    }

    private func stop(_ backlog: LaneBacklog, _ refusal: LaneRefusal?, _ turn: inout Turn) throws -> Bool {
        guard let refusal else { return false }
        try turn.stops.append(lanes.stop(backlog.lane, refusal))
        return true
    }

    private func take(
        _ candidate: ClaimableJob, from batch: ClaimableBatch, sending call: CaptionRequest, estimated: CallUnits,
        reserving reservation: Spending?
    ) throws -> Claim {
        let job = candidate.id
        let n = try Int.fetchOne(db.cachedStatement(sql: "SELECT coalesce(max(n), 0) + 1 FROM attempts WHERE job = ?"), arguments: [job])!
        var call = call
        call.quirks = try lanes.quirks(batch.lane, of: call.model)
        call.tier = batch.tier.tier(under: call.quirks)
        let leaseUntil = now + (call.tier == .flex ? request.flexLease : request.lease)
        let attempt = try db.insert(
            sql: """
                INSERT INTO attempts
                    (batch, job, n, worker, started_at, lease_until, estimated_tokens, estimated_output, reserved_cost, reserved_tokens, route,
                    tier)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                batch.id.number, job, n, worker.number, now.milliseconds, leaseUntil.milliseconds,
                estimated[.tokens], estimated.outputTokens, reservation?.cost.nanodollars, reservation?.tokens, batch.route.number,
                call.tier == .flex ? call.tier.rawValue : nil,
            ])!
        try db.cachedStatement(sql: "UPDATE jobs SET state = 'running', lease = ? WHERE id = ?").execute(arguments: [attempt, job])
        call.images = try ImageColumn.load(candidate.images, db)
        call.sendsDamaged = try call.images.contains(where: \.mayBeDamaged) && policy(of: batch).sendsDamaged
        call.fetchesPictures = try n > 1 && call.images.contains(where: \.isURL) && refusedToFetch(job, of: batch)
        return Claim(
            attempt: AttemptID(attempt), job: JobID(job), batch: batch.id, route: batch.route, n: n, request: call, startedAt: now,
            leaseUntil: leaseUntil, isPastFlex: batch.tier.isPastFlex)
    }

    private func refusedToFetch(_ job: Int64, of batch: ClaimableBatch) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT count(*) FROM attempts WHERE job = ? AND class = ? AND route = ?")
        let refusals = try Int.fetchOne(statement, arguments: [job, FailureClass.imageUnreachable.rawValue, batch.route.number])!
        return try policy(of: batch).fetchesPictures(afterRefusals: refusals)
    }

    private func policy(of batch: ClaimableBatch) throws -> RetryPolicy {
        let policy = try String.fetchOne(db.cachedStatement(sql: "SELECT policy FROM batches WHERE id = ?"), arguments: [batch.id.number])!
        return try PolicyColumn.policy(policy)
    }

    private func lanesWithQueuedJobs() throws -> [LaneBacklog] {
        let rows =
            switch request.scope {
            case .batch(let id): try Row.fetchAll(db.cachedStatement(sql: Self.batches("batches.id = ?")), arguments: [id.number])
            case .all, .jobs: try Row.fetchAll(db.cachedStatement(sql: Self.batches("true")))
            }
        let inScope = rows.filter { request.scope.includes(BatchID($0["id"]), isTrial: $0["trial"]) }
        let batches = Dictionary(grouping: try inScope.flatMap(claimable), by: \.lane)
        let backlogs = try batches.map { (backlog: LaneBacklog(lane: $0, batches: $1), inFlight: try lanes.inFlight($0)) }
        return backlogs.sorted { ($0.inFlight, $0.backlog.firstBatch) < ($1.inFlight, $1.backlog.firstBatch) }.map(\.backlog)
    }

    /// The batch as it asks itself, and at each of its routes that jobs wait for: all with one budget.
    private func claimable(_ row: Row) throws -> [ClaimableBatch] {
        let id = BatchID(row["id"])
        let ledger = BudgetLedger(row)
        let chosen = try request.scope.list(of: id)
            .map { try Set(Int64.fetchAll(db.cachedStatement(sql: Self.routesAmong), arguments: [$0]).map(RouteID.init)) }
        let routes = try Row.fetchAll(db.cachedStatement(sql: Self.routes), arguments: [id.number])
        let elsewhere = routes.reduce(0) { $0 + ($1["queued"] as Int) }
        var batches: [ClaimableBatch] = []
        if row["queued"] as Int > elsewhere { batches.append(try claimable(row, ledger)) }
        for route in routes { batches.append(try claimable(row, at: route, ledger)) }
        return batches.filter { chosen?.contains($0.route) ?? true }
    }

    private func claimable(_ row: Row, at place: Row? = nil, _ ledger: BudgetLedger) throws -> ClaimableBatch {
        let (batch, route) = (BatchID(row["id"]), place.map { RouteID($0["id"]) } ?? .own)
        let tier = try OfferedTier.find(row["policy"], of: batch, at: route, db, at: now)
        return try ClaimableBatch(row, at: place, ledger, in: request.scope, asking: tier)
    }

    static let routes = """
        SELECT id, model, lane, terms, queued, (
            SELECT min(priority) FROM jobs WHERE jobs.route = routes.id AND jobs.route <> 0 AND state = 'queued' AND available_at IS NULL) AS head
        FROM routes WHERE batch = ? AND queued > 0 ORDER BY id
        """

    /// Where queued jobs are asked, of some alone.
    static let routesAmong = """
        SELECT jobs.route FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT) WHERE jobs.state = 'queued'
        """

    static let promotion = """
        UPDATE jobs SET available_at = NULL WHERE id IN (
            SELECT id FROM jobs WHERE state = 'queued' AND available_at IS NOT NULL AND available_at <= ? ORDER BY available_at LIMIT 1000)
        """

    static let candidates = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens, priority, postponed FROM jobs
        WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 ORDER BY priority, postponed, id
        LIMIT ?
        """

    // The partial index is used only where its own condition stands in the statement.
    static let candidatesElsewhere = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens, priority, postponed FROM jobs
        WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL ORDER BY priority, postponed, id
        LIMIT ?
        """

    /// The same of some jobs alone: the most urgent ones.
    static let candidatesAmong = """
        SELECT jobs.id, jobs.images, jobs.prompt, jobs.asked_again, jobs.asked_longer, jobs.max_tokens, jobs.priority, jobs.postponed
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT)
        WHERE jobs.batch = ? AND jobs.route = ? AND jobs.state = 'queued' AND jobs.available_at IS NULL AND jobs.priority = (
            SELECT min(jobs.priority) FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT)
            WHERE jobs.batch = ? AND jobs.route = ? AND jobs.state = 'queued' AND jobs.available_at IS NULL)
        LIMIT ?
        """

    // The index goes by priority, by how often a job was put back, and by number: first the place of the first one, then the last number there.
    static let farthest = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens, priority, postponed FROM jobs
        WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 AND (priority, postponed) = (
            SELECT priority, postponed FROM jobs WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0
            ORDER BY priority, postponed LIMIT 1)
        ORDER BY id DESC LIMIT 1
        """

    static let farthestElsewhere = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens, priority, postponed FROM jobs
        WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL AND (priority, postponed) = (
            SELECT priority, postponed FROM jobs WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL
            ORDER BY priority, postponed LIMIT 1)
        ORDER BY id DESC LIMIT 1
        """

    static let farthestAmong = """
        SELECT jobs.id, jobs.images, jobs.prompt, jobs.asked_again, jobs.asked_longer, jobs.max_tokens, jobs.priority, jobs.postponed
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT)
        WHERE jobs.batch = ? AND jobs.route = ? AND jobs.state = 'queued' AND jobs.available_at IS NULL
        ORDER BY jobs.priority, jobs.postponed, jobs.id DESC LIMIT 1
        """

    static let nextDue = """
        SELECT available_at FROM jobs WHERE state = 'queued' AND available_at IS NOT NULL ORDER BY available_at LIMIT 1
        """

    static func batches(_ condition: String) -> String {
        """
        SELECT batches.id, batches.lane, batches.model, batches.system, batches.prompt, batches.parameters,
            batches.name, batches.budget, batches.checks, batches.trial, batches.policy, batches.prepare, counts.*, (
                SELECT min(priority) FROM jobs
                WHERE jobs.batch = batches.id AND state = 'queued' AND available_at IS NULL AND jobs.route = 0) AS head
        FROM counts JOIN batches ON batches.id = counts.batch WHERE counts.queued > 0 AND \(condition) ORDER BY batches.id
        """
    }
}

extension ImageSource {
    /// Whether that is known, or comes out when it is read to be sent.
    fileprivate var mayBeDamaged: Bool {
        guard case .file(let file) = self else { return true }
        return file.damage != nil || file.digest == nil
    }
}
