import CutlineCore

/// How many calls something is set aside for.
package struct SetAsideCalls: Hashable, Sendable {
    /// Of unknown cost.
    package var cost = 0
    /// Of unknown use of tokens.
    package var tokens = 0

    package init(cost: Int = 0, tokens: Int = 0) { (self.cost, self.tokens) = (cost, tokens) }
}
