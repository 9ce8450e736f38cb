/// What a doubtful call may have cost.
package enum DoubtfulCost: Hashable, Sendable {
    case known(Money)
    /// As much as was set aside for it.
    case atMost(Money)
    /// As much as calls of its batch cost on the average.
    case about(Money)
    case unknown
}
