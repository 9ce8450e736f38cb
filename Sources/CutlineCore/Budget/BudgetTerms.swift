/// A batch's budget, and what must be known of its calls to hold it.
package struct BudgetTerms: Codable, Hashable, Sendable {
    package var budget: Budget
    /// Nil: none is known.
    package var price: Price?
    /// What flex costs of it, for answers that name their tier; nil: all. What is set aside is the full price: nobody knows at which tier a call
    /// will be served.
    package var flexPriceFactor: PriceFactor?
    /// The longest answer; nil: nothing limits it.
    package var outputTokens: Int?
    /// The most that one picture is counted as; nil: the model's rule is not known.
    package var imageTokens: Int?
    /// Bytes of text that every call sends beside its prompt.
    package var sharedBytes: Int

    package init(_ budget: Budget, of settings: BatchSettings) {
        self.budget = budget
        price = settings.profile.price(of: settings.model)
        flexPriceFactor = settings.profile.flex?.price
        outputTokens = settings.parameters.answerLimit
        imageTokens = ImageTokens(model: settings.model).most(detail: settings.parameters.detail, within: settings.preparation?.bound)
        // A schema among the parameters is read by the model as text.
        sharedBytes = (settings.system?.utf8.count ?? 0) + settings.parameters.canonicalText.utf8.count
    }
}

extension BudgetTerms {
    /// A call is made only if all that is committed and the most that it can come to stay within the budget.
    ///
    /// Where the most is not known (no rule for the model's pictures, no limit on its answers), calls that may overtake each other count
    /// generously, and before the first answer there are none: one call at a time passes the budget by no more than itself.
    package func tryReserve(_ call: CallSize, in books: BudgetBooks) -> BudgetAnswer {
        let most = most(of: call).atLeast(books.dearest)
        if isBounded(call) { return budget.covers(books.committed + most) ? .reserved(most) : .refused(next: most) }
        if books.hasAnswers || books.inFlight == 0 {
            if books.hasAnswers, budget.covers(books.committed + most) { return .reserved(most) }
            // A call alone may be made where what is usual is covered. If its answer does not tell the cost, the next call must not rely on
            // the usual: the most is set aside.
            if books.inFlight == 0, budget.covers(books.committed + usual(call).atLeast(books.dearest)) { return .reserved(most) }
        }
        return .refused(next: usual(call).atLeast(books.dearest))
    }

    /// What one call like this needs to be left of a budget before anything is known from answers.
    package func need(_ call: CallSize) -> Spending { isBounded(call) ? most(of: call) : usual(call) }

    /// What a call cost by what its answer says; nil where that cannot be known.
    package func cost(of usage: Usage, images: Int) -> Money? {
        price?.cost(of: usage, images: images, flex: flexPriceFactor ?? .whole)
    }

    private func isBounded(_ call: CallSize) -> Bool {
        (imageTokens != nil || call.images == 0) && (call.outputTokens ?? outputTokens) != nil && call.limitsAnswer
            && (price != nil || budget.maxCost == nil)
    }

    /// What is set aside for a call before anything is known from answers.
    package func most(of call: CallSize) -> Spending { spending(of: call, perImage: imageTokens ?? Self.generousImage) }
    private func usual(_ call: CallSize) -> Spending { spending(of: call, perImage: imageTokens ?? ImageTokens.ruleOfThumb.upperBound) }

    private func spending(of call: CallSize, perImage: Int) -> Spending {
        // A token stands for at least a byte.
        let input = Self.overhead + sharedBytes + call.promptBytes + call.images * (perImage + Self.imageOverhead)
        let output = min(call.outputTokens ?? outputTokens ?? Self.usualAnswer, Self.longestAnswer)
        let cost = price.map { price in
            price.cost(inputTokens: input, outputTokens: output, images: call.images, requests: 1) ?? Money(nanodollars: .max)
        }
        return Spending(cost: cost ?? .zero, tokens: input + output)
    }

    /// The most that any known family but OpenAI's smallest models counts for a picture.
    private static let generousImage = 16_384
    /// Roles and marks around the texts.
    private static let overhead = 64
    private static let imageOverhead = 16
    /// Tokens of an answer where nothing limits it.
    private static let usualAnswer = 4_096
    /// A limit may be any number; no answer is that long.
    private static let longestAnswer = 1_000_000
}
