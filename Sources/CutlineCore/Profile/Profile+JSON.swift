extension Profile {
    /// Reads a profile from JSON. Members that are absent keep the value of `base`, so a profile may extend another one.
    ///
    /// - Throws: `InvalidValue` with the path of the member.
    package init(json: JSONCursor, extending base: Profile?) throws(InvalidValue) {
        _ = try json.members(allowed: Self.keys)
        guard let name = json["name"] else { throw json.invalid("a profile needs a name") }
        var profile = base ?? Profile(name: "")
        profile.name = try name.nonEmptyString()
        try profile.readAddress(json)
        if let member = json["api_key_env"] { profile.apiKeyEnv = try member.unlessNull?.nonEmptyString() }
        if let member = json["auth"] { profile.auth = try Auth(json: member, extending: profile.auth) }
        if let member = json["headers"] { profile.headers = try Self.headers(member) }
        if let member = json["forbidden_headers"] { profile.forbiddenHeaders += try Self.texts(member) }
        if let member = json["request_fields"] { profile.requestFields = try Self.fields(member) }
        if let member = json["parameter_places"] { profile.parameterPlaces = try Self.places(member) }
        if let member = json["stream"] { profile.streams = try member.bool() }
        if let member = json["limits"] { profile.limits = try Limits(json: member).over(profile.limits) }
        if let member = json["limits_per_model"] { profile.limitsPerModel = try member.bool() }
        if let member = json["free_plan"] { profile.freePlan = try member.unlessNull.map(FreePlan.init) }
        if let member = json["images"] { profile.images = try ImageRules(json: member, extending: profile.images) }
        if let member = json["models"] { profile.models = try ModelListRules(json: member, extending: profile.models) }
        if let member = json["tier_member"] { profile.tierMember = try member.unlessNull.map(Self.tierMember) }
        if let member = json["flex_price_factor"] { profile.flexPriceFactor = try member.unlessNull.map(Self.factor) }
        if let member = json["prices"] { profile.prices = try Self.prices(member, over: profile.prices) }
        if let member = json["note"] { profile.note = try member.unlessNull?.nonEmptyString() }
        if let member = json["proxy"] { profile.proxy = try member.unlessNull.map(Self.proxy) }
        if let member = json["ca_file"] { profile.caFile = try member.unlessNull?.nonEmptyString() }
        self = profile
    }

    package static let keys = [
        "name", "base_url", "base_url_example", "chat_paths", "chat_path", "api_key_env", "auth", "headers", "forbidden_headers",
        "request_fields", "parameter_places", "stream", "limits", "limits_per_model", "free_plan", "images", "models", "tier_member",
        "flex_price_factor", "prices", "note", "proxy", "ca_file",
    ]

    private mutating func readAddress(_ json: JSONCursor) throws(InvalidValue) {
        if let member = json["base_url_example"] { baseURLExample = try member.nonEmptyString() }
        if let member = json["chat_path"] {
            guard json["chat_paths"] == nil else { throw member.invalid("give either this or chat_paths, not both") }
            chatPaths = [try member.nonEmptyString()]
        }
        if let member = json["chat_paths"] {
            chatPaths = try Self.texts(member)
            guard !chatPaths.isEmpty else { throw member.invalid("names no path") }
        }
        if let member = json["base_url"] {
            let text = try member.nonEmptyString()
            do throws(AddressProblem) { try take(address: text) } catch { throw member.invalid(error.reason) }
        }
    }

    /// Like a key, a password has no place in a profile.
    private static func proxy(_ member: JSONCursor) throws(InvalidValue) -> String {
        let text = try member.string()
        guard !["", "none"].contains(text.lowercased()) else { return "none" }
        do throws(ProxyProblem) {
            guard try ProxyAddress(text).credentials == nil else {
                throw ProxyProblem(
                    reason: "holds a user name, and a profile is stored and shown; give a proxy that needs one in HTTPS_PROXY or ALL_PROXY")
            }
        } catch { throw member.invalid(error.reason) }
        return text
    }

    /// A profile is stored in queues and shown: a key has no place in it.
    private static func headers(_ member: JSONCursor) throws(InvalidValue) -> [String: String] {
        var headers: [String: String] = [:]
        for name in try member.object().keys {
            guard !reservedHeaders.contains(name.lowercased()) else {
                throw member[name]?.invalid("is set by Cutline; a key comes from the variable of api_key_env") ?? member.invalid(name)
            }
            guard let value = try member[name]?.string(), name.isHeaderName, value.isHeaderValue else {
                throw member[name]?.invalid("has characters that HTTP does not allow in a header") ?? member.invalid(name)
            }
            headers[name] = value
        }
        return headers
    }

    private static let reservedHeaders: Set = [
        "authorization", "proxy-authorization", "connection", "content-length", "content-type", "host", "transfer-encoding",
    ]

    private static func fields(_ member: JSONCursor) throws(InvalidValue) -> [String: JSONValue] {
        for name in ["model", "messages", "stream"] {
            if let field = member[name] { throw field.invalid("is set by Cutline") }
        }
        return try member.object()
    }

    private static func places(_ member: JSONCursor) throws(InvalidValue) -> [String: String] {
        var places: [String: String] = [:]
        for name in try member.object().keys { places[name] = try member[name]?.nonEmptyString() }
        return places
    }

    private static func tierMember(_ member: JSONCursor) throws(InvalidValue) -> String {
        let offer = FlexOffer(member: try member.nonEmptyString())
        guard offer.path.count <= 2, !offer.path.contains("") else {
            throw member.invalid("expected a member of the request, as service_tier, or one inside another, as provider.service_tier")
        }
        guard !["model", "messages", "stream"].contains(offer.path[0]) else { throw member.invalid("is set by Cutline") }
        return offer.member
    }

    private static func factor(_ member: JSONCursor) throws(InvalidValue) -> PriceFactor {
        guard let factor = member.value.double.flatMap(PriceFactor.init) else {
            throw member.invalid("expected a part of the full price, above 0 and at most 1, with six decimal places at most")
        }
        return factor
    }

    private static func texts(_ member: JSONCursor) throws(InvalidValue) -> [String] {
        var texts: [String] = []
        for item in try member.items() { texts.append(try item.nonEmptyString()) }
        return texts
    }
}

extension String {
    /// A token of RFC 9110, §5.6.2.
    fileprivate var isHeaderName: Bool {
        !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
    }

    fileprivate var isHeaderValue: Bool { utf8.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) || $0 >= 0x80 } }
}

extension Auth {
    init(json: JSONCursor, extending base: Auth) throws(InvalidValue) {
        _ = try json.members(allowed: ["header", "required", "exchange", "exchange_path"])
        self = base
        if let member = json["header"] {
            header = try member.unlessNull?.nonEmptyString()
            guard header?.isHeaderName != false else { throw member.invalid("is not the name of a header") }
        }
        if let member = json["required"] { isRequired = try member.bool() }
        if let member = json["exchange"] { exchangesKey = try member.bool() }
        if let member = json["exchange_path"] { exchangePath = try member.unlessNull?.nonEmptyString() }
    }
}

extension FreePlan {
    init(json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: ["limits", "for", "source"])
        guard let limits = json["limits"] else { throw json.invalid("needs limits") }
        self.init(
            limits: try Limits(json: limits), models: try json["for"]?.nonEmptyString(), source: try json["source"]?.nonEmptyString())
    }
}

extension ImageRules {
    /// Members that are absent keep the value of `base`; null takes a rule away.
    init(json: JSONCursor, extending base: ImageRules) throws(InvalidValue) {
        _ = try json.members(allowed: [
            "accept", "max_bytes", "max_side", "max_pixels", "max_count", "max_request_bytes", "order", "transport", "prepare",
            "longest_edge",
        ])
        self = base
        if let member = json["accept"] { accepts = try member.unlessNull.map(Self.formats) }
        if let member = json["max_bytes"] { maxBytes = try member.unlessNull?.positiveInt() }
        if let member = json["max_side"] { maxSide = try member.unlessNull?.positiveInt() }
        if let member = json["max_pixels"] { maxPixels = try member.unlessNull?.positiveInt() }
        if let member = json["max_count"] { maxCount = try member.unlessNull?.positiveInt() }
        if let member = json["max_request_bytes"] { maxRequestBytes = try member.unlessNull?.positiveInt() }
        if let member = json["order"] { order = try member.word() }
        if let member = json["transport"] { transport = try member.word() }
        if let member = json["prepare"] { prepare = try member.unlessNull?.word() }
        if let member = json["longest_edge"] { longestEdge = try member.unlessNull?.int(within: PreparationWish.edges) }
    }

    private static func formats(_ member: JSONCursor) throws(InvalidValue) -> [PictureFormat] {
        var formats: [PictureFormat] = []
        for item in try member.items() {
            guard let format = PictureFormat(mimeType: try item.string()) else { throw item.invalid("unknown picture type") }
            formats.append(format)
        }
        return formats
    }
}

extension JSONCursor {
    /// Nil for JSON null, where null is a way to say "none".
    fileprivate var unlessNull: JSONCursor? { value == .null ? nil : self }

    fileprivate func word<Word: RawRepresentable<String> & CaseIterable>() throws(InvalidValue) -> Word {
        guard let word = Word(rawValue: try string()) else {
            throw invalid("expected one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }
}
