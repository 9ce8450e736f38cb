/// Why a text is not the address of a proxy. It may hold a password, so it is never repeated.
package struct ProxyProblem: Error, Hashable, Sendable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

/// The address of a proxy, read as curl does: `[scheme://][user:password@]host[:port]`, by default http and port 1080.
package struct ProxyAddress: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case http
        /// The proxy looks the names up, as with curl's `socks5h`.
        case socks5
    }

    package let kind: Kind
    /// Without brackets.
    package let host: String
    package let port: Int
    /// A secret, with its password: it is never shown, stored or logged.
    package let credentials: Credentials?

    package struct Credentials: Hashable, Sendable {
        package let user: String
        package let password: String
    }

    package init(_ text: String) throws(ProxyProblem) {
        let (scheme, rest) = Self.split(text)
        kind = try Self.kind(scheme)
        let authority = rest.prefix { !"/?#".contains($0) }
        let at = authority.lastIndex(of: "@")
        credentials = at.map { Credentials(authority[..<$0]) }
        (host, port) = try Self.place(at.map { authority[authority.index(after: $0)...] } ?? authority)
        guard kind == .http || credentials == nil else {
            throw ProxyProblem(
                reason: "has a user name, and Cutline cannot show one to a SOCKS proxy; use an http:// proxy, or one without")
        }
    }

    /// For people: `http://proxy.example:3128`, never with credentials.
    package var shown: String { "\(kind.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private static func split(_ text: String) -> (scheme: String, rest: Substring) {
        guard let separator = text.firstRange(of: "://") else { return ("http", text[...]) }
        return (text[..<separator.lowerBound].lowercased(), text[separator.upperBound...])
    }

    private static func kind(_ scheme: String) throws(ProxyProblem) -> Kind {
        switch scheme {
        case "http": return .http
        case "socks5", "socks5h": return .socks5
        case "https":
            throw ProxyProblem(
                reason:
                    "begins with https://, and Cutline cannot speak TLS with the proxy itself; what goes through an http:// proxy to https "
                    + "is encrypted all the same")
        case "socks", "socks4", "socks4a": throw ProxyProblem(reason: "names a SOCKS 4 proxy; Cutline speaks socks5:// and http://")
        default: throw ProxyProblem(reason: "has a scheme that Cutline does not speak; give http:// or socks5://")
        }
    }

    private static func place(_ text: Substring) throws(ProxyProblem) -> (String, Int) {
        let isBracketed = text.hasPrefix("[")
        let host = isBracketed ? text.dropFirst().prefix { $0 != "]" } : text.prefix { $0 != ":" }
        let rest = text[host.endIndex...].drop { $0 == "]" }
        guard !host.isEmpty, !host.contains(where: \.isWhitespace) else { throw ProxyProblem(reason: "names no host") }
        guard !rest.isEmpty else { return (String(host), 1_080) }
        guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else {
            throw ProxyProblem(reason: "has a port that is no number from 1 to 65535; an IPv6 address stands in brackets")
        }
        return (String(host), Int(port))
    }
}

extension ProxyAddress.Credentials {
    /// `user:password`, with `%40` and the like for what an address cannot hold.
    fileprivate init(_ text: Substring) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = Self.decoded(parts[0])
        password = parts.count > 1 ? Self.decoded(parts[1]) : ""
    }

    private static func decoded(_ text: Substring) -> String {
        var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count > 1, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
