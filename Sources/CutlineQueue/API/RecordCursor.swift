import CutlineCore

/// A place in the sequence of entries, so that each page is a short read of its own.
package struct RecordCursor: Hashable, Sendable {
    var lastEntry: Int64 = 0
    package init() {}
}
