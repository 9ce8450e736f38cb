import CutlineCore
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the environment and the command line say of the way to providers.
package struct NetworkRoutes: Sendable {
    private let variables: [String: String]
    private let folder: FilePath
    private let caFile: FilePath?

    /// Nothing is said: straight ahead, with the system's authorities.
    package static let straight = NetworkRoutes(variables: [:], folder: "/", caFile: nil)

    /// - Parameters:
    ///   - folder: where relative paths begin.
    ///   - caFile: what `--ca-file` names.
    package init(variables: [String: String], folder: FilePath, caFile: FilePath?) {
        (self.variables, self.folder, self.caFile) = (variables, folder, caFile)
    }

    /// The way to a provider.
    package func route(of profile: Profile) throws(NetworkRouteProblem) -> NetworkRoute {
        var route = NetworkRoute(path: .straight, authorities: authorities(of: profile))
        guard !profile.isInProcess, let target = Target(profile.baseURL ?? "") else { return route }
        if let text = profile.proxy {
            // In a profile it holds for this provider, whatever the environment exempts.
            guard let address = try Self.address(text, "proxy of the profile \(profile.name)") else { return route }
            route.path = Self.path(NetworkRoute.Proxy(address: address, source: "profile \(profile.name)"), target)
            return route
        }
        try choose(&route, target)
        return route
    }

    /// Reads all that the way to a provider needs, and sends nothing.
    package func check(_ profile: Profile) throws(NetworkRouteProblem) {
        for file in try route(of: profile).authorities { _ = try file.certificates() }
    }

    /// The way to a picture that a job names: the profile's proxy where it has one, else the environment's.
    func route(toPicture address: String, for profile: Profile) throws(NetworkRouteProblem) -> NetworkRoute {
        var own = profile
        own.baseURL = address
        if profile.proxy.map(Self.isOff) == true { own.proxy = nil }
        return try route(of: own)
    }

    /// The variable of the target's scheme, then the one for all; what it exempts goes straight.
    private func choose(_ route: inout NetworkRoute, _ target: Target) throws(NetworkRouteProblem) {
        let names = [
            ["\(target.scheme)_proxy", target.scheme == "https" || !isInCGI ? "\(target.scheme.uppercased())_PROXY" : nil],
            ["all_proxy", "ALL_PROXY"],
        ]
        guard let (name, text) = names.joined().lazy.compactMap({ $0 }).compactMap({ name in set(name).map { (name, $0) } }).first,
            let address = try Self.address(text, name)
        else { return }
        if let (name, list) = ["no_proxy", "NO_PROXY"].lazy.compactMap({ name in set(name).map { (name, $0) } }).first,
            NoProxyList(list).covers(host: target.host, port: target.port)
        {
            route.exemption = name
            return
        }
        route.path = Self.path(NetworkRoute.Proxy(address: address, source: name), target)
    }

    /// A web server gives a program's request headers as `HTTP_…`, and a client could name a proxy so (httpoxy).
    private var isInCGI: Bool { variables["REQUEST_METHOD"] != nil }

    /// Nil where it is empty, too.
    private func set(_ name: String) -> String? {
        variables[name].flatMap { value in
            let value = value.filter { !$0.isWhitespace || name.lowercased() == "no_proxy" }
            return value.isEmpty ? nil : value
        }
    }

    private static func isOff(_ text: String) -> Bool { ["", "none"].contains(text.lowercased()) }

    private static func address(_ text: String, _ source: String) throws(NetworkRouteProblem) -> ProxyAddress? {
        guard !isOff(text) else { return nil }
        do throws(ProxyProblem) { return try ProxyAddress(text) } catch { throw NetworkRouteProblem("\(source) \(error.reason)") }
    }

    private static func path(_ proxy: NetworkRoute.Proxy, _ target: Target) -> NetworkRoute.Path {
        target.scheme == "http" && proxy.address.kind == .http ? .forward(proxy) : .tunnel(proxy)
    }

    private func authorities(of profile: Profile) -> [AuthorityFile] {
        guard !profile.isInProcess else { return [] }
        var files: [AuthorityFile] = []
        if let caFile { files.append(AuthorityFile(path: caFile, source: "--ca-file", isFolder: false)) }
        if let path = profile.caFile {
            files.append(
                AuthorityFile(path: folder.pushing(FilePath(path)), source: "ca_file of the profile \(profile.name)", isFolder: false))
        }
        for (name, isFolder) in [("SSL_CERT_FILE", false), ("SSL_CERT_DIR", true)] {
            guard let value = variables[name], !value.isEmpty else { continue }
            // As OpenSSL has it, several folders stand between colons.
            for path in isFolder ? value.split(separator: ":").map(String.init) : [value] {
                files.append(AuthorityFile(path: folder.pushing(FilePath(path)), source: name, isFolder: isFolder))
            }
        }
        return files
    }
}

/// What a proxy is chosen for.
private struct Target {
    let scheme: String
    /// Without brackets.
    let host: String
    let port: Int

    init?(_ address: String) {
        guard let url = URL(string: address), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host, !host.isEmpty
        else { return nil }
        self.scheme = scheme
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = url.port ?? (scheme == "https" ? 443 : 80)
    }
}
