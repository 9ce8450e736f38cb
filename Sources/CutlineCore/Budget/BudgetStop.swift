/// Why a batch makes no more calls: its budget does not cover another one.
package struct BudgetStop: Error, Hashable, Sendable {
    package var batch: String
    package var budget: Budget
    /// What is known to be spent.
    package var spent: Spending
    /// What is set aside for calls in flight, and for those that ended and whose cost is not known.
    package var reserved: Spending
    /// What one more call may come to.
    package var next: Spending
    package var jobsLeft: Int
    /// Calls of this batch that may still set something free.
    package var inFlight: Int
    /// What the answer's price may shrink to where its calls are asked at flex; nil: they are not.
    package var flex: PriceFactor?

    package init(
        batch: String, budget: Budget, spent: Spending, reserved: Spending, next: Spending, jobsLeft: Int, inFlight: Int,
        flex: PriceFactor? = nil
    ) {
        self.batch = batch
        self.budget = budget
        self.spent = spent
        self.reserved = reserved
        self.next = next
        self.jobsLeft = jobsLeft
        self.inFlight = inFlight
        self.flex = flex
    }

    /// Whether it is the money that does not suffice; else it is the tokens.
    package var isAboutCost: Bool { !budget.coversCost(of: spent + reserved + next) }
}
