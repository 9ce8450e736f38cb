/// The number of an attempt, never reused and always rising: it is the fencing token of its job.
package struct AttemptID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }

    package static func < (a: AttemptID, b: AttemptID) -> Bool { a.number < b.number }
}
