/// What a user asks of captions beyond the checks that are always made, and what is done about flagged ones. It belongs to a batch and may
/// change at each run.
package struct CheckRules: Codable, Hashable, Sendable {
    package var minWords: Int?
    package var maxWords: Int?
    package var language: CaptionLanguage?
    /// Matched as whole words, whatever their case.
    package var bannedPhrases: [String]?
    /// Flags for which a job is asked again.
    package var retried: [CaptionFlag]?
    /// How often; nil: `defaultRetries`.
    package var retries: Int?
    /// Added to the prompt when a job is asked again.
    package var retryPrompt: String?

    package static let defaultRetries = 2
    /// Each is paid for.
    package static let maxRetries = 10

    package init(
        minWords: Int? = nil, maxWords: Int? = nil, language: CaptionLanguage? = nil, bannedPhrases: [String]? = nil,
        retried: [CaptionFlag]? = nil, retries: Int? = nil, retryPrompt: String? = nil
    ) {
        self.minWords = minWords
        self.maxWords = maxWords
        self.language = language
        self.bannedPhrases = bannedPhrases
        self.retried = retried
        self.retries = retries
        self.retryPrompt = retryPrompt
    }

    /// These, and what they leave open as `others` say.
    package func over(_ others: CheckRules) -> CheckRules {
        CheckRules(
            minWords: minWords ?? others.minWords, maxWords: maxWords ?? others.maxWords, language: language ?? others.language,
            bannedPhrases: bannedPhrases ?? others.bannedPhrases, retried: retried ?? others.retried, retries: retries ?? others.retries,
            retryPrompt: retryPrompt ?? others.retryPrompt)
    }
}

extension CheckRules {
    private static let maxPhrases = 10_000

    /// Why phrases cannot be banned; nil where they can.
    package static func objection(toPhrases phrases: [String]) -> String? {
        if phrases.count > maxPhrases { return "there are \(phrases.count) phrases; at most \(maxPhrases) can be banned" }
        guard let phrase = phrases.first(where: { CheckedText($0).words.isEmpty }) else { return nil }
        return "\"\(phrase.prefix(40))\" has no word; words are what is looked for"
    }
}
