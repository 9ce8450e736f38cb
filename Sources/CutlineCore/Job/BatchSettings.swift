/// What a batch is: provider, model, texts and parameters never change under one name.
package struct BatchSettings: Hashable, Sendable {
    package var name: String
    package var profile: Profile
    package var model: String
    package var system: String?
    package var prompt: String
    package var parameters: Parameters
    package var identity: IdentityMode
    /// Nil: pictures are sent as they are, or made into what the provider takes, which is no part of what a caption is.
    package var preparation: Preparation?

    package init(
        name: String, profile: Profile, model: String, system: String? = nil, prompt: String,
        parameters: Parameters = Parameters(), identity: IdentityMode = .bytes, preparation: Preparation? = nil
    ) {
        self.name = name
        self.profile = profile
        self.model = model
        self.system = system
        self.prompt = prompt
        self.parameters = parameters
        self.identity = identity
        self.preparation = preparation
    }
}
