/// Why the model stopped, in normalised words.
package enum FinishReason: String, Codable, CaseIterable, Sendable {
    case stop, length
    case contentFilter = "content_filter"
    case tool, error
}
