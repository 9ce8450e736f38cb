/// Why a text is not the address of a provider.
package struct AddressProblem: Error, Hashable, Sendable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

extension Profile {
    /// Takes the base URL from what a person wrote: without the white space and the quotes around it, and without the path of a call at its
    /// end, because people copy the whole address. That path is then the first to be tried.
    package mutating func take(address text: String) throws(AddressProblem) {
        let text = Self.bare(text)
        guard let separator = text.firstRange(of: "://"), ["http", "https"].contains(text[..<separator.lowerBound].lowercased()) else {
            throw AddressProblem(reason: "expected an address that begins with http:// or https://\(Self.suggestion(for: text))")
        }
        let address = text[..<separator.lowerBound].lowercased() + text[separator.lowerBound...]
        baseURL = address
        let whole = address.droppingSlashes
        for path in chatPaths + Self.callPaths {
            let ending = path.leadingSlash.droppingSlashes.lowercased()
            guard whole.lowercased().hasSuffix(ending), whole.count - ending.count > "https://".count else { continue }
            baseURL = String(whole.dropLast(ending.count))
            if let index = chatPaths.firstIndex(of: path) { chatPaths.insert(chatPaths.remove(at: index), at: 0) }
            return
        }
    }

    /// Ways to ask that other programs want as their address.
    private static let callPaths = ["/chat/completions", "/completions", "/responses", "/messages", "/models", "/embeddings"]

    private static func bare(_ text: String) -> String {
        let around: Set<Unicode.Scalar> = ["\"", "'", "`", "<", ">", "“", "”", "‘", "’", "\u{FEFF}", "\u{200B}"]
        let isAround = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace || around.contains(scalar) }
        let start = text.unicodeScalars.drop(while: isAround)
        guard let end = start.lastIndex(where: { !isAround($0) }) else { return "" }
        return String(start[...end])
    }

    /// What is written without a scheme but could be an address.
    private static func suggestion(for text: String) -> String {
        guard !text.contains("://"), text.contains(where: { ".:".contains($0) }) || text.hasPrefix("localhost"),
            !text.contains(where: \.isWhitespace)
        else { return "" }
        let isNear = ["localhost", "127.", "0.0.0.0", "[::"].contains { text.lowercased().hasPrefix($0) }
        return "; did you mean \(isNear ? "http" : "https")://\(text.drop { $0 == "/" })?"
    }
}

extension String {
    fileprivate var droppingSlashes: Substring {
        var text = self[...]
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    fileprivate var leadingSlash: String { hasPrefix("/") ? self : "/" + self }
}
