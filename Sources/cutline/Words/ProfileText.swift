import CutlineCore
import CutlineProvider

/// Profiles for people and as JSON.
enum ProfileText {
    static func table(_ catalogue: ProfileCatalogue, isSet: (Profile) -> Bool) -> String {
        let rows = catalogue.names.compactMap { catalogue[$0] }.map { profile in
            [profile.name, address(profile), key(profile, isSet: isSet(profile)), LimitText.list(profile.limits) ?? "–"].map(Words.clean)
        }
        return Words.table([["provider", "address", "key", "limits"]] + rows)
    }

    private static func address(_ profile: Profile) -> String {
        profile.baseURL ?? (profile.isInProcess ? "in this process" : "yours, as base_url")
    }

    private static func key(_ profile: Profile, isSet: Bool) -> String {
        guard let variable = profile.apiKeyEnv else { return "–" }
        if isSet { return "\(variable) (set)" }
        return profile.auth.isRequired ? "\(variable) (not set)" : "\(variable) (not needed)"
    }

    /// One line, in the form of `providers.json`; what is not stated is left out.
    static func json(_ profile: Profile) -> String {
        var text = JSONText()
        text.openObject()
        text.member("name", profile.name)
        if let address = profile.baseURL { text.member("base_url", address) }
        if let example = profile.baseURLExample { text.member("base_url_example", example) }
        text.member("chat_paths", profile.chatPaths)
        if let variable = profile.apiKeyEnv { text.member("api_key_env", variable) }
        for (key, members) in objects(profile) where !members.isEmpty {
            text.member(key, JSONValue.object(members))
        }
        if !profile.forbiddenHeaders.isEmpty { text.member("forbidden_headers", profile.forbiddenHeaders) }
        for (key, isSet) in [("limits_per_model", profile.limitsPerModel), ("stream", profile.streams)] where isSet {
            text.member(key, true)
        }
        if let member = profile.tierMember { text.member("tier_member", member) }
        if let part = profile.flexPriceFactor { text.member("flex_price_factor", JSONValue.number(part.number)) }
        if let proxy = profile.proxy { text.member("proxy", proxy) }
        if let file = profile.caFile { text.member("ca_file", file) }
        if let note = profile.note { text.member("note", note) }
        text.closeObject()
        return text.text + "\n"
    }

    private static func objects(_ profile: Profile) -> [(String, [String: JSONValue])] {
        [
            ("auth", members(profile.auth)), ("headers", profile.headers.mapValues(JSONValue.string)),
            ("request_fields", profile.requestFields), ("parameter_places", profile.parameterPlaces.mapValues(JSONValue.string)),
            ("limits", profile.limits.members), ("free_plan", profile.freePlan.map(members) ?? [:]), ("images", members(profile.images)),
            ("models", profile.models.map(members) ?? [:]), ("prices", (profile.prices ?? [:]).mapValues { .object(members($0)) }),
        ]
    }

    private static func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    private static func members(_ auth: Auth) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["header"] = auth.header.map(JSONValue.string)
        if !auth.isRequired { members["required"] = .bool(false) }
        members["exchange_path"] = auth.exchangePath.map(JSONValue.string)
        if auth.exchangePath != nil { members["exchange"] = .bool(auth.exchangesKey) }
        return members
    }

    private static func members(_ plan: FreePlan) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["limits": .object(plan.limits.members)]
        members["for"] = plan.models.map(JSONValue.string)
        members["source"] = plan.source.map(JSONValue.string)
        return members
    }

    /// What the provider gives away, and how to keep to it; nil where nothing is known of it.
    static func advice(_ profile: Profile) -> String? {
        guard let plan = profile.freePlan, let limits = LimitText.list(plan.limits) else { return nil }
        let models = plan.models.map { " for \($0)" } ?? ""
        let flags = LimitText.flags(plan.limits).map { "\($0), or " } ?? ""
        let told = JSONValue.object(["limits": .object(plan.limits.members)]).text.dropFirst().dropLast()
        return "free plan\(models): \(limits)\(plan.source.map { " (\($0))" } ?? ""). "
            + "If it is yours, give it with \(flags)in a job file or providers.json: \(told)"
    }

    private static func members(_ rules: ImageRules) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["accept"] = rules.accepts.map { list($0.map(\.mimeType)) }
        members["max_bytes"] = rules.maxBytes.map { .integer(Int64($0)) }
        members["prepare"] = rules.prepare.map { .string($0.rawValue) }
        members["longest_edge"] = rules.longestEdge.map { .integer(Int64($0)) }
        members["max_side"] = rules.maxSide.map { .integer(Int64($0)) }
        members["max_pixels"] = rules.maxPixels.map { .integer(Int64($0)) }
        members["max_count"] = rules.maxCount.map { .integer(Int64($0)) }
        members["max_request_bytes"] = rules.maxRequestBytes.map { .integer(Int64($0)) }
        if rules.order != .textFirst { members["order"] = .string(rules.order.rawValue) }
        if rules.transport != .auto { members["transport"] = .string(rules.transport.rawValue) }
        return members
    }

    private static func members(_ rules: ModelListRules) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["path": .string(rules.path), "needs_key": .bool(rules.needsKey)]
        for (key, patterns) in [("vision_patterns", rules.visionPatterns), ("no_vision_patterns", rules.noVisionPatterns)] {
            if !patterns.isEmpty { members[key] = list(patterns) }
        }
        return members
    }

    /// A price as `providers.json` has it.
    static func members(_ price: Price) -> [String: JSONValue] {
        let amounts = [
            "input_per_million": price.inputPerMillion, "output_per_million": price.outputPerMillion,
            "cached_input_per_million": price.cachedInputPerMillion, "per_image": price.perImage, "per_request": price.perRequest,
        ]
        return amounts.compactMapValues { $0.map { .number($0.dollars) } }
    }
}
