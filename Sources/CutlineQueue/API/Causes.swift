import CutlineCore

/// Why jobs of a batch stopped, counted.
package struct Causes: Hashable, Sendable {
    package var counts: [FailureClass: Int] = [:]
    /// Of these, jobs whose answer was cut at the token limit.
    package var cut: [FailureClass: Int] = [:]
    /// What was said of the first job of each class.
    package var sentences: [FailureClass: String] = [:]
    /// Jobs that were looked at and have no failed attempt, such as those held by hand.
    package var without = 0

    package init() {}
}
