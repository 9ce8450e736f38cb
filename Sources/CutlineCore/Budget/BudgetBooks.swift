/// What a batch has spent and set aside so far.
package struct BudgetBooks: Hashable, Sendable {
    /// Of every call: nothing where it was not billed, else what it cost, and while that is not known what was reserved.
    package var committed: Spending
    /// The greatest of one call.
    package var dearest: Spending
    package var inFlight: Int
    /// Whether any answer has come: then `dearest` says something.
    package var hasAnswers: Bool

    package init(committed: Spending = Spending(), dearest: Spending = Spending(), inFlight: Int = 0, hasAnswers: Bool = false) {
        self.committed = committed
        self.dearest = dearest
        self.inFlight = inFlight
        self.hasAnswers = hasAnswers
    }

    /// Writes down a call that is about to be made.
    package mutating func add(_ reservation: Spending) {
        committed = committed + reservation
        inFlight += 1
    }
}
