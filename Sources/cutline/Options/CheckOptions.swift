import ArgumentParser
import CutlineCore

/// What captions are checked for, and what is done about flagged ones. It may change at each run.
struct CheckOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Flag captions of fewer words (too_short).", valueName: "n"))
    var minWords: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("Flag captions of more words (too_long).", valueName: "n"))
    var maxWords: Int?
    @Option(help: ArgumentHelp("Flag captions in another language than this: de, en, ja …", valueName: "code"))
    var language: CaptionLanguage?
    @Option(help: ArgumentHelp("Flag captions with one of these phrases, one a line, as whole words (banned).", valueName: "path"))
    var bannedPhrases: String?
    @Option(
        help: ArgumentHelp(
            "Ask again, with something changed, where a caption has one of these flags: refusal,truncated …; each call is paid for.",
            valueName: "flags"))
    var retryFlagged: FlagList?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How often a job is asked again because of flags (default: 2).", valueName: "n"))
    var retryFlaggedTimes: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("Add this to the prompt where a job is asked again.", valueName: "text"))
    var retryPrompt: String?

    func validate() throws {
        for (flag, value) in [("--min-words", minWords), ("--max-words", maxWords)] where value.map({ $0 < 1 }) ?? false {
            throw ValidationError("\(flag) must be above 0.")
        }
        if let minWords, let maxWords, minWords > maxWords { throw ValidationError("--min-words must not be above --max-words.") }
        if let retryFlaggedTimes, !(0...CheckRules.maxRetries).contains(retryFlaggedTimes) {
            throw ValidationError("--retry-flagged-times must be at least 0 and at most \(CheckRules.maxRetries).")
        }
        if retryPrompt?.isEmpty == true { throw ValidationError("--retry-prompt must not be empty.") }
    }
}

/// `refusal,truncated`
struct FlagList: ExpressibleByArgument {
    let flags: [CaptionFlag]

    init?(argument: String) {
        let names = argument.split(separator: ",").map { $0.replacing("-", with: "_") }
        flags = names.compactMap { CaptionFlag(rawValue: String($0)) }
        guard !names.isEmpty, flags.count == names.count else { return nil }
    }

    static var allValueStrings: [String] { CaptionFlag.allCases.map(\.rawValue) }
}

extension CaptionLanguage: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }

    package static var allValueStrings: [String] { codes }
}
