import CutlineCore

/// A law of the queue that its rows break. There is never one, or the file is damaged or Cutline has a defect.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The law, in words.
    package var rule: String
    /// How many rows break it, and the first of them, or what was kept and what was counted.
    package var detail: String

    package var description: String { "\(rule): \(detail)" }
}
