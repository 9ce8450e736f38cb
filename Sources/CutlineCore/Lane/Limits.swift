/// What a provider allows, or what the user wants to stay below.
package struct Limits: Codable, Hashable, Sendable {
    /// Calls in flight; nil: not told.
    package var concurrency: Int?
    /// By what is counted, all of which hold; what is absent was not told.
    package var windows: [MeterKind: [RateLimit]]

    package init(concurrency: Int?, windows: [MeterKind: [RateLimit]]) {
        self.concurrency = concurrency
        self.windows = windows
    }

    /// With one window of requests and of tokens at most.
    package init(concurrency: Int? = nil, requests: RateLimit? = nil, tokens: RateLimit? = nil) {
        let told: [MeterKind: RateLimit?] = [.requests: requests, .tokens: tokens]
        self.init(concurrency: concurrency, windows: told.compactMapValues { $0.map { [$0] } })
    }

    /// A queue that was not brought up to date yet has no windows, and is only looked at.
    package init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        concurrency = try stored.decodeIfPresent(Int.self, forKey: .concurrency)
        windows = try stored.decodeIfPresent([MeterKind: [RateLimit]].self, forKey: .windows) ?? [:]
    }

    package subscript(kind: MeterKind) -> [RateLimit] { windows[kind] ?? [] }

    /// What spreads the calls: of the windows of requests the shortest. Nil also where that is a day or more, which says nothing of how fast
    /// calls may follow each other.
    var pace: RateLimit? { self[.requests].filter { $0.window < RateLimit.day }.min { $0.window < $1.window } }

    /// These limits, and the other's where these say nothing: the windows of one kind come from one of the two.
    package func over(_ other: Limits) -> Limits {
        Limits(concurrency: concurrency ?? other.concurrency, windows: other.windows.merging(windows) { $1 })
    }
}
