/// How a picture is recognised as the same.
package enum IdentityMode: String, Codable, CaseIterable, Sendable {
    /// By the SHA-256 of its bytes.
    case bytes
    /// By path, size and time of change: nothing is read, a renamed picture is a new one.
    case path
}
