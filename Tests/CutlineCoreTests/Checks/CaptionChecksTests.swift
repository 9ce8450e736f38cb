import CutlineCore
import Foundation
import TestSupport
import Testing

@Suite struct CaptionChecksTests {
    private static func flags(
        _ text: String, _ rules: CheckRules = CheckRules(), prompt: String = "Describe this image.", reason: FinishReason = .stop
    ) -> [CaptionFlag] {
        CaptionChecks(rules: rules, prompt: prompt, system: nil).flags(of: Caption(text: text, finishReason: reason))
    }

    @Test func flagsComeInOneOrder() {
        let rules = CheckRules(minWords: 50, language: CaptionLanguage("de"), bannedPhrases: ["help"])
        #expect(
            Self.flags("I'm sorry, but I can't help you with that.<|im_end|>", rules, reason: .length)
                == [.truncated, .refusal, .promptLeak, .tooShort, .language, .banned])
        let order = CaptionFlag.allCases.filter { [.truncated, .refusal, .promptLeak, .tooShort, .language, .banned].contains($0) }
        #expect(order == [.truncated, .refusal, .promptLeak, .tooShort, .language, .banned])
    }

    @Test func whatWasNotAskedForIsNotChecked() {
        #expect(Self.flags("Ein Hund.") == [])
        #expect(Self.flags(String(repeating: "Another word and one more thing, ", count: 2)) == [])
    }

    @Test(arguments: [
        ("one two three", 3), ("don't well-known 10,000.5 3:30", 4), ("A–B", 2), ("一只狗", 3), ("犬が二匹", 4), ("두 마리의 개", 3),
        ("สุนัขสองตัว", 2), ("hello, 世界!", 3), ("{\"caption\": \"two words\"}", 2), ("", 0), ("e\u{301}lan vital", 2), ("🐶 🐱", 0),
    ])
    func wordsAreCounted(text: String, count: Int) {
        #expect(!Self.flags(text, CheckRules(minWords: max(1, count))).contains(.tooShort) || count == 0)
        #expect(Self.flags(text, CheckRules(minWords: count + 1)).contains(.tooShort))
        #expect(!Self.flags(text, CheckRules(maxWords: max(1, count))).contains(.tooLong))
        #expect(count < 2 || Self.flags(text, CheckRules(maxWords: count - 1)).contains(.tooLong))
    }

    @Test func aJobWithAPromptOfItsOwnIsCheckedByThat() {
        let checks = CaptionChecks(rules: CheckRules(), prompt: "Describe this image in one sentence.", system: nil)
        let own = checks.asking("Write a haiku about this picture.", system: nil)
        let leak = Caption(text: "Write a haiku about this picture. Old pond.")
        #expect(checks.flags(of: leak) == [] && own.flags(of: leak) == [.promptLeak])
        #expect(own.flags(of: Caption(text: "Describe this image in one sentence. A pond.")) == [])
    }

    @Test func aSchemaIsHeldAgainstACaptionThatWasKept() throws {
        let schema = #"{"type":"json_schema","json_schema":{"schema":{"type":"object","required":["caption"]}}}"#
        let parameters = Parameters(others: ["response_format": try JSONValue(parsing: schema.utf8)])
        let checks = CaptionChecks(rules: CheckRules(), prompt: "", system: nil, parameters: parameters)
        #expect(checks.flags(of: Caption(text: #"{"caption":"A pond"}"#)) == [])
        #expect(checks.flags(of: Caption(text: #"{"title":"A pond"}"#)) == [.schema])
        #expect(checks.flags(of: Caption(text: "A pond")) == [.schema])
    }

    @Test(arguments: ["de", "pt-BR", "zh_Hant", "JA"]) func languagesMayHaveARegion(tag: String) { #expect(CaptionLanguage(tag) != nil) }

    @Test(arguments: ["", "german", "xx", "-de"]) func otherLanguagesAreNotKnown(tag: String) { #expect(CaptionLanguage(tag) == nil) }

    @Test func rulesOfOlderQueuesAreRead() throws {
        #expect(try JSONDecoder().decode(CheckRules.self, from: Data("{}".utf8)) == CheckRules())
        let rules = CheckRules(
            minWords: 1, maxWords: 2, language: CaptionLanguage("de"), bannedPhrases: ["a"], retried: [.refusal], retries: 3,
            retryPrompt: "Try.")
        #expect(try JSONDecoder().decode(CheckRules.self, from: JSONEncoder().encode(rules)) == rules)
        #expect(CheckRules(minWords: 5).over(rules).maxWords == 2 && CheckRules(minWords: 5).over(rules).minWords == 5)
    }

    /// Four times the text takes about four times the work, whatever stands in it.
    @Test(arguments: [
        "A red boat rests on the sand of a quiet harbour, and I'm sorry. ", "I'm sorry i am ", "a ", "0 ", "aaaa", "一只狗", "e\u{301}", "\"",
        "<|", "Here is a ", "Describe this ", "{\"a\":", "สุนัข", "[", "foo bar ",
    ])
    func theWorkGrowsWithTheLength(piece: String) {
        let rules = CheckRules(minWords: 1, maxWords: 9, language: CaptionLanguage("de"), bannedPhrases: ["foo bar foo baz", "foo"])
        let checks = CaptionChecks(
            rules: rules, prompt: "Describe this image. Describe this image in one sentence now.", system: "A a a a.")
        func work(_ bytes: Int) -> Double {
            let caption = Caption(text: String(repeating: piece, count: bytes / piece.utf8.count))
            return (0..<3).map { _ in
                let start = processorTime()
                _ = checks.flags(of: caption)
                return processorTime() - start
            }.min()!
        }
        let (short, long) = (work(1_500), work(12_000))
        #expect(long < max(short, 0.001) * 24, "\(short) s, \(long) s")
    }
}
