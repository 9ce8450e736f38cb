import CutlineCore

/// What adding came to, by entry.
package struct Added: Hashable, Sendable {
    /// New jobs.
    package var new = 0
    /// Entries that were there already.
    package var known = 0
    /// New names for jobs that were there already: copies and renamed pictures, not paid for again.
    package var copies = 0
    /// Entries whose picture was edited: they moved to another job.
    package var edited = 0
    /// Unfinished jobs that an edit left without a name.
    package var cancelled = 0
    /// Jobs that took over the caption of another batch.
    package var reused = 0
    /// Entries that were missing and whose picture is there again.
    package var returned = 0
    /// Entries that took a new name; that name is not among `copies`.
    package var renamed = 0

    package init() {}

    package static func + (a: Added, b: Added) -> Added {
        var sum = a
        sum.new += b.new
        sum.known += b.known
        sum.copies += b.copies
        sum.edited += b.edited
        sum.cancelled += b.cancelled
        sum.reused += b.reused
        sum.returned += b.returned
        sum.renamed += b.renamed
        return sum
    }

    /// Adds what became of entries that the input does not name.
    package mutating func count(_ departures: Departures) {
        returned += departures.returned
        renamed += departures.renamed
        copies -= departures.renamed
    }
}
