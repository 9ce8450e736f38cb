import CutlineCore

/// Whether a budget can be held: what a call costs at most must be known.
struct BudgetCheck {
    let change: BudgetChange
    private let budget: Budget

    init(change: BudgetChange, stored: Budget) {
        self.change = change
        budget = change.applied(to: stored)
    }

    var needsPrice: Bool { budget.maxCost != nil }

    func check(_ settings: BatchSettings) throws(CommandEnd) {
        try checkAnswers(of: settings)
        try checkPrice(of: settings)
    }

    /// - Throws: exit 64 where nothing limits the answers.
    func checkAnswers(of settings: BatchSettings) throws(CommandEnd) {
        guard !budget.isUnlimited, settings.parameters.answerLimit == nil else { return }
        throw .usage(
            "\(flag) needs the longest answer of batch \"\(Words.clean(settings.name))\": give --max-tokens N (a batch that was made without it keeps to that: name another one with --batch NEW)"
        )
    }

    /// - Throws: exit 64 where no price is known, and where the budget does not cover one call.
    func checkPrice(of settings: BatchSettings) throws(CommandEnd) {
        guard !budget.isUnlimited else { return }
        let terms = BudgetTerms(budget, of: settings)
        if needsPrice, terms.price == nil {
            throw .usage(
                "what does \(Words.clean(settings.model)) cost? --max-cost needs its price in US dollars per million tokens: give --price INPUT/OUTPUT, for example --price 0.15/0.60 (0/0 where it is free)"
            )
        }
        let need = terms.need(CallSize(promptBytes: settings.prompt.utf8.count, images: 1))
        if let cap = budget.maxCost, !budget.coversCost(of: need) {
            throw .usage("--max-cost \(cap.decimalText) is less than one call may cost, $\(need.cost.decimalText); give more")
        }
        if let cap = budget.maxTokens, !budget.coversTokens(of: need) {
            throw .usage(
                "--max-tokens-total \(Words.number(cap)) is less than one call may use, \(Words.count(need.tokens, "token")); give more")
        }
    }

    private var flag: String { budget.maxCost == nil ? "--max-tokens-total" : "--max-cost" }
}
