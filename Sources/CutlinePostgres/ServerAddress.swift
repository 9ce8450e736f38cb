#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a queue on a server is: `postgres://host/db`, as libpq takes it, and the schema that holds the queue.
package struct ServerAddress: Hashable, Sendable {
    /// For libpq, without what is ours.
    let conninfo: String
    package let schema: String
    /// Without user, password and libpq's parameters.
    package let shown: String
    /// Whether everybody can read it who can read the address.
    package let hasPassword: Bool
    /// Whether a server is taken that may lose what it has confirmed.
    let acceptsUnsafeServer: Bool

    /// Nil where `text` is no address of a server but a path.
    package init?(_ text: String) {
        let schemes = ["postgres://", "postgresql://"]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0) }) else { return nil }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let parameters = parts.count < 2 ? [] : parts[1].split(separator: "&").map(String.init)
        func value(of name: String) -> String? { parameters.last { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) } }
        schema = value(of: "schema") ?? "cutline"
        acceptsUnsafeServer = value(of: "unsafe") == "accept"
        let place = String(parts[0].dropFirst(scheme.count))
        let authority = place.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
        let (user, hosts) = Self.taken(authority)
        hasPassword = user?.contains(":") ?? false || value(of: "password") != nil
        let named = schema == "cutline" ? "" : "?schema=\(schema)"
        shown = "postgres://" + place.dropFirst(user.map { $0.count + 1 } ?? 0).replacing(":5432/", with: "/") + named
        let names = hosts.isEmpty ? (value(of: "host") ?? "").split(separator: ",").map(String.init) : hosts
        var theirs = parameters.filter { !$0.hasPrefix("schema=") && !$0.hasPrefix("unsafe=") }
        for (name, setting) in Self.additions(names) where value(of: name) == nil { theirs.append("\(name)=\(setting)") }
        if value(of: "sslmode") == nil, value(of: "service") == nil, names.contains(where: Self.isRemote) { theirs += Self.verified(value) }
        conninfo = "\(parts[0])?\(theirs.joined(separator: "&"))"
    }

    /// The user's part and the hosts' names.
    private static func taken(_ authority: String) -> (String?, [String]) {
        let at = authority.lastIndex(of: "@")
        let list = at.map { authority[authority.index(after: $0)...] } ?? authority[...]
        let hosts = list.split(separator: ",").map { host in
            host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" }) : String(host.prefix { $0 != ":" })
        }
        return (at.map { String(authority[..<$0]) }, hosts)
    }

    /// A connection that is lost is found out within half a minute; of several servers the one that takes writes is meant.
    private static func additions(_ hosts: [String]) -> [(String, String)] {
        [
            ("connect_timeout", "10"), ("client_encoding", "UTF8"), ("fallback_application_name", "cutline"), ("keepalives_idle", "5"),
            ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
        ] + (hosts.count > 1 ? [("target_session_attrs", "read-write")] : [])
    }

    private static func isRemote(_ host: String) -> Bool {
        !host.isEmpty && !host.hasPrefix("/") && !host.lowercased().hasPrefix("%2f") && !["localhost", "127.0.0.1", "::1"].contains(host)
    }

    /// Over a network the server must be the one that is named, as a browser has it.
    private static func verified(_ value: (String) -> String?) -> [String] {
        guard getenv("PGSSLMODE") == nil else { return [] }
        let bundles = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem",
        ]
        let bundle = value("sslrootcert") == nil && getenv("PGSSLROOTCERT") == nil ? bundles.first { access($0, R_OK) == 0 } : nil
        return ["sslmode=verify-full"] + (bundle.map { ["sslrootcert=\($0)"] } ?? [])
    }

    /// In SQL.
    var quotedSchema: String { "\"\(schema.replacing("\"", with: "\"\""))\"" }
    var literalSchema: String { "'\(schema.replacing("'", with: "''"))'" }
}
