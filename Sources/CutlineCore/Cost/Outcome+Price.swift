extension Outcome {
    /// With a cost where the provider reported none and `price` allows to compute one. What was not billed stays without.
    ///
    /// - Parameter flex: what of the price is billed where the answer says that it was served at flex.
    package func priced(with price: Price?, images: Int, flex: PriceFactor = .whole) -> Outcome {
        guard let price else { return self }
        switch self {
        case .caption(var caption):
            caption.usage.estimateCost(price, images: images, flex)
            return .caption(caption)
        case .failure(var failure):
            if failure.billed != .no { failure.usage?.estimateCost(price, images: images, flex) }
            return .failure(failure)
        case .unknown(var failure):
            failure.usage?.estimateCost(price, images: images, flex)
            return .unknown(failure)
        case .notSent, .changed: return self
        }
    }
}

extension Usage {
    /// A reported cost stays what is shown: it is the bill. Where tokens times price come to more, that is what a budget reckons with.
    fileprivate mutating func estimateCost(_ price: Price, images: Int, _ flex: PriceFactor) {
        if cost == nil, let estimate = price.cost(of: self, images: images, flex: flex) { (cost, costSource) = (estimate, .estimated) }
        let most = readings.compactMap { price.cost(of: $0, images: images, flex: flex) } + [costAtMost].compactMap(\.self)
        costAtMost = most.max().flatMap { $0 > cost ?? .zero ? $0 : nil }
    }

    /// What the tokens may have been: of a side that is not known, nothing at the least, and of the whole what the total leaves.
    private var readings: [Usage] {
        guard inputTokens != nil || outputTokens != nil || tokensAtMost != nil else { return [] }
        let (input, output) = (inputTokens ?? 0, outputTokens ?? 0)
        let rest = max(0, (tokensAtMost ?? 0) - input)
        return [
            Usage(inputTokens: input, outputTokens: max(output, rest), cachedTokens: cachedTokens, servedTier: servedTier),
            Usage(
                inputTokens: max(input, (tokensAtMost ?? 0) - output), outputTokens: output, cachedTokens: cachedTokens,
                servedTier: servedTier),
        ]
    }
}
