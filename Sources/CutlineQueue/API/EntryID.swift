import CutlineCore

/// An entry's number in its queue.
package struct EntryID: Hashable, Comparable, Sendable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (a: EntryID, b: EntryID) -> Bool { a.number < b.number }
}
