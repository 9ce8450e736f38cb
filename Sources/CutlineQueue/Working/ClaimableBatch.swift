import CutlineCore

/// A batch that has queued jobs at one place, with what their calls have in common.
struct ClaimableBatch {
    let id: BatchID
    let route: RouteID
    let lane: Int64
    let request: CaptionRequest
    private let estimated: CallUnits
    private let checks: String
    /// The only jobs that may be claimed, as a JSON list; nil: all of them.
    private let chosen: String?
    let tier: OfferedTier
    /// Nil: it has no budget.
    let account: BudgetAccount?
    /// Of its next job, and how often that was put back, as far as they are known: it never goes before. Nil: none may be claimed.
    private var head: (priority: Priority, postponed: Int)?
    /// The next jobs, as they were fetched.
    private var jobs: ArraySlice<ClaimableJob> = []

    /// Where it stands among the batches of its lane. What was put back goes behind the others' jobs too: else the one that fails each look at an
    /// outage would be the next one again.
    var place: (rank: Int, postponed: Int, batch: BatchID, route: RouteID) {
        (head?.priority.rawValue ?? .max, head?.postponed ?? 0, id, route)
    }

    /// - Parameter place: a row of `routes`; nil: at the batch's own provider.
    init(_ row: Row, at place: Row? = nil, _ ledger: BudgetLedger, in scope: Scope, asking tier: OfferedTier) throws {
        id = BatchID(row["id"])
        self.tier = tier
        route = place.map { RouteID($0["id"]) } ?? .own
        chosen = scope.list(of: id)
        head = ((place ?? row)["head"] as Int?).flatMap(Priority.init).map { ($0, 0) }
        lane = (place ?? row)["lane"]
        let parameters: Parameters = try JSONColumn.decode(from: row["parameters"])
        request = CaptionRequest(
            model: (place ?? row).text("model"), system: row.text(optional: "system"), prompt: row.text("prompt"), images: [],
            parameters: parameters, preparation: try (row["prepare"] as String?).map { try JSONColumn.decode(from: $0) })
        checks = row["checks"]
        account = try BudgetAccount(row, at: place, ledger, prompt: request.prompt, tier)
        let used = Usage(inputTokens: row["input_tokens"], outputTokens: row["output_tokens"])
        // What was taken over used nothing.
        let answers = row["succeeded"] as Int - row["reused"] as Int
        estimated = TokenReserve.perCall(used: used, answers: answers, answerLimit: parameters.maxTokens)
    }

    /// The next job, which stays the next one until it is removed; nil: none is left.
    ///
    /// - Parameters:
    ///   - looksElsewhere: whether it is to be the one that has least in common with those that were refused.
    ///   - limit: how many are fetched where none is at hand.
    mutating func next(_ db: any Session, looksElsewhere: Bool, limit: Int) throws -> ClaimableJob? {
        if looksElsewhere { jobs = try farthest(db)[...] } else if jobs.isEmpty { jobs = try candidates(db, limit: limit)[...] }
        head = jobs.first.map(\.rank)
        return jobs.first
    }

    mutating func removeNext() {
        jobs.removeFirst()
        head = jobs.first.map(\.rank) ?? head
    }

    private func candidates(_ db: any Session, limit: Int) throws -> [ClaimableJob] {
        if let chosen {
            return try db.cachedStatement(sql: ClaimStep.candidatesAmong)
                .all([chosen, id.number, route.number, chosen, id.number, route.number, limit], ClaimableJob.init)
        }
        if route == .own { return try db.cachedStatement(sql: ClaimStep.candidates).all([id.number, limit], ClaimableJob.init) }
        return try db.cachedStatement(sql: ClaimStep.candidatesElsewhere).all([route.number, limit], ClaimableJob.init)
    }

    /// The job that has least in common with those that were refused: of the most urgent the last one of those that were not put back.
    private func farthest(_ db: any Session) throws -> [ClaimableJob] {
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

extension ClaimableJob {
    fileprivate var rank: (Priority, Int) { (priority, postponed) }
}
