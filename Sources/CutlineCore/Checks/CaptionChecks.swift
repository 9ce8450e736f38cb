/// The checks of one batch's captions, made ready once: what they need of the prompt and the rules is read here, not at every caption.
package struct CaptionChecks: Sendable {
    let rules: CheckRules
    let instructions: Instructions
    let banned: PhraseTree
    let form: AskedForm?

    /// - Parameters:
    ///   - prompt: as the job sends it; a batch whose jobs bring their own takes `asking(_:)`.
    ///   - parameters: with the `response_format`, if one was asked for.
    package init(rules: CheckRules, prompt: String, system: String?, parameters: Parameters = Parameters()) {
        self.rules = rules
        instructions = Instructions(prompt: prompt, system: system)
        banned = PhraseTree(rules.bannedPhrases ?? [])
        form = AskedForm(parameters.others["response_format"])
    }

    private init(_ checks: CaptionChecks, _ instructions: Instructions) {
        (rules, banned, form) = (checks.rules, checks.banned, checks.form)
        self.instructions = instructions
    }

    /// The same checks for a job with a prompt of its own.
    package func asking(_ prompt: String, system: String?) -> CaptionChecks {
        CaptionChecks(self, Instructions(prompt: prompt, system: system))
    }

    /// Every check by the flag it sets, in the order in which flags are told.
    private static let all: [(flag: CaptionFlag, applies: @Sendable (CheckedCaption, CaptionChecks) -> Bool)] = [
        (.empty, EmptyCheck.applies), (.truncated, { caption, _ in caption.isCut }), (.refusal, RefusalCheck.applies),
        (.promptLeak, PromptLeakCheck.applies), (.repetition, RepetitionCheck.applies), (.tooShort, LengthCheck.isTooShort),
        (.tooLong, LengthCheck.isTooLong), (.language, LanguageCheck.applies), (.banned, BannedCheck.applies),
        (.schema, SchemaCheck.applies),
    ]

    /// What is to be said about a caption. The work grows in proportion to its length.
    package func flags(of caption: Caption) -> [CaptionFlag] {
        let checked = CheckedCaption(caption)
        return Self.all.filter { $0.applies(checked, self) }.map(\.flag)
    }
}
