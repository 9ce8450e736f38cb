extension Outcome {
    /// With a cost where the provider reported none and `price` allows to compute one. What was not billed stays without.
    package func priced(with price: Price?, images: Int) -> Outcome {
        guard let price else { return self }
        switch self {
        case .caption(var caption):
            caption.usage.estimateCost(price, images: images)
            return .caption(caption)
        case .failure(var failure):
            if failure.billed != .no { failure.usage?.estimateCost(price, images: images) }
            return .failure(failure)
        case .unknown(var failure):
            failure.usage?.estimateCost(price, images: images)
            return .unknown(failure)
        case .notSent, .changed: return self
        }
    }
}

extension Usage {
    fileprivate mutating func estimateCost(_ price: Price, images: Int) {
        guard cost == nil, let cost = price.cost(of: self, images: images) else { return }
        self.cost = cost
        costSource = .estimated
    }
}
