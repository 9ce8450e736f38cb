#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A numeric address, IPv4 or IPv6.
struct InternetAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16, in network order.
    let bytes: [UInt8]

    init?(bytes: [UInt8]) {
        guard [4, 16].contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    /// Reads an address in any form that the system's resolver takes for one: `127.0.0.1`, `127.1`, `0x7f000001`, `::1`; no brackets.
    init?(parsing text: String) {
        var (v4, v6) = (in_addr(), in6_addr())
        if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(bytes: withUnsafeBytes(of: v6) { Array($0) })
        } else if text.utf8.allSatisfy({ $0 > 0x20 }), inet_aton(text, &v4) != 0 {
            self.init(bytes: withUnsafeBytes(of: v4) { Array($0) })
        } else {
            return nil
        }
    }

    /// Loopback, or "any address", which a call reaches this machine by.
    var isThisMachine: Bool {
        guard bytes.count == 16 else { return bytes[0] == 127 || bytes == [0, 0, 0, 0] }
        if let inner = embeddedIPv4, bytes.starts(with: repeatElement(0, count: 10)) { return inner.isThisMachine }
        return bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
    }

    /// Whether anybody on the internet may have it. What belongs to this machine, to a private network or to nobody is not public
    /// (IANA's special-purpose address registries, RFC 6890 and its updates).
    var isPublic: Bool {
        guard bytes.count == 16 else { return !Self.specialIPv4.contains { $0.covers(bytes) } }
        if let inner = embeddedIPv4 { return inner.isPublic }
        return !Self.specialIPv6.contains { $0.covers(bytes) }
    }

    /// An IPv4 address in IPv6 errors: mapped (RFC 4291), translated (RFC 6052) or 6to4 (RFC 3056).
    private var embeddedIPv4: InternetAddress? {
        let places: [(Network, Int)] = [
            (Network([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96), 12), (Network([0, 0x64, 0xFF, 0x9B], 96), 12),
            (Network([0x20, 0x02], 16), 2),
        ]
        return places.first { $0.0.covers(bytes) }.flatMap { InternetAddress(bytes: Array(bytes[$0.1..<$0.1 + 4])) }
    }

    /// The first bits of a range of addresses.
    private struct Network {
        let prefix: [UInt8]
        let bits: Int

        /// What is missing of the prefix is zero.
        init(_ prefix: [UInt8], _ bits: Int) { (self.prefix, self.bits) = (prefix, bits) }

        func covers(_ bytes: [UInt8]) -> Bool {
            (0..<(bits + 7) / 8).allSatisfy { place in
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(8, bits - place * 8))
                return bytes[place] & mask == (place < prefix.count ? prefix[place] : 0) & mask
            }
        }
    }

    private static let specialIPv4 = [
        Network([0], 8), Network([10], 8), Network([100, 64], 10), Network([127], 8), Network([169, 254], 16), Network([172, 16], 12),
        Network([192, 0, 0], 24), Network([192, 0, 2], 24), Network([192, 168], 16), Network([198, 18], 15), Network([198, 51, 100], 24),
        Network([203, 0, 113], 24), Network([224], 4), Network([240], 4),
    ]

    /// Loopback and unspecified, local translation, discard, protocol assignments (Teredo, benchmarking and others), documentation, unique
    /// local, link-local, site-local, multicast, documentation, segment routing.
    private static let specialIPv6 = [
        Network([], 96), Network([0, 0x64, 0xFF, 0x9B, 0, 1], 48), Network([0x01], 64), Network([0x20, 0x01, 0], 23),
        Network([0x20, 0x01, 0x0D, 0xB8], 32), Network([0xFC], 7), Network([0xFE, 0x80], 10), Network([0xFE, 0xC0], 10), Network([0xFF], 8),
        Network([0x3F, 0xFF], 20), Network([0x5F], 16),
    ]

    var description: String {
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        let text = [CChar](unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { buffer, count in
            _ = inet_ntop(family, bytes, buffer.baseAddress, socklen_t(buffer.count))
            count = strlen(buffer.baseAddress!)
        }
        return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The addresses of a name, or of a numeric address itself. It may wait for the network.
    static func resolve(_ host: String) -> [InternetAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { $0.flatMap { InternetAddress($0.pointee) } }
    }

    private init?(_ info: addrinfo) {
        guard let address = info.ai_addr else { return nil }
        switch info.ai_family {
        case AF_INET:
            self.init(
                bytes: address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
                })
        case AF_INET6:
            self.init(
                bytes: address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
                })
        default: return nil
        }
    }
}
