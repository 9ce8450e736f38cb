/// What to do with a job whose call may have been billed without an answer.
package enum OnUnknown: Codable, Hashable, Sendable {
    /// Repeat; nil: once after the provider's unknown, up to five times after our own crashes.
    case retry(times: Int?)
    case hold
}
