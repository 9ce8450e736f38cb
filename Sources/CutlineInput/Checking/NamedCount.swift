/// Things that are counted, the first of them by name.
package struct NamedCount: Hashable, Sendable, CustomStringConvertible {
    package private(set) var count = 0
    private var names: [String] = []

    private static let shown = 3

    mutating func note(_ name: String) {
        count += 1
        if names.count < Self.shown { names.append(name) }
    }

    mutating func add(_ other: NamedCount) {
        count += other.count
        names += other.names.prefix(Self.shown - names.count)
    }

    /// `a, b, c and 12 more`
    package var description: String {
        names.joined(separator: ", ") + (count > names.count ? " and \(count - names.count) more" : "")
    }
}
