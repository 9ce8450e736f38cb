import CutlineCore

/// A batch's number in its queue.
package struct BatchID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (a: BatchID, b: BatchID) -> Bool { a.number < b.number }
}
