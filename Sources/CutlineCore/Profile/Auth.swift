/// How a request shows who asks.
package struct Auth: Codable, Hashable, Sendable {
    /// The header that carries the key as it is; nil: `Authorization: Bearer KEY`.
    package var header: String?
    /// Whether the provider refuses calls without a key. One that is set is sent in any case.
    package var isRequired: Bool
    /// Where a key can be exchanged for an access token, under the base URL.
    package var exchangePath: String?
    /// Whether it is exchanged: calls then carry the token in place of the key.
    package var exchangesKey: Bool

    package init(header: String? = nil, isRequired: Bool = true, exchangePath: String? = nil, exchangesKey: Bool = false) {
        self.header = header
        self.isRequired = isRequired
        self.exchangePath = exchangePath
        self.exchangesKey = exchangesKey
    }
}
