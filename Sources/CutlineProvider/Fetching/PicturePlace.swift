import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An address that may be called, as far as its words tell.
struct PicturePlace {
    let text: String
    let host: String
    private let url: URL

    init(_ text: String) throws(Failure) {
        let shown = Self.shown(text)
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty else {
            throw Failure(.imageUnreadable, "\(shown) is not an address that can be called")
        }
        guard ["http", "https"].contains(scheme) else {
            throw Failure(.imageUnreadable, "\(shown) is not fetched: only http and https are")
        }
        guard url.user == nil, url.password == nil else {
            throw Failure(.imageUnreadable, "the address of a picture must not contain a user name or password")
        }
        (self.text, self.url) = (text, url)
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    }

    /// For people: who has a signed address or a password can use it, so neither gets into a message.
    var shown: String { Self.shown(text) }

    static func shown(_ text: String) -> String {
        let plain = text.prefix { $0 != "?" && $0 != "#" }
        guard let start = plain.firstRange(of: "://")?.upperBound else { return String(plain) }
        let authority = plain[start...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(plain) }
        return String(plain[..<start] + plain[plain.index(after: at)...])
    }

    func next(_ location: String) throws(Failure) -> PicturePlace {
        guard let next = URL(string: location, relativeTo: url) else {
            throw Failure(.imageUnreadable, "\(shown) redirects to something that is not an address")
        }
        return try PicturePlace(next.absoluteString)
    }
}
