import CutlineCore

/// An attempt with what is needed to settle it.
struct AttemptRow {
    let id: AttemptID
    let job: Int64
    /// Where it was asked, and the place of that in the fallback list: 0 before it, nil where it has none.
    let route: RouteID
    let position: Int?
    let batch: Int64
    let lane: Int64
    let model: String
    let phase: AttemptPhase
    let startedAt: Timestamp
    let estimated: CallUnits
    let policy: RetryPolicy
    private let counted: JobTally

    static func fetch(_ id: AttemptID, _ db: any Session) throws -> AttemptRow? {
        try db.cachedStatement(sql: select).first([id.number]) { try AttemptRow($0) }
    }

    enum Column: Int, CaseIterable {
        case id, job, batch, phase, startedAt, estimatedTokens, estimatedOutput, failures, unanswered, crashes, askedAgain, policy, route
        case position, lane, model
    }

    static let select = """
        SELECT attempts.id, attempts.job, attempts.batch, attempts.phase, attempts.started_at, attempts.estimated_tokens,
            attempts.estimated_output, jobs.failures, jobs.unanswered, jobs.crashes, jobs.asked_again, batches.policy, attempts.route,
            CASE WHEN attempts.route = 0 THEN 0 ELSE routes.position END AS position,
            coalesce(routes.lane, batches.lane) AS lane, coalesce(routes.model, batches.model) AS model
        FROM attempts JOIN jobs ON jobs.id = attempts.job JOIN batches ON batches.id = attempts.batch
            LEFT JOIN routes ON routes.id = attempts.route
        WHERE attempts.id = ?
        """

    private init(_ row: PlacedRow<Column>) throws {
        id = AttemptID(row[.id])
        (job, batch, lane) = (row[.job], row[.batch], row[.lane])
        (route, position) = (RouteID(row[.route]), row[.position])
        model = row.text(.model)
        phase = AttemptPhase(rawValue: row[.phase]) ?? .open
        startedAt = row.time(.startedAt)
        let (tokens, output): (Int, Int) = (row[.estimatedTokens], row[.estimatedOutput])
        estimated = CallUnits(inputTokens: tokens - output, outputTokens: output)
        policy = try PolicyColumn.policy(row[.policy])
        counted = JobTally(
            failures: row[.failures], unanswered: row[.unanswered], crashes: row[.crashes], askedAgain: row[.askedAgain])
    }

    /// The job's tally with this attempt.
    func tally(failures: Int = 0, unanswered: Int = 0, crashes: Int = 0) -> JobTally {
        JobTally(
            failures: counted.failures + failures, unanswered: counted.unanswered + unanswered, crashes: counted.crashes + crashes,
            askedAgain: counted.askedAgain)
    }

    func end(_ phase: AttemptPhase, failure: Failure, _ settlement: Settlement, _ db: any Session) throws {
        try end(
            phase, billed: failure.billed, failure: failure, usage: failure.usage ?? Usage(), requestID: failure.requestID,
            answer: failure.answer, settlement, db)
    }

    func end(
        _ phase: AttemptPhase, billed: Billed, failure: Failure? = nil, usage: Usage, requestID: String?, answer: String? = nil,
        isDuplicate: Bool = false, _ settlement: Settlement, _ db: any Session
    ) throws {
        try db.cachedStatement(
            sql: """
                UPDATE attempts SET phase = ?, billed = ?, http_status = ?, class = ?, message = ?, request_id = ?, latency = ?,
                    input_tokens = ?, output_tokens = ?, cached_tokens = ?, cost = ?, cost_source = ?, cost_at_most = ?,
                    tokens_at_most = ?, answer = ?, finish_reason = ?, doubt = ?, served_tier = ?, sent = ?, ended_at = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            phase.rawValue, billed.rawValue, failure?.status, failure?.kind.rawValue, failure?.message, requestID,
            settlement.latency.milliseconds, usage.inputTokens, usage.outputTokens, usage.cachedTokens, usage.cost?.nanodollars,
            usage.costSource?.rawValue, usage.costAtMost?.nanodollars, usage.tokensAtMost, answer, failure?.finishReason?.rawValue,
            Doubt(phase, billed: billed, isDuplicate: isDuplicate)?.rawValue, usage.servedTier,
            try settlement.inPlace.map(JSONColumn.encode),
            settlement.endedAt.milliseconds, id.number,
        ])
    }
}
