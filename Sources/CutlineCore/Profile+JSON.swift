extension Profile {
    /// Reads a profile from JSON. Members that are absent keep the value of `base`, so a profile may extend another one.
    ///
    /// - Throws: `InvalidValue` with the path of the member.
    package init(json: JSONCursor, extending base: Profile?) throws(InvalidValue) {
        _ = try json.members(allowed: Self.keys)
        guard let name = json["name"] else { throw json.invalid("a profile needs a name") }
        var profile = base ?? Profile(name: "")
        profile.name = try name.nonEmptyString()
        if let member = json["base_url"] { profile.baseURL = try Self.address(member) }
        if let member = json["chat_path"] { profile.chatPath = try member.nonEmptyString() }
        if let member = json["api_key_env"] { profile.apiKeyEnv = member.value == .null ? nil : try member.nonEmptyString() }
        if let member = json["headers"] { profile.headers = try Self.texts(member) }
        if let member = json["request_fields"] { profile.requestFields = try member.object() }
        if let member = json["limits"] { profile.limits = try Limits(json: member).over(profile.limits) }
        if let member = json["images"] { profile.images = try ImageRules(json: member) }
        if let member = json["models"] { profile.models = try ModelListRules(json: member, extending: profile.models) }
        if let member = json["prices"] { profile.prices = try Self.prices(member, over: profile.prices) }
        self = profile
    }

    package static let keys = [
        "name", "base_url", "chat_path", "api_key_env", "headers", "request_fields", "limits", "images", "models", "prices",
    ]

    private static func address(_ member: JSONCursor) throws(InvalidValue) -> String {
        let text = try member.nonEmptyString()
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
            throw member.invalid("expected an address that begins with http:// or https://")
        }
        return text
    }

    private static func texts(_ member: JSONCursor) throws(InvalidValue) -> [String: String] {
        var texts: [String: String] = [:]
        for key in try member.object().keys { texts[key] = try member[key]?.string() }
        return texts
    }
}

extension Limits {
    /// `concurrency`, `requests_per_minute`, `tokens_per_minute`, and `requests` or `tokens` as `{"count", "seconds"}` for other windows.
    package init(json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: ["concurrency", "requests_per_minute", "tokens_per_minute", "requests", "tokens"])
        self.init(
            concurrency: try json["concurrency"]?.positiveInt(),
            requests: try Self.limit(json["requests"], perMinute: json["requests_per_minute"]),
            tokens: try Self.limit(json["tokens"], perMinute: json["tokens_per_minute"]))
    }

    private static func limit(_ window: JSONCursor?, perMinute: JSONCursor?) throws(InvalidValue) -> RateLimit? {
        if let window, perMinute != nil { throw window.invalid("give either this or the limit per minute, not both") }
        if let perMinute { return .perMinute(try perMinute.positiveInt()) }
        guard let window else { return nil }
        _ = try window.members(allowed: ["count", "seconds"])
        guard let count = window["count"], let seconds = window["seconds"] else { throw window.invalid("needs count and seconds") }
        return RateLimit(count: try count.positiveInt(), window: try seconds.positiveDouble())
    }
}

extension ImageRules {
    init(json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: ["accept", "max_bytes", "max_count"])
        self.init(maxBytes: try json["max_bytes"]?.positiveInt(), maxCount: try json["max_count"]?.positiveInt())
        guard let list = json["accept"] else { return }
        var formats: [PictureFormat] = []
        for item in try list.items() {
            guard let format = PictureFormat(mimeType: try item.string()) else { throw item.invalid("unknown picture type") }
            formats.append(format)
        }
        accepts = formats
    }
}
