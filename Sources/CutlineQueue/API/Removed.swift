import CutlineCore

/// What `remove` did, or would do.
package struct Removed: Hashable, Sendable {
    package var entries = 0
    /// Of jobs that have their caption, which stays in the books.
    package var captioned = 0
    /// Unfinished jobs that no entry names any more.
    package var cancelled = 0
    /// Jobs without a name whose call is under way.
    package var running = 0

    package init(entries: Int = 0, captioned: Int = 0, cancelled: Int = 0, running: Int = 0) {
        (self.entries, self.captioned, self.cancelled, self.running) = (entries, captioned, cancelled, running)
    }
}
