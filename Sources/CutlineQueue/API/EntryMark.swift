import CutlineCore

/// A moment in the life of a queue: entries that are made later have higher numbers.
package struct EntryMark: Hashable, Sendable {
    let newest: Int64
}
