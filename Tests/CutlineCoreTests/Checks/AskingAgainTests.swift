import CutlineCore
import Testing

@Suite struct AskingAgainTests {
    @Test(arguments: [
        ([CaptionFlag.truncated], AskingAgain?.some(.longer)), ([.refusal], .otherwise), ([.truncated, .repetition], .otherwise),
        ([.tooShort], nil), ([], nil), ([.truncated, .refusal], .longer),
    ])
    func theFlagSaysWhatIsChanged(flags: [CaptionFlag], change: AskingAgain?) {
        let rules = CheckRules(retried: [.truncated, .refusal])
        #expect(rules.askingAgain(for: flags, before: 0) == change)
        #expect(rules.askingAgain(for: flags, before: 1) == change)
        #expect(rules.askingAgain(for: flags, before: 2) == nil)
        #expect(CheckRules().askingAgain(for: flags, before: 0) == nil)
    }

    @Test func itIsAskedAsOftenAsTheUserSays() {
        #expect(CheckRules(retried: [.refusal], retries: 1).askingAgain(for: [.refusal], before: 0) == .otherwise)
        #expect(CheckRules(retried: [.refusal], retries: 1).askingAgain(for: [.refusal], before: 1) == nil)
    }

    @Test func failuresWithoutACaptionHaveFlagsToo() {
        let rules = CheckRules(retried: [.refusal, .truncated])
        #expect(rules.askingAgain(after: Failure(.refused, "no"), before: 0) == .otherwise)
        #expect(rules.askingAgain(after: Failure(.schemaMismatch, "no"), before: 0) == nil)
        #expect(rules.askingAgain(after: Failure(.schemaMismatch, "cut", finishReason: .length), before: 0) == .longer)
        #expect(rules.askingAgain(after: Failure(.emptyAnswer, "cut", finishReason: .length), before: 0) == .longer)
        #expect(rules.askingAgain(after: Failure(.timeout, "late", finishReason: .length), before: 0) == nil)
    }

    @Test(arguments: [
        ([[CaptionFlag.refusal], [.truncated]], 1), ([[.truncated], [.refusal]], 0), ([[.tooShort], [.tooShort]], 1),
        ([[.tooShort, .language], [.tooShort], [.empty]], 1), ([[.empty], [.refusal]], 1), ([[], [.tooLong]], 0),
    ])
    func theBestIsTaken(flags: [[CaptionFlag]], place: Int) { #expect(CaptionFlag.best(of: flags) == place) }

    private static func request(_ parameters: Parameters) -> CaptionRequest {
        CaptionRequest(model: "m", prompt: "Describe.", images: [], parameters: parameters)
    }

    @Test(arguments: [
        (Double?.some(0), 1, 0.2), (0.2, 2, 0.6), (0.9, 1, 1), (1, 2, 0.6), (1.2, 1, 1.4), (1.9, 2, 2), (2, 1, 1.8), (2.5, 1, 2.5),
        (nil, 1, 1),
    ])
    func temperatureChanges(asked: Double?, times: Int, sent: Double) {
        var request = Self.request(Parameters(temperature: asked))
        request.change(after: AskedBefore(otherwise: times), adding: nil)
        #expect(request.parameters.temperature == sent && request.prompt == "Describe." && request.parameters.maxTokens == nil)
    }

    @Test func whatTheModelDoesNotTakeChangesNothing() {
        var quirks = Quirks()
        #expect(!quirks.leavesUnchanged(.otherwise, addingText: false) && !quirks.leavesUnchanged(.longer, addingText: false))
        _ = quirks.learn(.rename("max_tokens", to: "max_completion_tokens"))
        #expect(!quirks.leavesUnchanged(.longer, addingText: false))
        _ = quirks.learn(.drop("temperature"))
        #expect(quirks.leavesUnchanged(.otherwise, addingText: false) && !quirks.leavesUnchanged(.otherwise, addingText: true))
        _ = quirks.learn(.drop("max_completion_tokens"))
        #expect(quirks.leavesUnchanged(.longer, addingText: false))
    }

    @Test(arguments: [
        (Int?.some(100), 1, Int?.none, 200), (100, 2, 900, 400), (100, 9, nil, 800), (nil, 1, 500, 1_000), (nil, 1, nil, 2_048),
        (.max, 3, nil, .max), (300_000, 1, nil, 300_000), (nil, 1, .max, 1_048_576), (nil, 1, 300_000, 300_000),
    ])
    func theAnswerMayBeLonger(asked: Int?, times: Int, longest: Int?, sent: Int) {
        var request = Self.request(Parameters(maxTokens: asked, temperature: 0.2))
        request.change(after: AskedBefore(longer: times, longest: longest), adding: nil)
        #expect(request.parameters.maxTokens == sent && request.parameters.temperature == 0.2)
    }

    @Test func theLimitIsRaisedUnderItsOwnName() {
        var request = Self.request(Parameters(others: ["max_completion_tokens": .integer(50)]))
        request.change(after: AskedBefore(longer: 1), adding: nil)
        #expect(request.parameters == Parameters(others: ["max_completion_tokens": .integer(100)]))
    }

    @Test func aTextIsAddedOnlyWhereTheJobIsAskedAgain() {
        var request = Self.request(Parameters())
        request.change(after: AskedBefore(), adding: "Be brief.")
        #expect(request == Self.request(Parameters()))
        request.change(after: AskedBefore(otherwise: 1), adding: "Be brief.")
        #expect(request.prompt == "Describe.\n\nBe brief.")
    }
}
