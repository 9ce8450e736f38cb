/// What a provider accepts as pictures. Nil or absent: not stated, not checked.
package struct ImageRules: Codable, Hashable, Sendable {
    package var accepts: [PictureFormat]?
    /// Of one file, before base64.
    package var maxBytes: Int?
    package var maxCount: Int?

    package init(accepts: [PictureFormat]? = nil, maxBytes: Int? = nil, maxCount: Int? = nil) {
        self.accepts = accepts
        self.maxBytes = maxBytes
        self.maxCount = maxCount
    }
}

/// A provider described as data. It never holds a key.
package struct Profile: Codable, Hashable, Sendable {
    package var name: String
    /// The prefix of every path; nil for the simulator, which is started in process.
    package var baseURL: String?
    /// Appended to the base URL without a double slash.
    package var chatPath: String
    /// The environment variable with the API key; nil where none is needed.
    package var apiKeyEnv: String?
    package var headers: [String: String]
    /// Members that every request body carries.
    package var requestFields: [String: JSONValue]
    package var limits: Limits
    package var images: ImageRules
    /// Nil: where it lists its models was not stated.
    package var models: ModelListRules?
    /// By the user, for each model.
    package var prices: [String: Price]?
    /// From the provider's own list, kept with a batch for its calls; not part of a profile's text.
    package var listedPrices: [String: Price]?

    package init(
        name: String, baseURL: String? = nil, chatPath: String = "/chat/completions", apiKeyEnv: String? = nil,
        headers: [String: String] = [:], requestFields: [String: JSONValue] = [:], limits: Limits = Limits(),
        images: ImageRules = ImageRules(), models: ModelListRules? = nil, prices: [String: Price]? = nil
    ) {
        self.name = name
        self.baseURL = baseURL
        self.chatPath = chatPath
        self.apiKeyEnv = apiKeyEnv
        self.headers = headers
        self.requestFields = requestFields
        self.limits = limits
        self.images = images
        self.models = models
        self.prices = prices
    }

    /// The lane of its jobs. A name stands for one provider and one key; give another key or address a name of its own.
    package var laneName: String { name }
}
