/// What a limit counts. The words are those of job files and profiles.
package enum MeterKind: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
    case requests
    /// Of prompt and answer together.
    case tokens
    case inputTokens = "input_tokens"
    case outputTokens = "output_tokens"
}
