/// What a model costs. Amounts per million tokens are whole nano-dollars, so that a ten-thousandth of a dollar still counts.
package struct Price: Codable, Hashable, Sendable {
    package var inputPerMillion: Money
    package var outputPerMillion: Money
    /// For input tokens that were read from a cache; nil: like any other.
    package var cachedInputPerMillion: Money?
    /// On top of the tokens.
    package var perImage: Money?
    /// On top of the tokens.
    package var perRequest: Money?

    package init(
        inputPerMillion: Money, outputPerMillion: Money, cachedInputPerMillion: Money? = nil, perImage: Money? = nil,
        perRequest: Money? = nil
    ) {
        self.inputPerMillion = inputPerMillion
        self.outputPerMillion = outputPerMillion
        self.cachedInputPerMillion = cachedInputPerMillion
        self.perImage = perImage
        self.perRequest = perRequest
    }

    /// What one call cost. Nil where its tokens are not known, and where they are absurd: the numbers come from outside, and a sum
    /// that no call can come to must not stop the books.
    ///
    /// - Parameter flex: what of the price is billed where the answer was served at flex.
    package func cost(of usage: Usage, images: Int, flex: PriceFactor = .whole) -> Money? {
        guard let input = usage.inputTokens, let output = usage.outputTokens, input >= 0, output >= 0, images >= 0 else { return nil }
        let cached = min(max(0, usage.cachedTokens ?? 0), input)
        let cost = cost(
            inputTokens: input, outputTokens: output, cachedTokens: cached, images: images, requests: 1,
            factor: usage.isServedAtFlex ? flex : .whole)
        return cost.flatMap { $0 <= Self.dearestCall ? $0 : nil }
    }

    /// What many calls cost together, rounded up to a nano-dollar; nil above the nine thousand million dollars that `Money` holds.
    ///
    /// - Parameters:
    ///   - cachedTokens: the part of `inputTokens` that comes from a cache. No count is negative.
    ///   - factor: the part of the price that is billed. It is applied before the sum is rounded.
    package func cost(
        inputTokens: Int, outputTokens: Int, cachedTokens: Int = 0, images: Int, requests: Int, factor: PriceFactor = .whole
    ) -> Money? {
        let cachedPrice = cachedInputPerMillion ?? inputPerMillion
        // In nano-dollars per million.
        let parts: [(count: Int, price: Int128)] = [
            (inputTokens - cachedTokens, Int128(inputPerMillion.nanodollars)), (cachedTokens, Int128(cachedPrice.nanodollars)),
            (outputTokens, Int128(outputPerMillion.nanodollars)), (images, 1_000_000 * Int128(perImage?.nanodollars ?? 0)),
            (requests, 1_000_000 * Int128(perRequest?.nanodollars ?? 0)),
        ]
        var sum: Int128 = 0
        for part in parts {
            let (product, isTooLarge) = part.price.multipliedReportingOverflow(by: Int128(part.count))
            let (total, overflows) = sum.addingReportingOverflow(product)
            guard !isTooLarge, !overflows else { return nil }
            sum = total
        }
        let (billed, isTooLarge) = sum.multipliedReportingOverflow(by: Int128(factor.millionths))
        guard !isTooLarge else { return nil }
        let (whole, rest) = billed.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        return Int64(exactly: whole + (rest > 0 ? 1 : 0)).map { Money(nanodollars: $0) }
    }

    /// A million dollars.
    private static let dearestCall = Money(nanodollars: 1_000_000_000_000_000)
}

extension Price {
    /// `input_per_million`, `output_per_million`, and where there are such prices `cached_input_per_million`, `per_image`,
    /// `per_request`; US dollars.
    package init(json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: Self.keys)
        guard let input = json["input_per_million"], let output = json["output_per_million"] else {
            throw json.invalid("needs input_per_million and output_per_million, in US dollars")
        }
        self.init(
            inputPerMillion: try Self.amount(input), outputPerMillion: try Self.amount(output),
            cachedInputPerMillion: try json["cached_input_per_million"].map(Self.amount),
            perImage: try json["per_image"].map(Self.amount), perRequest: try json["per_request"].map(Self.amount))
    }

    private static let keys = ["input_per_million", "output_per_million", "cached_input_per_million", "per_image", "per_request"]

    private static func amount(_ member: JSONCursor) throws(InvalidValue) -> Money {
        guard let dollars = member.value.double else { throw member.invalid("expected a number of US dollars") }
        guard let amount = Money(dollars: dollars) else { throw member.invalid("expected an amount of at least 0 US dollars") }
        guard amount > .zero || dollars == 0 else { throw member.invalid("must be 0 or at least 0.000000001 US dollars") }
        return amount
    }
}
