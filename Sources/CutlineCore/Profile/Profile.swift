/// A provider described as data. It never holds a key.
package struct Profile: Codable, Hashable, Sendable {
    package var name: String
    /// The prefix of every path; nil where the user must give it, and for the simulator, which is started in process.
    package var baseURL: String?
    /// What a base URL looks like where the provider has none that serves everybody.
    package var baseURLExample: String?
    /// Tried in this order, each appended to the base URL without a double slash. Never empty.
    package var chatPaths: [String]
    /// The environment variable with the API key; nil: no key is sent.
    package var apiKeyEnv: String?
    package var auth: Auth
    package var headers: [String: String]
    /// Headers that are never sent, whoever adds them.
    package var forbiddenHeaders: [String]
    /// Members that every request body carries.
    package var requestFields: [String: JSONValue]
    /// Parameters that stand inside another member of the body: the parameter's name, and the member's.
    package var parameterPlaces: [String: String]
    /// Whether answers are asked for as an event stream.
    package var streams: Bool
    package var limits: Limits
    /// Whether it counts for each model apart what is sent with one key.
    package var limitsPerModel: Bool
    package var freePlan: FreePlan?
    package var images: ImageRules
    /// Nil: where it lists its models was not stated.
    package var models: ModelListRules?
    /// Where the tier stands in a request, for providers that sell more than one (`FlexOffer`); nil: none is known.
    package var tierMember: String?
    /// What flex costs of the full price; nil: nothing is documented, so all of it.
    package var flexPriceFactor: PriceFactor?
    /// By the user, for each model.
    package var prices: [String: Price]?
    /// From the provider's own list, kept with a batch for its calls; not part of a profile's text.
    package var listedPrices: [String: Price]?
    /// What a user should know; shown with the profile.
    package var note: String?
    /// The proxy for its calls, in place of the environment's, and never with credentials; empty or `none`: no proxy.
    package var proxy: String?
    /// A file with certificates of authorities that are believed beside the system's.
    package var caFile: String?

    package init(
        name: String, baseURL: String? = nil, chatPaths: [String] = ["/chat/completions"], apiKeyEnv: String? = nil, auth: Auth = Auth(),
        headers: [String: String] = [:], requestFields: [String: JSONValue] = [:], limits: Limits = Limits(),
        images: ImageRules = ImageRules(), models: ModelListRules? = nil, prices: [String: Price]? = nil
    ) {
        self.name = name
        self.baseURL = baseURL
        self.chatPaths = chatPaths
        self.apiKeyEnv = apiKeyEnv
        self.auth = auth
        self.headers = headers
        forbiddenHeaders = []
        self.requestFields = requestFields
        parameterPlaces = [:]
        streams = false
        self.limits = limits
        limitsPerModel = false
        self.images = images
        self.models = models
        self.prices = prices
    }

    /// The lane of the jobs that are asked of a model. A name stands for one provider and one key; give another key or address a name of its own.
    package func laneName(for model: String) -> String { limitsPerModel ? "\(name)/\(model)" : name }

    /// The simulator, which is started when it is needed.
    package var isInProcess: Bool { baseURL == nil && baseURLExample == nil }

    /// The simulator, once it is started: it listens on this machine, where no proxy is in between.
    package func started(at address: String) -> Profile {
        var profile = self
        (profile.baseURL, profile.proxy) = (address, "none")
        return profile
    }

    /// The environment variable that must be set for calls to succeed.
    package var neededKeyVariable: String? { auth.isRequired ? apiKeyEnv : nil }
}
