import CutlineCore
import CutlineProvider

/// Profiles for people and as JSON.
enum ProfileText {
    static func table(_ catalogue: ProfileCatalogue, isSet: (Profile) -> Bool) -> String {
        let rows = catalogue.names.compactMap { catalogue[$0] }.map { profile in
            [profile.name, address(profile), key(profile, isSet: isSet(profile)), limits(profile.limits)].map(Words.clean)
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
        text.key("chat_paths")
        text.value(list(profile.chatPaths))
        if let variable = profile.apiKeyEnv { text.member("api_key_env", variable) }
        for (key, members) in objects(profile) where !members.isEmpty {
            text.key(key)
            text.value(JSONValue.object(members))
        }
        if !profile.forbiddenHeaders.isEmpty {
            text.key("forbidden_headers")
            text.value(list(profile.forbiddenHeaders))
        }
        if profile.streams {
            text.key("stream")
            text.value(true)
        }
        if let proxy = profile.proxy { text.member("proxy", proxy) }
        if let file = profile.caFile { text.member("ca_file", file) }
        if let note = profile.note { text.member("note", note) }
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self) + "\n"
    }

    private static func objects(_ profile: Profile) -> [(String, [String: JSONValue])] {
        [
            ("auth", members(profile.auth)), ("headers", profile.headers.mapValues(JSONValue.string)),
            ("request_fields", profile.requestFields), ("parameter_places", profile.parameterPlaces.mapValues(JSONValue.string)),
            ("limits", members(profile.limits)), ("images", members(profile.images)),
            ("models", profile.models.map(members) ?? [:]), ("prices", (profile.prices ?? [:]).mapValues { .object(members($0)) }),
        ]
    }

    private static func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    private static func limits(_ limits: Limits) -> String {
        var parts: [String] = []
        if let limit = limits.requests { parts.append("\(Words.count(limit.count, "request")) in \(window(limit))") }
        if let limit = limits.tokens { parts.append("\(Words.count(limit.count, "token")) in \(window(limit))") }
        if let calls = limits.concurrency { parts.append("\(Words.count(calls, "call")) at once") }
        return parts.isEmpty ? "–" : parts.joined(separator: ", ")
    }

    private static func window(_ limit: RateLimit) -> String {
        let minutes = limit.window / 60
        return minutes == minutes.rounded() && minutes < 1_000
            ? "\(Int(minutes)) min" : Words.duration(.milliseconds(Int64(limit.window * 1_000)))
    }

    private static func members(_ auth: Auth) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["header"] = auth.header.map(JSONValue.string)
        if !auth.isRequired { members["required"] = .bool(false) }
        members["exchange_path"] = auth.exchangePath.map(JSONValue.string)
        if auth.exchangePath != nil { members["exchange"] = .bool(auth.exchangesKey) }
        return members
    }

    private static func members(_ limits: Limits) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["concurrency"] = limits.concurrency.map { .integer(Int64($0)) }
        for (key, limit) in [("requests", limits.requests), ("tokens", limits.tokens)] {
            guard let limit else { continue }
            let seconds = Int64(exactly: limit.window).map(JSONValue.integer) ?? .number(limit.window)
            members[key] = .object(["count": .integer(Int64(limit.count)), "seconds": seconds])
        }
        return members
    }

    private static func members(_ rules: ImageRules) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["accept"] = rules.accepts.map { list($0.map(\.mimeType)) }
        members["max_bytes"] = rules.maxBytes.map { .integer(Int64($0)) }
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
