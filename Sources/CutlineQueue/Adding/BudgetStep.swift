import CutlineCore
import GRDB

/// Changes a batch's budget inside a transaction.
struct BudgetStep {
    let db: Database
    let batch: BatchID
    /// As they stand from now on.
    let settings: BatchSettings

    private static let pageSize = 1_000

    /// Writes the budget down, with the price and the lengths of today, and counts what was spent before.
    func change(_ stored: BudgetTerms?, by change: BudgetChange) throws {
        let terms = BudgetTerms(change.applied(to: stored?.budget ?? Budget()), of: settings)
        let new = terms.budget.isUnlimited ? nil : terms
        guard new != stored else { return }
        try db.execute(
            sql: "UPDATE batches SET budget = ? WHERE id = ?", arguments: [try new.map { try JSONColumn.encode($0) }, batch.number])
        if let new { try reckonEarlierCalls(new) }
    }

    /// Calls that were made without a budget, or without a price: by their usage where it is known, else by their most.
    private func reckonEarlierCalls(_ terms: BudgetTerms) throws {
        var last: Int64 = 0
        while true {
            let page = try Row.fetchAll(
                db.cachedStatement(sql: Self.unreckoned), arguments: [batch.number, last, terms.price != nil, Self.pageSize])
            for row in page { try reckon(row, terms) }
            guard let end = page.last, page.count == Self.pageSize else { return }
            last = end["id"]
        }
    }

    private func reckon(_ row: Row, _ own: BudgetTerms) throws {
        // Who was asked elsewhere has the price of there.
        let terms = try (row["terms"] as String?).map { try JSONColumn.decode(BudgetTerms.self, from: $0) } ?? own
        let prompt = row.text(optional: "prompt") ?? settings.prompt
        let call = CallSize(promptBytes: prompt.utf8.count, images: try ImageColumn.count(row["images"]))
        let usage = Usage(inputTokens: row["input_tokens"], outputTokens: row["output_tokens"], cachedTokens: row["cached_tokens"])
        let isOpen: Bool = row["is_open"]
        let cost = isOpen || row["cost"] as Int64? != nil ? nil : terms.price?.cost(of: usage, images: call.images)
        let most = terms.most(of: call)
        try db.cachedStatement(
            sql: """
                UPDATE attempts SET reserved_cost = ifnull(reserved_cost, ?), reserved_tokens = ifnull(reserved_tokens, ?),
                    cost = ifnull(cost, ?), cost_source = iif(cost IS NULL AND ? IS NOT NULL, 'estimated', cost_source)
                WHERE id = ?
                """
        ).execute(arguments: [
            terms.price == nil ? nil : most.cost.nanodollars, most.tokens, cost?.nanodollars, cost?.nanodollars, row["id"] as Int64,
        ])
    }

    static let unreckoned = """
        SELECT attempts.id, attempts.phase = 'open' AS is_open, attempts.input_tokens, attempts.output_tokens, attempts.cached_tokens,
            attempts.cost, jobs.images, jobs.prompt, routes.terms
        FROM attempts JOIN jobs ON jobs.id = attempts.job LEFT JOIN routes ON routes.id = attempts.route
        WHERE attempts.batch = ? AND attempts.id > ? AND attempts.billed <> 'no' AND attempts.reused_from IS NULL AND (
            (? AND attempts.cost IS NULL AND attempts.reserved_cost IS NULL)
            OR (attempts.input_tokens + attempts.output_tokens IS NULL AND attempts.reserved_tokens IS NULL))
        ORDER BY attempts.id LIMIT ?
        """
}
