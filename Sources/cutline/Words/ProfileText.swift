import CutlineCore
import CutlineProvider

/// Profiles for people and as JSON.
enum ProfileText {
    static func table(_ catalogue: ProfileCatalogue, isSet: (Profile) -> Bool) -> String {
        let rows = catalogue.names.compactMap { catalogue[$0] }.map { profile in
            let key = profile.apiKeyEnv.map { "\($0) (\(isSet(profile) ? "set" : "not set"))" } ?? "–"
            return [profile.name, profile.baseURL ?? "in this process", key, limits(profile.limits)].map(Words.clean)
        }
        return Words.table([["provider", "address", "key", "limits"]] + rows)
    }

    /// One line, in the form of `providers.json`; what is not stated is left out.
    static func json(_ profile: Profile) -> String {
        var text = JSONText()
        text.openObject()
        text.member("name", profile.name)
        if let address = profile.baseURL { text.member("base_url", address) }
        text.member("chat_path", profile.chatPath)
        if let variable = profile.apiKeyEnv { text.member("api_key_env", variable) }
        let headers = profile.headers.mapValues(JSONValue.string)
        let objects = [
            ("headers", headers), ("request_fields", profile.requestFields), ("limits", members(profile.limits)),
            ("images", members(profile.images)), ("models", profile.models.map(members) ?? [:]),
            ("prices", (profile.prices ?? [:]).mapValues { .object(members($0)) }),
        ]
        for (key, members) in objects where !members.isEmpty {
            text.key(key)
            text.value(JSONValue.object(members))
        }
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self) + "\n"
    }

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
        members["accept"] = rules.accepts.map { .array($0.map { .string($0.mimeType) }) }
        members["max_bytes"] = rules.maxBytes.map { .integer(Int64($0)) }
        members["max_count"] = rules.maxCount.map { .integer(Int64($0)) }
        return members
    }

    private static func members(_ rules: ModelListRules) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["path": .string(rules.path), "needs_key": .bool(rules.needsKey)]
        for (key, patterns) in [("vision_patterns", rules.visionPatterns), ("no_vision_patterns", rules.noVisionPatterns)] {
            if !patterns.isEmpty { members[key] = .array(patterns.map(JSONValue.string)) }
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
