/// An input's number in its queue: what brought entries to a batch.
package struct InputID: Codable, Hashable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
}
