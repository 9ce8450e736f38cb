import CutlineCore

/// Which entries `remove` is about. What is nil does not restrict it.
package struct EntrySelection: Hashable, Sendable {
    package var batch: BatchID?
    /// Named one by one.
    package var entries: Set<EntryID>?
    /// Only those whose picture is missing.
    package var isMissing: Bool
    /// Of jobs that failed or are held: of the last attempt that failed.
    package var failure: FailureClass?

    package init(batch: BatchID? = nil, entries: Set<EntryID>? = nil, isMissing: Bool = false, failure: FailureClass? = nil) {
        self.batch = batch
        self.entries = entries
        self.isMissing = isMissing
        self.failure = failure
    }
}
