import CutlineCore

/// The members of a request body beside `model` and `messages`, in the order in which they are sent: what the user asked for, then what
/// the profile adds, changed as the lane has learned.
struct RequestMembers {
    private(set) var written: [(name: String, value: JSONValue)] = []
    /// What a provider may refuse by its name, also inside another member.
    private(set) var names: Set<String> = []

    private let profile: Profile
    private let quirks: Quirks
    /// Members that hold parameters, by their names.
    private var places: [String: [String: JSONValue]] = [:]
    /// The one that holds the tier, where it does not stand by itself.
    private var tierPlace: String?

    init(_ request: CaptionRequest, profile: Profile) {
        self.profile = profile
        quirks = request.quirks
        var asked: Set<String> = ["model", "messages"]
        if request.tier == .flex, let path = profile.flex?.path { add(request.tier, at: path) }
        for members in [Self.asked(request.parameters), Self.streaming(profile, quirks), Self.sorted(profile.requestFields)] {
            for (name, value) in members where asked.insert(name).inserted || isPlace(name) { add(name, value) }
        }
        for (name, members) in places.sorted(by: { $0.key < $1.key }) where !members.isEmpty {
            written.append((name, .object(members)))
            names.insert(name)
        }
    }

    var asksForEvents: Bool { written.contains { $0.name == "stream" && $0.value == .bool(true) } }

    private static func asked(_ parameters: Parameters) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = []
        if let maxTokens = parameters.maxTokens { members.append(("max_tokens", .integer(Int64(maxTokens)))) }
        if let temperature = parameters.temperature { members.append(("temperature", .number(temperature))) }
        return members + sorted(parameters.others)
    }

    private static func streaming(_ profile: Profile, _ quirks: Quirks) -> [(String, JSONValue)] {
        guard profile.streams, !quirks.dropped.contains("stream") else { return [] }
        // Without it no usage is told at the end of most streams.
        return [("stream", .bool(true)), ("stream_options", .object(["include_usage": .bool(true)]))]
    }

    private static func sorted(_ members: [String: JSONValue]) -> [(String, JSONValue)] {
        members.sorted { $0.key < $1.key }
    }

    /// Whether parameters stand inside the member of this name.
    private func isPlace(_ name: String) -> Bool { profile.parameterPlaces.values.contains(name) || name == tierPlace }

    /// Before all others: it is the wish of this run. What else stands in the same outer member stays there.
    private mutating func add(_ tier: ServiceTier, at path: [String]) {
        guard path.count == 2 else { return add(path[0], .string(tier.rawValue)) }
        tierPlace = path[0]
        put(path[1], .string(tier.rawValue), in: path[0])
    }

    /// The first of a name wins. Null: not to be sent.
    private mutating func add(_ name: String, _ value: JSONValue) {
        if isPlace(name) {
            for (inner, value) in value.object ?? [:] { put(inner, value, in: name) }
        } else if let place = profile.parameterPlaces[name] {
            put(name, value, in: place)
        } else if let name = wireName(name), value != .null, names.insert(name).inserted {
            written.append((name, value))
        }
    }

    private mutating func put(_ name: String, _ value: JSONValue, in place: String) {
        guard !quirks.dropped.contains(place), let name = wireName(name), value != .null, places[place]?[name] == nil else { return }
        places[place, default: [:]][name] = value
        names.insert(name)
    }

    /// What the lane has learned to call it; nil where it is to be left out, under either name.
    private func wireName(_ name: String) -> String? {
        let wire = quirks.renamed[name] ?? name
        return quirks.dropped.contains(name) || quirks.dropped.contains(wire) ? nil : wire
    }
}
