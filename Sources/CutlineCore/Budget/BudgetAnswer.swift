/// Whether a budget lets a call be made.
package enum BudgetAnswer: Hashable, Sendable {
    /// So much is set aside for it.
    case reserved(Spending)
    /// So much would have to be left.
    case refused(next: Spending)
}
