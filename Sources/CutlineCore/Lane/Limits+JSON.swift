// Limits in job files, profiles and what is shown: `concurrency`, each kind as one window or a list of them, and short forms.

extension Limits {
    /// `{"concurrency": 4, "requests": [{"count": 15, "seconds": 60}, {"count": 1500, "per": "day", "resets": "00:00 America/Los_Angeles"}],
    /// "tokens_per_minute": 250000}`; the short forms of one kind may stand together.
    ///
    /// - Throws: `InvalidValue` with the path of the member.
    package init(json: JSONCursor) throws(InvalidValue) {
        try Self.refuseUnknownKeys(json)
        var windows: [MeterKind: [RateLimit]] = [:]
        for kind in MeterKind.allCases {
            let told = try Self.windows(of: kind, in: json)
            if !told.isEmpty { windows[kind] = told }
        }
        self.init(concurrency: try json["concurrency"]?.positiveInt(), windows: windows)
    }

    private static let keys: Set<String> = {
        let words = MeterKind.allCases.flatMap(\.words)
        return Set(["concurrency"] + words + words.flatMap { word in Span.allCases.map { "\(word)_per_\($0.rawValue)" } })
    }()

    private static func refuseUnknownKeys(_ json: JSONCursor) throws(InvalidValue) {
        guard let unknown = try json.object().keys.filter({ !keys.contains($0) }).min() else { return }
        let kinds = MeterKind.allCases.map(\.rawValue).joined(separator: ", ")
        let spans = Span.allCases.map { "_per_\($0.rawValue)" }.joined(separator: ", ")
        throw json[unknown]?.invalid("unknown key; known here: concurrency, \(kinds), the latter also with \(spans)")
            ?? json.invalid(unknown)
    }

    private static func windows(of kind: MeterKind, in json: JSONCursor) throws(InvalidValue) -> [RateLimit] {
        var long: JSONCursor?
        var short: [RateLimit] = []
        var shortSpan: Span?
        for word in kind.words {
            if let member = json[word] {
                guard long == nil else { throw member.invalid("give either this or \(kind.rawValue), not both") }
                long = member
            }
            for span in Span.allCases {
                guard let member = json["\(word)_per_\(span.rawValue)"] else { continue }
                short.append(RateLimit(count: try member.positiveInt(), window: span.seconds))
                shortSpan = shortSpan ?? span
            }
        }
        guard let long else { return short }
        if let shortSpan { throw long.invalid("give either this or the limit per \(shortSpan.rawValue), not both") }
        return try RateLimit.list(json: long)
    }

    /// The members of an object of limits.
    package var members: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["concurrency"] = concurrency.map { .integer(Int64($0)) }
        for (kind, limits) in windows where !limits.isEmpty {
            members[kind.rawValue] = limits.count == 1 ? .object(limits[0].members) : .array(limits.map { .object($0.members) })
        }
        return members
    }
}

extension MeterKind {
    /// What files may call it; the first one is its name.
    fileprivate var words: [String] {
        switch self {
        case .requests, .tokens: [rawValue]
        case .inputTokens: [rawValue, "input"]
        case .outputTokens: [rawValue, "output"]
        }
    }
}

/// A window by its name.
private enum Span: String, CaseIterable {
    case second, minute, hour, day

    var seconds: Double {
        switch self {
        case .second: 1
        case .minute: 60
        case .hour: 3_600
        case .day: RateLimit.day
        }
    }
}

extension RateLimit {
    /// One window, or a list of them.
    fileprivate static func list(json: JSONCursor) throws(InvalidValue) -> [RateLimit] {
        guard json.value.array != nil else { return [try RateLimit(json: json)] }
        var limits: [RateLimit] = []
        for item in try json.items() { limits.append(try RateLimit(json: item)) }
        guard !limits.isEmpty else { throw json.invalid("names no window") }
        return limits
    }

    /// `{"count": 15, "seconds": 60}`, or with `per` for `seconds`; that of a day may say when it `resets`.
    private init(json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: ["count", "seconds", "per", "resets"])
        guard let count = json["count"], json["seconds"] != nil || json["per"] != nil else {
            throw json.invalid("needs count and seconds, or count and per")
        }
        self.init(count: try count.positiveInt(), window: try Self.window(json))
        guard let member = json["resets"] else { return }
        guard window == Self.day else { throw member.invalid("only a limit of a day is reset at an hour: give it with \"per\": \"day\"") }
        let text = try member.nonEmptyString()
        do throws(DailyReset.Problem) { resets = try DailyReset(text) } catch { throw member.invalid(error.reason) }
    }

    private static func window(_ json: JSONCursor) throws(InvalidValue) -> Double {
        guard let seconds = json["seconds"] else {
            guard let member = json["per"], let span = Span(rawValue: try member.string()) else {
                throw json["per"]?.invalid("expected \(Span.allCases.map(\.rawValue).joined(separator: ", "))") ?? json.invalid("needs per")
            }
            return span.seconds
        }
        if let per = json["per"] { throw per.invalid("give either this or seconds, not both") }
        let window = try seconds.positiveDouble()
        guard window <= 31 * day else { throw seconds.invalid("must be 2678400 at most, 31 days") }
        return window
    }

    /// The members of a window.
    package var members: [String: JSONValue] {
        var members: [String: JSONValue] = ["count": .integer(Int64(count))]
        if let resets {
            members["per"] = .string(Span.day.rawValue)
            members["resets"] = .string(resets.description)
        } else {
            members["seconds"] = Int64(exactly: window).map(JSONValue.integer) ?? .number(window)
        }
        return members
    }
}
