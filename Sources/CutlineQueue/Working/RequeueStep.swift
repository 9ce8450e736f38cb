import CutlineCore

/// How jobs are asked from now on; what is nil stays as it is.
struct Requeueing: Hashable {
    var maxTokens: Int?
    var routes: [BatchID: RouteID]?
    var priority: Priority?

    var isNone: Bool { asksAlike && priority == nil }
    /// Whether the calls stay as they were.
    var asksAlike: Bool { maxTokens == nil && routes == nil }
}

/// Puts jobs back in the queue because a person says so, inside a transaction.
struct RequeueStep {
    let db: any Session

    /// Queued, with fresh budgets.
    static let fresh = "state = 'queued', available_at = NULL, finished_at = NULL, failures = 0, unanswered = 0, crashes = 0"

    /// False where the job is queued like this already.
    func requeue(_ facts: JobFacts, _ change: Requeueing) throws -> Bool {
        if facts.state == .succeeded, change.asksAlike { return try askAgain(facts, change.priority) }
        let route = try change.routes?[facts.batch] ?? usualRoute(of: facts)
        let maxTokens = change.maxTokens ?? facts.maxTokens
        let priority = change.priority ?? facts.priority
        // What waits and is asked as before keeps its time and its budgets.
        if facts.state == .queued, route == facts.route, maxTokens == facts.maxTokens { return try prioritize(facts, priority) }
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET \(Self.fresh), asked_again = 0, asked_longer = 0, route = ?, max_tokens = ?, priority = ?,
                    reopened = \(reopened(facts))
                WHERE id = ?
                """
        ).execute(arguments: [route.number, maxTokens, priority.rawValue, facts.id])
        return true
    }

    /// Nothing else of the job changes. False where it has this priority.
    func prioritize(_ facts: JobFacts, _ priority: Priority) throws -> Bool {
        guard priority != facts.priority else { return false }
        try db.cachedStatement(sql: "UPDATE jobs SET priority = ? WHERE id = ?").execute(arguments: [priority.rawValue, facts.id])
        return true
    }

    /// The call of a captioned job is never repeated as it was.
    private func askAgain(_ facts: JobFacts, _ priority: Priority?) throws -> Bool {
        let isLonger = facts.flags.contains(.truncated) && !facts.flags.contains(.repetition)
        try db.cachedStatement(
            sql: """
                UPDATE jobs SET \(Self.fresh), asked_again = asked_again + 1, asked_longer = asked_longer + ?, priority = ?,
                    reopened = \(reopened(facts))
                WHERE id = ?
                """
        ).execute(arguments: [isLonger, (priority ?? facts.priority).rawValue, facts.id])
        return true
    }

    /// Captions of calls that were made before do not answer what is asked now.
    private func reopened(_ facts: JobFacts) -> String {
        facts.state == .succeeded ? "(SELECT max(id) FROM attempts WHERE job = jobs.id)" : "reopened"
    }

    /// A person's choice stays. What fell through the batch's list begins again at its own provider.
    private func usualRoute(of facts: JobFacts) throws -> RouteID {
        guard facts.state != .queued, facts.route != .own else { return facts.route }
        let statement = try db.cachedStatement(sql: "SELECT position IS NULL FROM routes WHERE id = ?")
        return try Bool.fetchOne(statement, arguments: [facts.route.number]) == true ? facts.route : .own
    }
}
