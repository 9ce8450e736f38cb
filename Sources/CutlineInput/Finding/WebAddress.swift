/// An `http(s)` address among the inputs.
enum WebAddress {
    static func isMeant(by text: String) -> Bool { schemeLength(text) != nil }

    /// What cannot be an address: no host, or white space and control characters, which no request could carry.
    static func problem(in text: String) -> String? {
        guard let host = host(text), !host.isEmpty else { return "names no host" }
        if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { return "holds white space or control characters; write them as %20" }
        return nil
    }

    /// The last part of its path, else its host.
    static func lastPart(_ text: String) -> String {
        guard let length = schemeLength(text) else { return text }
        let rest = text.utf8.dropFirst(length).prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let parts = rest.split(separator: UInt8(ascii: "/"))
        return parts.last.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    private static func host(_ text: String) -> Substring.UTF8View? {
        guard let length = schemeLength(text) else { return nil }
        return text.utf8.dropFirst(length).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    }

    /// Looked at for each of millions of rows, so nothing is copied.
    private static func schemeLength(_ text: String) -> Int? {
        var text = text
        return text.withUTF8 { utf8 in
            schemes.first { scheme in
                utf8.count >= scheme.count && scheme.indices.allSatisfy { utf8[$0].lowercased == scheme[$0] }
            }?.count
        }
    }

    private static let schemes = ["http://", "https://"].map { Array($0.utf8) }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
