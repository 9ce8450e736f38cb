/// What a provider allows, or what the user wants to stay below. Nil: not told.
package struct Limits: Codable, Hashable, Sendable {
    /// Calls in flight.
    package var concurrency: Int?
    package var requests: RateLimit?
    package var tokens: RateLimit?

    package init(concurrency: Int? = nil, requests: RateLimit? = nil, tokens: RateLimit? = nil) {
        self.concurrency = concurrency
        self.requests = requests
        self.tokens = tokens
    }

    /// These limits, and the other's where these say nothing.
    package func over(_ other: Limits) -> Limits {
        Limits(
            concurrency: concurrency ?? other.concurrency, requests: requests ?? other.requests,
            tokens: tokens ?? other.tokens)
    }
}
