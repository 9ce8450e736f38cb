import CutlineCore
import GRDB

/// A batch's budget and its books, as they stand in this transaction.
struct BudgetAccount {
    private let batch: String
    private let terms: BudgetTerms
    private var books: BudgetBooks
    private let spent: Spending
    private var jobsLeft: Int
    /// What most of its calls look like.
    private let usualCall: CallSize

    /// From a row of `counts` with the batch's `name` and `budget`; nil where it has no budget.
    init?(_ row: Row, prompt: String) throws {
        guard let stored: String = row["budget"] else { return nil }
        batch = row.text("name")
        terms = try JSONColumn.decode(from: stored)
        // What was taken over says nothing of what a call comes to.
        let succeeded = row["succeeded"] as Int - row["reused"] as Int
        let dearest = Spending(cost: Money(nanodollars: row["dearest_cost"]), tokens: row["dearest_tokens"])
        books = BudgetBooks(
            committed: Spending(cost: Money(nanodollars: row["committed_cost"]), tokens: row["committed_tokens"]), dearest: dearest,
            inFlight: row["in_flight"], hasAnswers: succeeded > 0 || dearest != Spending())
        spent = Spending(spentIn: row)
        jobsLeft = row["queued"]
        usualCall = CallSize(promptBytes: prompt.utf8.count, images: 1)
    }

    /// Why the batch takes no call, whatever the call; nil where it may take one.
    var standstill: BudgetStop? {
        guard !terms.budget.covers(books.committed + books.dearest) else { return nil }
        return stop(next: terms.need(usualCall).atLeast(books.dearest))
    }

    /// Sets aside what the call may cost.
    mutating func tryReserve(_ call: CallSize) -> Result<Spending, BudgetStop> {
        switch terms.tryReserve(call, in: books) {
        case .refused(let next): return .failure(stop(next: next))
        case .reserved(let reservation):
            books.add(reservation)
            jobsLeft -= 1
            return .success(reservation)
        }
    }

    private func stop(next: Spending) -> BudgetStop {
        BudgetStop(
            batch: batch, budget: terms.budget, spent: spent, reserved: books.committed.without(spent), next: next, jobsLeft: jobsLeft,
            inFlight: books.inFlight)
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
