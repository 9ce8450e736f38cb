import CutlineCore
import CutlineQueue

/// What there is to say of budgets.
enum BudgetText {
    /// Part of a line of progress.
    static func wait(_ stop: BudgetStop) -> String {
        let name = "the budget of \(Words.clean(stop.batch))"
        return stop.inFlight > 0 ? "\(name) allows no more calls at once" : "\(name) is used up"
    }

    /// Why a run stopped before the end, and how to go on.
    static func end(_ stop: BudgetStop) -> String {
        let isCost = stop.isAboutCost
        let cap = isCost ? stop.budget.maxCost.map(Words.money) ?? "" : Words.count(stop.budget.maxTokens ?? 0, "token")
        var books = ["\(amount(stop.spent, isCost)) spent"]
        let reserved = amount(stop.reserved, isCost)
        if reserved != amount(Spending(), isCost) { books.append("\(reserved) reserved for calls whose cost is not known") }
        let flag = isCost ? "--max-cost DOLLARS" : "--max-tokens-total N"
        let lift = isCost ? "--max-cost none" : "--max-tokens-total none"
        return """
            the budget of "\(Words.clean(stop.batch))" is used up: \(books.joined(separator: ", ")) of \(cap), and one more call may take \(amount(stop.next, isCost))\(isCost ? atFlex(stop) : ""); \(Words.count(stop.jobsLeft, "job")) left
            to go on: run again with a higher \(flag), or lift it with \(lift)
            """
    }

    /// `photos: $1.20 of at most $5.00, of which $0.04 is set aside for 3 calls whose cost is not known; ≈ $4.12 for the remaining 9,980`.
    static func notes(_ batch: BatchStatus) -> [String] {
        var parts: [String] = []
        if let cap = batch.budget?.budget.maxCost {
            let aside = setAside(Words.money(batch.setAside.cost), isOne: true, for: batch.setAsideCalls.cost, whose: "cost")
            parts.append(
                "\(Words.money(batch.committed.cost)) of at most \(Words.money(cap))\(batch.setAside.cost == .zero ? "" : aside)")
        }
        if let cap = batch.budget?.budget.maxTokens {
            let tokens = batch.setAside.tokens
            let aside = setAside(Words.number(tokens), isOne: tokens == 1, for: batch.setAsideCalls.tokens, whose: "use")
            parts.append(
                "\(Words.number(batch.committed.tokens)) of at most \(Words.count(cap, "token"))\(tokens == 0 ? "" : aside)")
        }
        if let rest = batch.restCost { parts.append(remaining(rest, of: batch.remaining)) }
        return parts.isEmpty ? [] : ["\(Words.clean(batch.name)): \(parts.joined(separator: "; "))"]
    }

    private static func setAside(_ amount: String, isOne: Bool, for calls: Int, whose what: String) -> String {
        ", of which \(amount) \(isOne ? "is" : "are") set aside for \(Words.count(calls, "call")) whose \(what) is not known"
    }

    /// `≈ $4.12 for the remaining 9,980`.
    static func remaining(_ cost: Money, of jobs: Int) -> String { "≈ \(Words.money(cost)) for the remaining \(Words.number(jobs))" }

    /// ` ($0.00244 if it is served at flex)`: what is set aside is the full price, for nobody knows before.
    private static func atFlex(_ stop: BudgetStop) -> String {
        guard let part = stop.flex, part != .whole else { return "" }
        return " (\(amount(Spending(cost: part.of(stop.next.cost)), true)) if it is served at flex)"
    }

    /// Small amounts to the last digit: rounded ones would seem to fit.
    private static func amount(_ spending: Spending, _ isCost: Bool) -> String {
        guard isCost else { return Words.count(spending.tokens, "token") }
        return spending.cost < Money(nanodollars: 100_000_000) ? "$\(spending.cost.decimalText)" : Words.money(spending.cost)
    }
}

extension BatchStatus {
    /// What of the committed is not known to be spent.
    var setAside: Spending { committed.without(Spending(cost: usage.cost ?? .zero, tokens: usage.totalTokens ?? 0)) }

    /// What its remaining jobs are likely to cost; nil where there are none, or where that cannot be known.
    var restCost: Money? { remaining > 0 ? trend.cost(ofMore: remaining) : nil }
}
