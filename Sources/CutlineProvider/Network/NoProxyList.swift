import CutlineCore

/// `NO_PROXY`, read as curl does: names and addresses between commas or white space. A name stands for itself and for all below it, with a dot
/// in front or without; an address may be a network (`10.0.0.0/8`); `*` alone is everything. A port behind a name narrows it, which curl
/// cannot read and others can.
struct NoProxyList: Hashable, Sendable {
    private let entries: [String]

    init(_ text: String) {
        entries = text.lowercased().split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    /// - Parameter host: without brackets.
    func covers(host: String, port: Int) -> Bool {
        if entries == ["*"] { return true }
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let address = InternetAddress(parsing: name)
        return entries.contains { entry in
            let (entry, wanted) = Self.withoutPort(entry)
            guard wanted == nil || wanted == port else { return false }
            guard let address else { return Self.covers(entry, name) }
            return Self.covers(entry, address)
        }
    }

    private static func covers(_ entry: String, _ name: String) -> Bool {
        var domain = entry[...]
        if domain.hasPrefix(".") { domain.removeFirst() }
        if domain.hasSuffix(".") { domain.removeLast() }
        return !domain.isEmpty && (name == domain || name.hasSuffix(".\(domain)"))
    }

    private static func covers(_ entry: String, _ address: InternetAddress) -> Bool {
        let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
        guard let network = InternetAddress(parsing: String(parts[0])), network.bytes.count == address.bytes.count else { return false }
        guard parts.count > 1 else { return network == address }
        guard parts.count == 2, let bits = Int(parts[1]), (0...network.bytes.count * 8).contains(bits) else { return false }
        return zip(network.bytes, address.bytes).enumerated().allSatisfy { place, pair in
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> max(0, min(8, bits - place * 8)))
            return pair.0 & mask == pair.1 & mask
        }
    }

    /// `host:8080`, `[::1]`, `[::1]:8080`; an IPv6 address without brackets has no port.
    private static func withoutPort(_ entry: String) -> (String, Int?) {
        if entry.hasPrefix("["), let end = entry.firstIndex(of: "]") {
            return (String(entry[entry.index(after: entry.startIndex)..<end]), Int(entry[end...].dropFirst(2)))
        }
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]) else { return (entry, nil) }
        return (String(parts[0]), port)
    }
}
