/// How a picture on the web reaches the provider. Local files always go as bytes.
package enum ImageTransport: String, Codable, CaseIterable, Sendable {
    /// As its address; as bytes once the provider could not fetch it.
    case auto
    case url
    /// As bytes: the provider fetches nothing.
    case inline
}
