import CutlineCore
import SystemPackage

/// Why nothing can be sent: what is said of proxies or authorities cannot be used.
package struct NetworkRouteProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// A file is what it should not be; else a flag, a variable or a member of a profile.
    package let isInFile: Bool

    init(_ sentence: String, isInFile: Bool = false) { (description, self.isInFile) = (sentence, isInFile) }
}

/// Which way a call goes, and whose certificates it believes.
package struct NetworkRoute: Hashable, Sendable {
    enum Path: Hashable, Sendable {
        case straight
        /// A tunnel through the proxy, to which nothing of the call is shown.
        case tunnel(Proxy)
        /// Plain http, which an HTTP proxy is asked for by its whole address, as curl does it; many open tunnels to port 443 only.
        case forward(Proxy)
    }

    struct Proxy: Hashable, Sendable {
        let address: ProxyAddress
        /// Who says so, for people: a variable's name, or the profile.
        let source: String
    }

    var path: Path
    /// Beside the system's.
    var authorities: [AuthorityFile]
    /// The variable that exempts the host from the proxy.
    var exemption: String?

    static let straight = NetworkRoute(path: .straight, authorities: [])

    var proxy: Proxy? {
        switch path {
        case .straight: nil
        case .tunnel(let proxy), .forward(let proxy): proxy
        }
    }

    /// For people, without credentials.
    package var words: String {
        let course =
            proxy.map { "through \($0.address.shown) (\($0.source))" } ?? exemption.map { "straight, for \($0) names it" } ?? "straight"
        guard !authorities.isEmpty else { return course }
        return "\(course); believes also \(authorities.map(\.words).joined(separator: ", "))"
    }
}

extension NetworkRoute.Proxy {
    /// For people, without credentials.
    var words: String { "the proxy \(address.shown) (\(source))" }
}
