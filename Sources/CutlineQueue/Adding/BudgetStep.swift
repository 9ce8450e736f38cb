import CutlineCore

extension Queue {
    /// Writes a batch's budget down, with the price and the lengths of today, and counts what was spent before.
    ///
    /// That is reckoned first, a page a transaction, and the last of it together with the budget: from the moment that it holds, nothing is
    /// left out. A process killed before has reckoned some calls and changed no budget; the next one goes on.
    ///
    /// - Parameter settings: the batch's, as they stand from now on.
    func changeBudget(of batch: BatchID, _ settings: BatchSettings, by change: BudgetChange) throws {
        let stored = try reader.read { try BudgetStep.stored(batch, $0) }
        let terms = BudgetTerms(change.applied(to: stored?.budget ?? Budget()), of: settings)
        guard (terms.budget.isUnlimited ? nil : terms) != stored else { return }
        guard !terms.budget.isUnlimited else {
            return try write { db in _ = try BudgetStep(db: db, batch: batch, settings: settings).change(by: change, reckonedUpTo: nil) }
        }
        var last: Int64 = 0
        while true {
            let (page, newest) = try reader.read { db in
                (
                    try BudgetStep.unreckoned(of: batch, terms, after: last, db),
                    try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) FROM attempts")!
                )
            }
            if !page.isEmpty {
                try write { db in try BudgetStep(db: db, batch: batch, settings: settings).reckon(page, terms) }
                Self.giveWay()
            }
            last = page.count < BudgetStep.pageSize ? newest : page.last!
            guard page.count < BudgetStep.pageSize else { continue }
            let isDone = try write { try BudgetStep(db: $0, batch: batch, settings: settings).change(by: change, reckonedUpTo: newest) }
            if isDone { return }
        }
    }
}

/// Changes a batch's budget inside a transaction.
struct BudgetStep {
    let db: any Session
    let batch: BatchID
    /// As they stand from now on.
    let settings: BatchSettings

    static let pageSize = 500

    static func stored(_ batch: BatchID, _ db: any Session) throws -> BudgetTerms? {
        try String.fetchOne(db, sql: "SELECT budget FROM batches WHERE id = ? AND budget IS NOT NULL", arguments: [batch.number])
            .map { try JSONColumn.decode(from: $0) }
    }

    /// Calls that were made without a budget, or without a price.
    static func unreckoned(of batch: BatchID, _ terms: BudgetTerms, after last: Int64, _ db: any Session) throws -> [Int64] {
        try Int64.fetchAll(
            db.cachedStatement(sql: earlier), arguments: [batch.number, last, terms.price != nil, pageSize])
    }

    /// Writes the budget down where no more than a page of calls came after `reckonedUpTo`; those are reckoned too.
    ///
    /// - Parameter reckonedUpTo: the number of a call; nil: nothing is to be reckoned.
    /// - Returns: false where more came: then nothing has changed.
    func change(by change: BudgetChange, reckonedUpTo: Int64?) throws -> Bool {
        let stored = try Self.stored(batch, db)
        let terms = BudgetTerms(change.applied(to: stored?.budget ?? Budget()), of: settings)
        let new = terms.budget.isUnlimited ? nil : terms
        guard new != stored else { return true }
        if let new, let reckonedUpTo {
            let rest = try Self.unreckoned(of: batch, new, after: reckonedUpTo, db)
            guard rest.count < Self.pageSize else { return false }
            try reckon(rest, new)
        }
        try db.execute(
            sql: "UPDATE batches SET budget = ? WHERE id = ?", arguments: [try new.map { try JSONColumn.encode($0) }, batch.number])
        return true
    }

    /// By their usage where it is known, else by their most.
    func reckon(_ attempts: [Int64], _ terms: BudgetTerms) throws {
        let statement = try db.cachedStatement(sql: Self.facts)
        for attempt in attempts {
            guard let row = try Row.fetchOne(statement, arguments: [attempt]) else { continue }
            try reckon(row, terms)
        }
    }

    private func reckon(_ row: Row, _ own: BudgetTerms) throws {
        // Who was asked elsewhere has the price of there.
        let terms = try (row["terms"] as String?).map { try JSONColumn.decode(BudgetTerms.self, from: $0) } ?? own
        let prompt = row.text(optional: "prompt") ?? settings.prompt
        let call = CallSize(promptBytes: prompt.utf8.count, images: try ImageColumn.count(row["images"]))
        let usage = Usage(
            inputTokens: row["input_tokens"], outputTokens: row["output_tokens"], cachedTokens: row["cached_tokens"],
            servedTier: row["served_tier"])
        let isOpen: Bool = row["is_open"]
        let cost = isOpen || row["cost"] as Int64? != nil ? nil : terms.cost(of: usage, images: call.images)
        let most = terms.most(of: call)
        try db.cachedStatement(
            sql: """
                UPDATE attempts SET reserved_cost = coalesce(reserved_cost, ?), reserved_tokens = coalesce(reserved_tokens, ?),
                    cost = coalesce(cost, ?), cost_source = CASE WHEN cost IS NULL AND CAST(? AS BIGINT) IS NOT NULL THEN 'estimated' ELSE cost_source END
                WHERE id = ? AND billed <> 'no'
                """
        ).execute(arguments: [
            terms.price == nil ? nil : most.cost.nanodollars, most.tokens, cost?.nanodollars, cost?.nanodollars, row["id"] as Int64,
        ])
    }

    private static let earlier = """
        SELECT id FROM attempts
        WHERE batch = ? AND id > ? AND billed <> 'no' AND reused_from IS NULL AND (
            (? AND cost IS NULL AND reserved_cost IS NULL)
            OR ((input_tokens IS NULL OR output_tokens IS NULL) AND reserved_tokens IS NULL))
        ORDER BY id LIMIT ?
        """

    private static let facts = """
        SELECT attempts.id, attempts.phase = 'open' AS is_open, attempts.input_tokens, attempts.output_tokens, attempts.cached_tokens,
            attempts.served_tier, attempts.cost, jobs.images, jobs.prompt, routes.terms
        FROM attempts JOIN jobs ON jobs.id = attempts.job LEFT JOIN routes ON routes.id = attempts.route
        WHERE attempts.id = ?
        """
}
