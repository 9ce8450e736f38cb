import CutlineCore

/// What people ask for, of jobs in some states.
enum Verb {
    /// - Parameter captioned: of jobs that have a caption, and no others.
    case retry(Requeueing, captioned: Bool)
    case release(from: [JobState])
    case hold
    case cancel(now: Timestamp)
    case prioritize(Priority)

    /// In the order in which they are gone through.
    var from: [JobState] {
        switch self {
        case .retry(_, captioned: true): [.succeeded]
        case .retry(let change, captioned: false): change.isNone ? [.failed] : [.failed, .queued]
        case .release(let states): states
        case .hold: [.queued]
        case .cancel: [.queued, .running, .held, .failed]
        // Twice: meanwhile calls end and others begin.
        case .prioritize: [.running, .queued, .running, .held]
        }
    }

    func apply(to job: Int64, _ selection: JobSelection, _ result: inout JobsMoved, _ db: any Session) throws {
        guard let facts = try JobFacts.fetch(job, db) else { return }
        if let batch = selection.batch, batch != facts.batch { return }
        if let failure = selection.failure, failure.rawValue != facts.failure { return }
        if let flags = selection.flags, facts.state == .succeeded, !flags.admits(facts.flags) { return }
        if let obstacle = obstacle(facts, selection) {
            // Along an index, a job of another state was not asked for.
            if case .state = obstacle, selection.jobs == nil { return }
            return result.left[obstacle, default: 0] += 1
        }
        guard try move(facts, db) else { return }
        result.moved[facts.state, default: 0] += 1
    }

    private func obstacle(_ facts: JobFacts, _ selection: JobSelection) -> JobsMoved.Obstacle? {
        guard from.contains(facts.state) else { return .state(facts.state) }
        switch self {
        case .hold, .cancel, .prioritize: return nil
        case .retry, .release:
            if !facts.isNamed { return .nameless }
            if !selection.means(facts.batch, isTrial: facts.isTrial) { return .trial }
            return facts.isOpen ? .callOpen : nil
        }
    }

    /// False where the job is so already: along the indexes a job that was just moved is met once more.
    private func move(_ facts: JobFacts, _ db: any Session) throws -> Bool {
        switch self {
        case .retry(let change, _): return try RequeueStep(db: db).requeue(facts, change)
        case .release:
            try db.cachedStatement(sql: "UPDATE jobs SET \(RequeueStep.fresh), asked_again = 0, asked_longer = 0 WHERE id = ?")
                .execute(arguments: [facts.id])
        case .hold:
            try db.cachedStatement(sql: "UPDATE jobs SET state = 'held', available_at = NULL WHERE id = ?").execute(arguments: [facts.id])
        case .cancel(let now): try JobRow.cancel(facts.id, db, at: now)
        case .prioritize(let priority): return try RequeueStep(db: db).prioritize(facts, priority)
        }
        return true
    }
}

/// What a verb must know of a job.
struct JobFacts {
    let id: Int64
    let batch: BatchID
    let state: JobState
    let route: RouteID
    let maxTokens: Int?
    let priority: Priority
    /// Whether an entry names it whose picture is not missing.
    let isNamed: Bool
    /// Whether its batch is a trial.
    let isTrial: Bool
    /// Whether a call for it is open.
    let isOpen: Bool
    /// The class of its last attempt that failed.
    let failure: String?
    /// Of its accepted caption.
    let flags: [CaptionFlag]

    static func fetch(_ job: Int64, _ db: any Session) throws -> JobFacts? {
        try Row.fetchOne(db.cachedStatement(sql: columns), arguments: [job]).flatMap { try JobFacts($0) }
    }

    private init?(_ row: Row) throws {
        guard let state = JobState(rawValue: row["state"]), let priority = Priority(rawValue: row["priority"]) else { return nil }
        (self.state, self.priority) = (state, priority)
        (id, batch, route) = (row["id"], BatchID(row["batch"]), RouteID(row["route"]))
        (isNamed, isTrial, isOpen) = (row["is_named"], row["is_trial"], row["is_open"])
        (maxTokens, failure) = (row["max_tokens"], row["class"])
        flags = try (row["flags"] as String?).map(CaptionFlag.list) ?? []
    }

    private static let columns = """
        SELECT id, batch, state, route, max_tokens, priority, \(JobRow.isNamed) AS is_named,
            (SELECT trial FROM batches WHERE batches.id = jobs.batch) AS is_trial,
            EXISTS (SELECT 1 FROM attempts WHERE job = jobs.id AND phase = 'open') AS is_open,
            (SELECT class FROM attempts WHERE job = jobs.id AND class IS NOT NULL ORDER BY n DESC LIMIT 1) AS class,
            (SELECT flags FROM captions WHERE job = jobs.id AND accepted = 1) AS flags
        FROM jobs WHERE id = ?
        """
}
