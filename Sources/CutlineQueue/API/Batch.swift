import CutlineCore

/// A batch as it stands in the queue.
package struct Batch: Hashable, Sendable {
    package let id: BatchID
    /// It stays the same, whatever its profile says of lanes later.
    let lane: Int64
    package let settings: BatchSettings
    package let policy: RetryPolicy
    /// Nil: no budget.
    package let terms: BudgetTerms?
    package let checks: CheckRules
    /// Whether `compare` made it: it is no part of the dataset.
    package let isTrial: Bool

    package var budget: Budget { terms?.budget ?? Budget() }
}
