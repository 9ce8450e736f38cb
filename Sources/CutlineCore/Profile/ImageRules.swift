/// What a provider accepts as pictures, and how it wants them. Nil: not stated, not checked.
package struct ImageRules: Codable, Hashable, Sendable {
    package var accepts: [PictureFormat]?
    /// Of one file, before base64.
    package var maxBytes: Int?
    /// Of the longer side, in pixels.
    package var maxSide: Int?
    package var maxPixels: Int?
    package var maxCount: Int?
    /// Of the whole request body, pictures as base64.
    package var maxRequestBytes: Int?
    package var order: ImageOrder
    package var transport: ImageTransport
    /// Which pictures are prepared for it where nobody says anything else.
    package var prepare: PrepareMode?
    /// What prepared pictures are scaled to, in place of what their model looks at.
    package var longestEdge: Int?

    package init(
        accepts: [PictureFormat]? = nil, maxBytes: Int? = nil, maxSide: Int? = nil, maxPixels: Int? = nil, maxCount: Int? = nil,
        maxRequestBytes: Int? = nil, order: ImageOrder = .textFirst, transport: ImageTransport = .auto,
        prepare: PrepareMode? = nil, longestEdge: Int? = nil
    ) {
        self.accepts = accepts
        self.maxBytes = maxBytes
        self.maxSide = maxSide
        self.maxPixels = maxPixels
        self.maxCount = maxCount
        self.maxRequestBytes = maxRequestBytes
        self.order = order
        self.transport = transport
        (self.prepare, self.longestEdge) = (prepare, longestEdge)
    }
}
