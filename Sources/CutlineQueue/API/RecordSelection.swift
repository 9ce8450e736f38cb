import CutlineCore

/// Which entries are exported.
package struct RecordSelection: Hashable, Sendable {
    /// Nil: all of them.
    package var batches: [BatchID]?
    /// Nil: all of them.
    package var state: JobState?
    package var flags: FlagSelection
    /// Only jobs that came to their end at this time or later.
    package var since: Timestamp?

    package init(
        batches: [BatchID]? = nil, state: JobState? = .succeeded, flags: FlagSelection = FlagSelection(), since: Timestamp? = nil
    ) {
        self.batches = batches
        self.state = state
        self.flags = flags
        self.since = since
    }
}
