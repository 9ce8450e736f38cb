/// SHA-256 over everything a job sends: who asks twice for the same pays once.
package struct Fingerprint: Codable, Hashable, Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]
    package init(bytes: [UInt8]) { self.bytes = bytes }
}
