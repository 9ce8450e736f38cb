import CutlineCore

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
            the budget of "\(Words.clean(stop.batch))" is used up: \(books.joined(separator: ", ")) of \(cap), and one more call may take \(amount(stop.next, isCost)); \(Words.count(stop.jobsLeft, "job")) left
            to go on: run again with a higher \(flag), or lift it with \(lift)
            """
    }

    private static func amount(_ spending: Spending, _ isCost: Bool) -> String {
        isCost ? Words.money(spending.cost) : Words.count(spending.tokens, "token")
    }
}
