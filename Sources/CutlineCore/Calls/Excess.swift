/// What one call needs of a limit that never holds so much ("Limit 6000, Requested 12328"): waiting does not help.
package struct Excess: Codable, Hashable, Sendable {
    package var limit: Int
    /// More than `limit`.
    package var requested: Int

    package init(limit: Int, requested: Int) {
        self.limit = limit
        self.requested = requested
    }
}
