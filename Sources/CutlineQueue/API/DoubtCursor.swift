import CutlineCore

/// A place in the sequence of doubtful calls.
package struct DoubtCursor: Hashable, Sendable {
    var batch: Int64 = 0
    var attempt: Int64 = 0
    package init() {}
}
