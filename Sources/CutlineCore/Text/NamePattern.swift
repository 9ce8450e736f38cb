/// A model's name with `*` for any run of characters; case does not matter. It fits the whole name, or what stands behind its last
/// slash: `gpt-4o*` fits `openai/gpt-4o-mini`.
package struct NamePattern: Hashable, Sendable {
    private let parts: [[Character]]

    package init(_ pattern: String) {
        parts = pattern.lowercased().split(separator: "*", omittingEmptySubsequences: false).map(Array.init)
    }

    package func fits(_ name: String) -> Bool {
        let whole = Array(name.lowercased())
        if fits(whole[...]) { return true }
        guard let slash = whole.lastIndex(of: "/") else { return false }
        return fits(whole[(slash + 1)...])
    }

    /// What stands between two stars is found where it comes first; that leaves most for the rest.
    private func fits(_ name: ArraySlice<Character>) -> Bool {
        guard let first = parts.first, let last = parts.last, name.starts(with: first) else { return false }
        guard parts.count > 1 else { return name.count == first.count }
        var rest = name.dropFirst(first.count)
        guard rest.suffix(last.count).elementsEqual(last) else { return false }
        rest = rest.dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
