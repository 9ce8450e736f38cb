import CutlineCore
import CutlineInput
import SystemPackage

/// Settles what captions are checked for: flags win over the job file.
struct CheckChoice {
    /// Nil: the command has none.
    var flags: CheckOptions?
    var jobFile: JobFile?
    let environment: Environment

    func rules() throws -> CheckRules {
        var rules = CheckRules(
            minWords: flags?.minWords, maxWords: flags?.maxWords, language: flags?.language, retried: flags?.retryFlagged?.flags,
            retries: flags?.retryFlaggedTimes, retryPrompt: flags?.retryPrompt)
        rules = rules.over(jobFile?.checks.rules ?? CheckRules())
        if let name = flags?.bannedPhrases {
            rules.bannedPhrases = try phrases(in: environment.path(name), called: "--banned-phrases: \(name)")
        } else if let jobFile, let name = jobFile.checks.bannedPhrasesFile {
            rules.bannedPhrases = try phrases(
                in: jobFile.folder.pushing(FilePath(name)),
                called: "\(environment.shortName(of: jobFile.path)), checks.banned_phrases: \(name)")
        }
        if let least = rules.minWords, let most = rules.maxWords, least > most {
            throw CommandEnd.usage(
                "captions of at least \(least) and at most \(most) words: there are none; change --min-words or --max-words")
        }
        return rules
    }

    /// One a line; blank lines are passed over.
    private func phrases(in path: FilePath, called name: String) throws -> [String] {
        let text: String
        do throws(InputError) { text = try TextFile.read(path) } catch {
            throw CommandEnd.badInput("\(name) cannot be used: \(error); give a text file with one phrase a line")
        }
        let lines = text.split(whereSeparator: \.isNewline).map { $0.filter { $0 != "\u{FEFF}" } }
        let phrases = lines.filter { !$0.allSatisfy(\.isWhitespace) }
        guard !phrases.isEmpty else { throw CommandEnd.badInput("\(name) is empty; write one phrase a line") }
        if let objection = CheckRules.objection(toPhrases: phrases) { throw CommandEnd.badInput("\(name) cannot be used: \(objection)") }
        return phrases
    }
}
