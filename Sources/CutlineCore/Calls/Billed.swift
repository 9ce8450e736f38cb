/// Whether the provider charged for an attempt.
package enum Billed: String, Codable, CaseIterable, Sendable {
    case no, yes, unknown
}
