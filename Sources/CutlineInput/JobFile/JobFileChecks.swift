import CutlineCore

/// The `checks` of a job file.
package struct JobFileChecks: Hashable, Sendable {
    /// Without the phrases of `bannedPhrasesFile`.
    package var rules = CheckRules()
    /// As it is named; relative to the job file.
    package var bannedPhrasesFile: String?

    private static let keys = [
        "min_words", "max_words", "language", "banned_phrases", "retry_flagged", "retry_flagged_times", "retry_prompt",
    ]

    init(json: JSONCursor?) throws(InvalidValue) {
        guard let json else { return }
        _ = try json.members(allowed: Self.keys)
        rules.minWords = try json["min_words"]?.positiveInt()
        rules.maxWords = try json["max_words"]?.positiveInt()
        if let least = rules.minWords, let most = rules.maxWords, least > most {
            throw json["min_words"]?.invalid("must not be above max_words") ?? json.invalid("min_words is above max_words")
        }
        if let member = json["language"] {
            guard let language = CaptionLanguage(try member.string()) else {
                throw member.invalid("expected one of \(CaptionLanguage.codes.joined(separator: ", "))")
            }
            rules.language = language
        }
        try readPhrases(json["banned_phrases"])
        if let member = json["retry_flagged"] { rules.retried = try Self.flags(member) }
        if let member = json["retry_flagged_times"] {
            guard let times = member.value.int, (0...CheckRules.maxRetries).contains(times) else {
                throw member.invalid("expected a whole number of at least 0 and at most \(CheckRules.maxRetries)")
            }
            rules.retries = times
        }
        rules.retryPrompt = try json["retry_prompt"]?.nonEmptyString()
    }

    /// A list of phrases, or the name of a file with one a line.
    private mutating func readPhrases(_ member: JSONCursor?) throws(InvalidValue) {
        guard let member else { return }
        if member.value.string != nil { return bannedPhrasesFile = try member.nonEmptyString() }
        guard member.value.array != nil else { throw member.invalid("expected a list of phrases, or the name of a file with one a line") }
        var phrases: [String] = []
        for item in try member.items() { phrases.append(try item.nonEmptyString()) }
        if let objection = CheckRules.objection(toPhrases: phrases) { throw member.invalid(objection) }
        rules.bannedPhrases = phrases
    }

    private static func flags(_ member: JSONCursor) throws(InvalidValue) -> [CaptionFlag] {
        var flags: [CaptionFlag] = []
        for item in try member.items() {
            guard let flag = CaptionFlag(rawValue: try item.string()) else {
                throw item.invalid("expected one of \(CaptionFlag.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            flags.append(flag)
        }
        return flags
    }
}
