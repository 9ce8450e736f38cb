/// What one call sends, apart from the bytes of its pictures.
package struct CaptionRequest: Hashable, Sendable {
    package var model: String
    package var system: String?
    package var prompt: String
    package var images: [ImageSource]
    package var parameters: Parameters
    /// What the lane has learned of the model.
    package var quirks: Quirks
    /// Whether pictures on the web are fetched by us and sent as bytes: the provider could not fetch them.
    package var fetchesPictures: Bool
    /// Whether pictures are sent that cannot be decoded whole.
    package var sendsDamaged: Bool
    /// At which it is asked.
    package var tier: ServiceTier
    /// What its pictures are made into; nil: they are sent as they are, or made into what the provider takes.
    package var preparation: Preparation?

    package init(
        model: String, system: String? = nil, prompt: String, images: [ImageSource], parameters: Parameters = Parameters(),
        quirks: Quirks = Quirks(), fetchesPictures: Bool = false, sendsDamaged: Bool = false,
        tier: ServiceTier = .standard, preparation: Preparation? = nil
    ) {
        self.model = model
        self.system = system
        self.prompt = prompt
        self.images = images
        self.parameters = parameters
        self.quirks = quirks
        self.fetchesPictures = fetchesPictures
        self.sendsDamaged = sendsDamaged
        self.tier = tier
        self.preparation = preparation
    }
}
