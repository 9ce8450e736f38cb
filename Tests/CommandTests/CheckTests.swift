import CutlineCore
import Testing

@testable import cutline

/// Checks of captions, as the command line has them.
@Suite struct CheckTests {
    @Test func flagsAreToldCountedAndExported() async throws {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        let said = await harness.caption("a.png", "b.png", "--batch", "t", "--min-words", "50", "--language", "de")
        #expect(said.code == 0)
        #expect(said.error.hasSuffix("\n2 captions are flagged: 2 too_short; see `cutline export --flag too_short`\n"))
        #expect(try await harness.status()["batches"]?[0]?["flags"] == .object(["too_short": .integer(2)]))
        #expect(try await harness.records().map { $0["flags"] } == Array(repeating: .array([.string("too_short")]), count: 2))
        #expect(await harness.cutline("show", "1").output.contains("\n  flags    too_short\n"))
    }

    @Test func aCutCaptionIsAskedForAgainWithMoreTokens() async throws {
        let harness = CommandHarness(pictures: "a.png")
        let said = await harness.caption("a.png", "--batch", "t", "--max-tokens", "3", "--retry-flagged", "truncated")
        #expect(said.code == 0 && !said.error.contains("flagged"))
        let shown = try JSONValue(parsing: await harness.cutline("show", "1", "--json").output.utf8)
        #expect(shown["finish_reason"]?.string == "stop" && shown["attempts"]?.int == 3)
        #expect(shown["attempt_log"]?.array?.map { $0["flags"]?.array?.count } == [1, 1, 0])
        #expect(shown["attempt_log"]?[0]?["rejected_answer"]?.string == "A PNG picture,")
        #expect(try await harness.status()["batches"]?[0]?["attempts"]?["duplicate_captions"]?.int == 0)
    }

    @Test func theBestIsTakenWhereNothingHelps() async throws {
        let harness = CommandHarness(pictures: "a.png")
        let said = await harness.caption(
            "a.png", "--batch", "t", "--min-words", "50", "--retry-flagged", "too-short", "--retry-flagged-times", "1")
        #expect(said.code == 0 && said.error.contains("1 caption is flagged: 1 too_short"))
        #expect(try await harness.records().map { $0["attempts"]?.int } == [2])
    }

    @Test func aJobFileHasChecksAndFlagsWin() async throws {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("banned.txt", "pixels\n\nno such phrase\n")
        harness.write(
            "jobs.json",
            #"""
            {"batch": "t", "provider": "simulator", "model": "sim-1", "prompt": "Describe.", "images": ["a.png"],
             "checks": {"min_words": 2, "max_words": 3, "banned_phrases": "banned.txt"}}
            """#)
        #expect(await harness.cutline("run", "jobs.json").error.contains("1 caption is flagged: 1 too_long, 1 banned; see"))
        #expect(await harness.cutline("run", "jobs.json", "--batch", "u", "--max-words", "90").error.contains(": 1 banned; see"))
    }

    @Test(arguments: [
        (#"{"min_words": 0}"#, "checks.min_words: must be above 0"),
        (#"{"min_words": 5, "max_words": 4}"#, "checks.min_words: must not be above max_words"),
        (#"{"language": "xx"}"#, "checks.language: expected one of ar, be,"),
        (#"{"retry_flagged": ["refusal", "rude"]}"#, "checks.retry_flagged[1]: expected one of empty, truncated,"),
        (#"{"retry_flagged_times": 11}"#, "checks.retry_flagged_times: expected a whole number of at least 0 and at most 10"),
        (#"{"banned_phrases": ["..."]}"#, "checks.banned_phrases: \"...\" has no word"),
        (#"{"banned_phrases": "missing.txt"}"#, "checks.banned_phrases: missing.txt cannot be used"),
        (#"{"words": 3}"#, "checks.words: unknown key"),
    ])
    func whatAJobFileGetsWrongIsRefused(checks: String, sentence: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write(
            "jobs.json",
            #"{"batch": "t", "provider": "simulator", "model": "m", "prompt": "D.", "images": ["a.png"], "checks": "# + checks + "}")
        let said = await harness.cutline("run", "jobs.json")
        #expect(said.code == 65 && said.error.contains(sentence), "\(said.error)")
    }

    @Test(arguments: [
        ["--min-words", "0"], ["--min-words", "5", "--max-words", "4"], ["--language", "german"], ["--retry-flagged", "refusal,rude"],
        ["--retry-flagged", ""], ["--retry-flagged-times", "11"], ["--retry-prompt", ""],
    ])
    func wrongFlagsAreUsage(arguments: [String]) async {
        #expect(await CommandHarness(pictures: "a.png").run(["run", "a.png"] + CommandHarness.asking + arguments).code == 64)
    }

    @Test func anEmptyListOfPhrasesIsRefused() async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("none.txt", "\n\n")
        let said = await harness.caption("a.png", "--banned-phrases", "none.txt")
        #expect(said.code == 65 && said.error == "cutline: --banned-phrases: none.txt is empty; write one phrase a line\n")
    }

    @Test func workChangesOnlyWhatItNames() async throws {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.add("a.png", "--batch", "t", "--min-words", "50")
        #expect(await harness.cutline("work", "--max-words", "3").error.contains("1 caption is flagged: 1 too_short, 1 too_long; see"))
    }
}
