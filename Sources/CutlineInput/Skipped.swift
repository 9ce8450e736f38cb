/// What folders held that is not sent, counted.
package struct Skipped: Hashable, Sendable {
    /// Empty files included.
    package var notPictures = 0
    /// FIFOs, devices and sockets.
    package var special = 0
    package var danglingLinks = 0
    package var hidden = 0
    package var unreadable = 0
    /// By `--exclude`.
    package var excluded = 0

    package init() {}

    package var total: Int { notPictures + special + danglingLinks + hidden + unreadable + excluded }

    mutating func add(_ other: Skipped) {
        notPictures += other.notPictures
        special += other.special
        danglingLinks += other.danglingLinks
        hidden += other.hidden
        unreadable += other.unreadable
        excluded += other.excluded
    }

    /// One line for stderr; nil where nothing was skipped.
    package var description: String? {
        let parts = [
            part(notPictures, "file that is not a picture", "files that are not pictures"),
            part(special, "special file", "special files"),
            part(danglingLinks, "link to nothing", "links to nothing"),
            part(hidden, "hidden name", "hidden names"),
            part(unreadable, "name that could not be read", "names that could not be read"),
            part(excluded, "excluded name", "excluded names"),
        ].compactMap(\.self)
        guard let last = parts.last else { return nil }
        let first = parts.dropLast().joined(separator: ", ")
        return "skipped " + (first.isEmpty ? last : "\(first) and \(last)")
    }

    private func part(_ count: Int, _ one: String, _ many: String) -> String? {
        count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
    }
}
