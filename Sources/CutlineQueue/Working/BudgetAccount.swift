import CutlineCore

/// A batch's books as they stand in this transaction: one for all that is asked for the batch, wherever.
final class BudgetLedger {
    fileprivate var books: BudgetBooks
    fileprivate var jobsLeft: Int
    fileprivate let spent: Spending

    /// From a row of `counts`.
    init(_ row: Row) {
        let dearest = Spending(cost: Money(nanodollars: row["dearest_cost"]), tokens: row["dearest_tokens"])
        // What was taken over says nothing of what a call comes to.
        let answers = row["succeeded"] as Int - row["reused"] as Int
        books = BudgetBooks(
            committed: Spending(cost: Money(nanodollars: row["committed_cost"]), tokens: row["committed_tokens"]), dearest: dearest,
            inFlight: row["in_flight"], hasAnswers: answers > 0 || dearest != Spending())
        spent = Spending(spentIn: row)
        jobsLeft = row["queued"]
    }
}

/// A batch's budget, with what must be known of calls at one place to hold it.
struct BudgetAccount {
    private let batch: String
    private let terms: BudgetTerms
    private let ledger: BudgetLedger
    /// What most of its calls look like.
    private let usualCall: CallSize
    private let tier: OfferedTier

    /// From a row with the batch's `name` and `budget`, and one of `routes`; nil where it has no budget.
    init?(_ row: Row, at place: Row?, _ ledger: BudgetLedger, prompt: String, _ tier: OfferedTier) throws {
        guard let stored: String = row["budget"] else { return nil }
        batch = row.text("name")
        var terms: BudgetTerms = try JSONColumn.decode(from: stored)
        if let place {
            let budget = terms.budget
            terms = try JSONColumn.decode(from: place["terms"])
            terms.budget = budget
        }
        self.terms = terms
        (self.ledger, self.tier) = (ledger, tier)
        usualCall = CallSize(promptBytes: prompt.utf8.count, images: 1)
    }

    /// Why the batch takes no call, whatever the call; nil where it may take one.
    var closedReason: BudgetStop? {
        guard !terms.budget.covers(ledger.books.committed + ledger.books.dearest) else { return nil }
        return stop(next: terms.need(usualCall).atLeast(ledger.books.dearest))
    }

    /// Sets aside what the call may cost.
    func tryReserve(_ call: CallSize) -> Result<Spending, BudgetStop> {
        switch terms.tryReserve(call, in: ledger.books) {
        case .refused(let next): return .failure(stop(next: next))
        case .reserved(let reservation):
            ledger.books.add(reservation)
            ledger.jobsLeft -= 1
            return .success(reservation)
        }
    }

    private func stop(next: Spending) -> BudgetStop {
        BudgetStop(
            batch: batch, budget: terms.budget, spent: ledger.spent, reserved: ledger.books.committed.without(ledger.spent), next: next,
            jobsLeft: ledger.jobsLeft, inFlight: ledger.books.inFlight,
            flex: tier.tier == .flex ? terms.flexPriceFactor : nil)
    }
}

extension Spending {
    /// What is known to be spent, from a row of `counts`.
    init(spentIn row: Row) {
        let cost: Int64 = row["cost"] ?? 0
        let used = Usage(inputTokens: row["input_tokens"] ?? 0, outputTokens: row["output_tokens"] ?? 0)
        self.init(cost: Money(nanodollars: cost), tokens: used.totalTokens ?? .max)
    }
}
