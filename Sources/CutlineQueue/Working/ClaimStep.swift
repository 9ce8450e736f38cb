import CutlineCore
import Foundation
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
    /// the lane with the fewest calls in flight comes first.
    func claim(into turn: inout Turn) throws {
        var rotation = try lanesWithQueuedJobs()
        turn.lanesWithQueuedJobs = rotation.count
        // A lane that stands still says so even where its jobs are delayed or the worker is full.
        rotation = try rotation.filter { try !stop($0, lanes.closedReason($0.lane, at: now), &turn) }
        while turn.claims.count < request.claimLimit, !rotation.isEmpty {
            var lane = rotation.removeFirst()
            let free = min(request.claimLimit - turn.claims.count, try lanes.freeSlots(lane.lane))
            guard let (job, batch) = try lane.next(db, lanes, expecting: free, at: now) else {
                try stop(lane, byItsBatches: &turn)
                continue
            }
            let call = try call(for: job, of: batch)
            var reservation: Spending?
            if batch.account != nil {
                reservation = lane.reserve(try size(of: call, job, in: batch))
                guard reservation != nil else {
                    rotation.insert(lane, at: 0)
                    continue
                }
            }
            let estimated = batch.estimate(of: call)
            let refusal = try lanes.tryReserve(batch.lane, estimated, model: call.model, at: now)
            if try stop(lane, refusal, &turn) { continue }
            turn.claims.append(try take(job, from: batch, sending: call, estimated: estimated, reserving: reservation))
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
        let n = try Int.fetchOne(db.cachedStatement(sql: "SELECT ifnull(max(n), 0) + 1 FROM attempts WHERE job = ?"), arguments: [job])!
        let attempt = try db.insert(
            sql: """
                INSERT INTO attempts
                    (batch, job, n, worker, started_at, lease_until, estimated_tokens, estimated_output, reserved_cost, reserved_tokens, route)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                batch.id.number, job, n, worker.number, now.milliseconds, (now + request.lease).milliseconds,
                estimated[.tokens], estimated.outputTokens, reservation?.cost.nanodollars, reservation?.tokens, batch.route.number,
            ])!
        try db.cachedStatement(sql: "UPDATE jobs SET state = 'running', lease = ? WHERE id = ?").execute(arguments: [attempt, job])
        var call = call
        call.images = try ImageColumn.load(candidate.images, db)
        call.quirks = try lanes.quirks(batch.lane, of: call.model)
        call.sendsDamaged = try call.images.contains(where: \.mayBeDamaged) && policy(of: batch).sendsDamaged
        call.fetchesPictures = try n > 1 && call.images.contains(where: \.isURL) && refusedToFetch(job, of: batch)
        return Claim(
            attempt: AttemptID(attempt), job: JobID(job), batch: batch.id, route: batch.route, n: n, request: call, startedAt: now,
            leaseUntil: now + request.lease)
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
        if row["queued"] as Int > elsewhere { batches.append(try ClaimableBatch(row, ledger, in: request.scope)) }
        for route in routes { batches.append(try ClaimableBatch(row, at: route, ledger, in: request.scope)) }
        return batches.filter { chosen?.contains($0.route) ?? true }
    }

    static let routes = "SELECT id, model, lane, terms, queued FROM routes WHERE batch = ? AND queued > 0 ORDER BY id"

    /// Where queued jobs are asked, of some alone.
    static let routesAmong = """
        SELECT jobs.route FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = chosen.value WHERE jobs.state = 'queued'
        """

    static let promotion = """
        UPDATE jobs SET available_at = NULL WHERE id IN (
            SELECT id FROM jobs WHERE state = 'queued' AND available_at IS NOT NULL AND available_at <= ? ORDER BY available_at LIMIT 1000)
        """

    static let candidates = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens FROM jobs
        WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 ORDER BY priority, id LIMIT ?
        """

    // The partial index is used only where its own condition stands in the statement.
    static let candidatesElsewhere = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens FROM jobs
        WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL ORDER BY priority, id LIMIT ?
        """

    /// The same of some jobs alone, in their order.
    static let candidatesAmong = """
        SELECT jobs.id, jobs.images, jobs.prompt, jobs.asked_again, jobs.asked_longer, jobs.max_tokens
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = chosen.value
        WHERE jobs.batch = ? AND jobs.route = ? AND jobs.state = 'queued' AND jobs.available_at IS NULL LIMIT ?
        """

    // The index goes by priority and then by number: first the priority, then the last number of it.
    static let farthest = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens FROM jobs
        WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 AND priority = (
            SELECT min(priority) FROM jobs WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0)
        ORDER BY id DESC LIMIT 1
        """

    static let farthestElsewhere = """
        SELECT id, images, prompt, asked_again, asked_longer, max_tokens FROM jobs
        WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL AND priority = (
            SELECT min(priority) FROM jobs WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL)
        ORDER BY id DESC LIMIT 1
        """

    static let farthestAmong = """
        SELECT jobs.id, jobs.images, jobs.prompt, jobs.asked_again, jobs.asked_longer, jobs.max_tokens
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = chosen.value
        WHERE jobs.batch = ? AND jobs.route = ? AND jobs.state = 'queued' AND jobs.available_at IS NULL
        ORDER BY jobs.priority, jobs.id DESC LIMIT 1
        """

    static let nextDue = """
        SELECT available_at FROM jobs WHERE state = 'queued' AND available_at IS NOT NULL ORDER BY available_at LIMIT 1
        """

    private static func batches(_ condition: String) -> String {
        """
        SELECT batches.id, batches.lane, batches.model, batches.system, batches.prompt, batches.parameters,
            batches.name, batches.budget, batches.checks, batches.trial, counts.*
        FROM counts JOIN batches ON batches.id = counts.batch WHERE counts.queued > 0 AND \(condition) ORDER BY batches.id
        """
    }
}

/// The queued jobs of one lane: its batches in the order they were made, the jobs of each by priority and number.
private struct LaneBacklog {
    let lane: Int64
    let firstBatch: BatchID
    let batchCount: Int
    /// Of batches that take no more calls in this turn because of them.
    private(set) var stops: [LaneRefusal]
    private var batches: ArraySlice<ClaimableBatch>
    private var jobs: ArraySlice<ClaimableJob> = []

    /// - Parameter batches: at least one.
    init(lane: Int64, batches: [ClaimableBatch]) {
        self.lane = lane
        firstBatch = batches[0].id
        batchCount = batches.count
        stops = batches.compactMap { $0.account?.closedReason.map(LaneRefusal.budget) }
        self.batches = batches.filter { $0.account?.closedReason == nil }[...]
    }

    /// The next job of the first batch whose model may be asked.
    ///
    /// - Parameter count: how many more are likely to be asked for; claimed rows are no candidates when more are fetched.
    mutating func next(
        _ db: any Session, _ lanes: LaneStore, expecting count: Int, at now: Timestamp
    ) throws -> (ClaimableJob, ClaimableBatch)? {
        while let batch = batches.first {
            if let refusal = try lanes.closedReason(lane, of: batch.request.model, at: now) {
                drop(because: refusal)
                continue
            }
            if try lanes.looksElsewhere(lane, for: batch.request.model) {
                jobs = try batch.farthest(db)[...]
            } else if jobs.isEmpty {
                jobs = try batch.candidates(db, limit: min(max(1, count), 256))[...]
            }
            if let job = jobs.popFirst() { return (job, batch) }
            batches.removeFirst()
        }
        return nil
    }

    /// Sets aside what a call of the first batch may cost, or takes the batch out of this turn and returns nil.
    mutating func reserve(_ call: CallSize) -> Spending? {
        guard let account = batches.first?.account else { return nil }
        switch account.tryReserve(call) {
        case .success(let reservation): return reservation
        case .failure(let stop):
            drop(because: .budget(stop))
            return nil
        }
    }

    private mutating func drop(because refusal: LaneRefusal) {
        stops.append(refusal)
        batches.removeFirst()
        jobs = []
    }
}

/// A batch that has queued jobs at one place, with what their calls have in common.
private struct ClaimableBatch {
    let id: BatchID
    let route: RouteID
    let lane: Int64
    let request: CaptionRequest
    private let estimated: CallUnits
    private let checks: String
    /// The only jobs that may be claimed, as a JSON list; nil: all of them.
    private let chosen: String?
    /// Nil: it has no budget.
    let account: BudgetAccount?

    /// - Parameter place: a row of `routes`; nil: at the batch's own provider.
    init(_ row: Row, at place: Row? = nil, _ ledger: BudgetLedger, in scope: Scope) throws {
        id = BatchID(row["id"])
        route = place.map { RouteID($0["id"]) } ?? .own
        chosen = scope.list(of: id)
        lane = (place ?? row)["lane"]
        let parameters: Parameters = try JSONColumn.decode(from: row["parameters"])
        request = CaptionRequest(
            model: (place ?? row).text("model"), system: row.text(optional: "system"), prompt: row.text("prompt"), images: [],
            parameters: parameters)
        checks = row["checks"]
        account = try BudgetAccount(row, at: place, ledger, prompt: request.prompt)
        let used = Usage(inputTokens: row["input_tokens"], outputTokens: row["output_tokens"])
        // What was taken over used nothing.
        let answers = row["succeeded"] as Int - row["reused"] as Int
        estimated = TokenReserve.perCall(used: used, answers: answers, answerLimit: parameters.maxTokens)
    }

    func candidates(_ db: any Session, limit: Int) throws -> [ClaimableJob] {
        if let chosen {
            return try db.cachedStatement(sql: ClaimStep.candidatesAmong).all([chosen, id.number, route.number, limit], ClaimableJob.init)
        }
        if route == .own { return try db.cachedStatement(sql: ClaimStep.candidates).all([id.number, limit], ClaimableJob.init) }
        return try db.cachedStatement(sql: ClaimStep.candidatesElsewhere).all([route.number, limit], ClaimableJob.init)
    }

    /// The job that has least in common with those that were refused: the last one of those that were not put back.
    func farthest(_ db: any Session) throws -> [ClaimableJob] {
        if let chosen {
            return try db.cachedStatement(sql: ClaimStep.farthestAmong).all([chosen, id.number, route.number], ClaimableJob.init)
        }
        if route == .own { return try db.cachedStatement(sql: ClaimStep.farthest).all([id.number, id.number], ClaimableJob.init) }
        return try db.cachedStatement(sql: ClaimStep.farthestElsewhere).all([route.number, route.number], ClaimableJob.init)
    }

    /// More where the call allows a longer answer than the others.
    func estimate(of call: CaptionRequest) -> CallUnits {
        guard let limit = call.parameters.answerLimit, limit != request.parameters.answerLimit else { return estimated }
        let more = min(limit - min(limit, request.parameters.answerLimit ?? 0), 1_000_000)
        return CallUnits(inputTokens: estimated.inputTokens, outputTokens: estimated.outputTokens + more)
    }

    /// Added to the prompt of a job that is asked again.
    var retryPrompt: String? { get throws { try JSONColumn.decode(CheckRules.self, from: checks).retryPrompt } }
}

extension ImageSource {
    /// Whether that is known, or comes out when it is read to be sent.
    fileprivate var mayBeDamaged: Bool {
        guard case .file(let file) = self else { return true }
        return file.damage != nil || file.digest == nil
    }
}
