/// A job's number in its queue.
package struct JobID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (a: JobID, b: JobID) -> Bool { a.number < b.number }
}
