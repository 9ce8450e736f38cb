/// What some calls are likely to use, before any is made.
package struct TokenEstimate: Hashable, Sendable {
    package private(set) var calls = 0
    package private(set) var images = 0
    /// Prompt and system text.
    package private(set) var text = 0
    /// From the least to the most that the pictures may come to.
    package private(set) var image = 0...0

    package init() {}

    /// One token for four bytes of text, rounded up: a rule of thumb that is near for English and low for other scripts.
    package static func tokens(ofText bytes: Int) -> Int { (bytes + 3) / 4 }

    /// Adds one call; its texts are counted each for itself.
    package mutating func add(texts: [String], images: [ClosedRange<Int>]) {
        calls += 1
        self.images += images.count
        text += texts.reduce(0) { $0 + Self.tokens(ofText: $1.utf8.count) }
        for range in images { image = image.lowerBound + range.lowerBound...image.upperBound + range.upperBound }
    }

    package var input: ClosedRange<Int> { text + image.lowerBound...text + image.upperBound }

    /// A sentence or two; as long as a caption without a request for details usually is.
    package static let usualCaption = 100

    /// How many tokens the answers are expected to have.
    package func expectedOutput(maxTokens: Int?) -> Int { product(min(Self.usualCaption, maxTokens ?? .max)) }

    /// How many tokens the answers have at most; nil without a limit.
    package func mostOutput(maxTokens: Int?) -> Int? { maxTokens.map(product) }

    /// What the calls are likely to cost: expected answers to the least that the pictures may come to, and the longest answers to the most.
    ///
    /// - Parameter factor: the part of the price that is billed.
    /// - Returns: `high` is nil where nothing limits the answers; nil for both where the sum is absurd.
    package func cost(at price: Price, maxTokens: Int?, factor: PriceFactor = .whole) -> (low: Money, high: Money?)? {
        func cost(_ input: Int, _ output: Int) -> Money? {
            price.cost(inputTokens: input, outputTokens: output, images: images, requests: calls, factor: factor)
        }
        guard let low = cost(input.lowerBound, expectedOutput(maxTokens: maxTokens)) else { return nil }
        return (low, mostOutput(maxTokens: maxTokens).flatMap { cost(input.upperBound, $0) })
    }

    private func product(_ tokens: Int) -> Int {
        let (product, isTooLarge) = calls.multipliedReportingOverflow(by: tokens)
        return isTooLarge ? .max : product
    }
}

extension Parameters {
    /// The longest answer that was asked for, under whichever name.
    package var answerLimit: Int? { maxTokens ?? others["max_completion_tokens"]?.int }

    /// Changes the limit under the name that it has, or sets one.
    package mutating func limitAnswer(to tokens: Int) {
        if maxTokens == nil, others["max_completion_tokens"] != nil {
            others["max_completion_tokens"] = .integer(Int64(tokens))
        } else {
            maxTokens = tokens
        }
    }

    package static let answerLimitNames: Set = ["max_tokens", "max_completion_tokens"]
}
