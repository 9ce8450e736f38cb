import CutlineCore

/// A batch in numbers.
package struct BatchStatus: Hashable, Sendable {
    package var id: BatchID
    package var name: String
    /// Whether `compare` made it: it is no part of the dataset.
    package var isTrial = false
    package var provider: String
    package var model: String
    package var jobs: [JobState: Int]
    package var usage: Usage
    /// Counted calls that ended.
    package var attempts: Int
    package var failedAttempts: Int
    package var unknownAttempts: Int
    package var duplicateCaptions: Int
    /// Nil: none.
    package var budget: BudgetTerms?
    /// What counts against the budget; see `BudgetBooks`.
    package var committed: Spending
    package var trend: CostTrend
    /// Calls that may have been paid for without use.
    package var doubts: [Doubt: DoubtSum]
    /// How many of its captions carry each flag; flags that none carries are left out.
    package var flags: [CaptionFlag: Int] = [:]
    /// Captions that carry any.
    package var flaggedCaptions = 0
    /// The longest answer that it asks for, in tokens; nil: nothing limits it.
    package var answerLimit: Int?
    /// Captions that were taken over from other batches; of the usage and the calls they are no part.
    package var reusedCaptions = 0
    /// Calls for which something is set aside because what they came to is not known (yet).
    package var setAsideCalls = SetAsideCalls()

    /// Jobs that need more calls.
    package var remaining: Int { count(.queued) + count(.running) }
    package func count(_ state: JobState) -> Int { jobs[state] ?? 0 }
    package var total: Int { jobs.values.reduce(0, +) }
}
