import CutlineCore
import Testing

@Suite struct ImageTokensTests {
    @Test(arguments: [
        ("gpt-4o", 1_024, 1_024, 765), ("gpt-4o", 2_048, 4_096, 1_105), ("openai/gpt-4o-2024-11-20", 512, 512, 255),
        ("gpt-4o-mini", 1_024, 1_024, 25_501), ("gpt-4.1", 1_024, 1_024, 765), ("gpt-4-1", 1_024, 1_024, 765),
        ("o1", 1_024, 1_024, 675), ("gpt-5", 1_024, 1_024, 630), ("computer-use-preview", 1_024, 1_024, 581),
        // Patches of 1,024² are 1,024, of 1800 × 2400 they are 1,452.
        ("gpt-4.1-mini", 1_024, 1_024, 1_659), ("gpt-5-mini", 1_800, 2_400, 2_353), ("gpt-4.1-nano", 1_800, 2_400, 3_572),
        ("o4-mini", 1_024, 1_024, 1_762),
        ("anthropic/claude-sonnet-4-5", 280, 280, 100), ("claude-3-haiku", 4_000, 4_000, 1_521), ("claude-opus-4-7", 4_000, 4_000, 4_761),
        // What is scaled down keeps its shape, so that not every field is used.
        ("claude-haiku-4-5-20251001", 4_032, 3_024, 1_564), ("claude-3-5-sonnet", 4_032, 3_024, 1_564),
        ("claude-sonnet-4-20250514", 4_032, 3_024, 1_564), ("claude-sonnet-4.8", 4_032, 3_024, 4_740),
        ("claude-opus-5", 4_032, 3_024, 4_740),
        ("gpt-5.4", 4_032, 3_024, 11_868), ("gpt-5-5-2026-04-23", 4_032, 3_024, 11_868), ("gpt-5.6", 4_032, 3_024, 14_364),
        ("openai/gpt-6", 4_032, 3_024, 14_364), ("gpt-5-2025-08-07", 4_032, 3_024, 630), ("glm-4.5v", 4_032, 3_024, 15_552),
        ("gemini-2.5-flash", 384, 384, 258), ("google/gemini-2.5-flash", 769, 768, 516), ("gemini-3-pro", 100, 100, 1_120),
        ("pixtral-12b", 4_096, 4_096, 4_096), ("mistral-small-2506", 4_096, 4_096, 3_025), ("mistral-medium-latest", 28, 28, 1),
        ("meta-llama/Llama-3.2-11B-Vision-Instruct-Turbo", 560, 561, 3_202), ("llama-3.2-90b-vision", 4_000, 4_000, 6_404),
        ("qwen/qwen2.5-vl-72b-instruct", 280, 281, 110), ("qwen3-vl-8b", 320, 320, 100), ("qwen2-vl", 10_000, 10_000, 16_384),
    ])
    func aPictureIsCountedByTheRuleOfItsModel(model: String, width: Int, height: Int, tokens: Int) {
        let range = ImageTokens(model: model).range(of: PictureSize(width: width, height: height), detail: nil)
        #expect(range == tokens...tokens)
    }

    @Test(arguments: [
        (1_800, 2_400, 1_452), (1_200, 1_600, 1_452), (1_200, 1_900, 1_519), (1_300, 2_300, 1_508), (1_024, 1_024, 1_024),
        (2_048, 2_048, 1_521), (33, 1, 2), (4_096, 32, 128),
    ])
    func patchesAreCountedAsPublished(width: Int, height: Int, patches: Int) {
        let size = PictureSize(width: width, height: height)
        #expect(ImageTokens.patches(percent: 100).range(of: size, detail: .high) == patches...patches)
    }

    @Test func detailCounts() {
        let size = PictureSize(width: 4_096, height: 4_096)
        #expect(ImageTokens(model: "gpt-4o").range(of: size, detail: .low) == 85...85)
        #expect(ImageTokens(model: "gemini-3-flash").range(of: size, detail: .low) == 280...280)
        #expect(ImageTokens.patches(percent: 100).range(of: size, detail: .original) == 10_000...10_000)
        #expect(ImageTokens(model: "gpt-6").range(of: size, detail: .high) == 3_000...3_000)
        #expect(ImageTokens(model: "gpt-6").range(of: size, detail: .low) == 308...308)
    }

    @Test func whatIsNotKnownIsARange() {
        let size = PictureSize(width: 8, height: 8)
        #expect(ImageTokens(model: "sim-1") == .unknown)
        #expect(ImageTokens(model: "sim-1").range(of: size, detail: nil) == 250...2_000)
        #expect(ImageTokens(model: "gpt-4o").range(of: nil, detail: nil) == 255...1_445)
        #expect(ImageTokens(model: "gemini-3-pro").range(of: nil, detail: nil) == 1_120...1_120)
    }

    /// A header may claim anything.
    @Test(arguments: [
        "gpt-4o", "gpt-5-nano", "claude-3", "gemini-2.0-flash", "pixtral", "llama-3.2-vision", "qwen2-vl", "gemini-3", "x", "gpt-5.5",
        "gpt-6",
    ])
    func absurdSizesAreCountedToo(model: String) {
        for size in [(1, .max), (.max, 1), (.max, .max), (1, 1), (1, 100_000)] as [(Int, Int)] {
            for detail in [ImageDetail.low, .high, .original] {
                let range = ImageTokens(model: model).range(of: PictureSize(width: size.0, height: size.1), detail: detail)
                #expect(range.lowerBound > 0 && range.upperBound < 1_000_000_000)
            }
        }
    }
}

@Suite struct TokenEstimateTests {
    @Test(arguments: [(0, 0), (1, 1), (4, 1), (5, 2)])
    func fourBytesOfTextAreAToken(bytes: Int, tokens: Int) { #expect(TokenEstimate.tokens(ofText: bytes) == tokens) }

    @Test func callsAddUp() {
        var estimate = TokenEstimate()
        estimate.add(texts: ["Describe.", "Für"], images: [10...10, 5...20])
        estimate.add(texts: ["Describe."], images: [])
        #expect(estimate.calls == 2 && estimate.images == 2 && estimate.text == 7)
        #expect(estimate.input == 22...37)
        #expect(estimate.expectedOutput(maxTokens: nil) == 200 && estimate.expectedOutput(maxTokens: 30) == 60)
        #expect(estimate.mostOutput(maxTokens: nil) == nil && estimate.mostOutput(maxTokens: 300) == 600)
    }

    @Test func costIsARange() throws {
        var estimate = TokenEstimate()
        estimate.add(texts: [], images: [10...20])
        let dollar = Money(nanodollars: 1_000_000_000)
        // A micro-dollar a token.
        let price = Price(inputPerMillion: dollar, outputPerMillion: dollar, perImage: Money(nanodollars: 5))
        let bounded = try #require(estimate.cost(at: price, maxTokens: 30))
        #expect(bounded.low == Money(nanodollars: 40_005) && bounded.high == Money(nanodollars: 50_005))
        let open = try #require(estimate.cost(at: price, maxTokens: nil))
        #expect(open.low == Money(nanodollars: 110_005) && open.high == nil)
        #expect(estimate.cost(at: price, maxTokens: .max)?.high == nil)
    }
}

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("gpt-4o", "gpt-4o", true), ("gpt-4o", "gpt-4o-mini", false), ("gpt-4o*", "GPT-4o-mini", true), ("gpt-4o*", "openai/gpt-4o", true),
        ("openai/*", "openai/gpt-4o", true), ("*vl*", "qwen2.5-vl-7b", true), ("a*b*c", "a-b-b-c", true), ("a*b*c", "acb", false),
        ("ab*ba", "aba", false), ("*", "", true), ("", "", true), ("", "a", false), ("*x", "axbx", true),
        ("gemini-*", "my-gemini-2", false),
    ])
    func starsStandForAnything(pattern: String, name: String, fits: Bool) { #expect(NamePattern(pattern).fits(name) == fits) }

    @Test func whatTakesNoPicturesIsLookedAtFirst() throws {
        let json = try JSONValue(
            parsing: #"{"vision_patterns": ["gpt-*"], "no_vision_patterns": ["*tts*"], "needs_key": true, "path": "/m"}"#.utf8)
        let rules = try ModelListRules(json: JSONCursor(json), extending: nil)
        #expect(rules == ModelListRules(path: "/m", needsKey: true, visionPatterns: ["gpt-*"], noVisionPatterns: ["*tts*"]))
        #expect(rules.takesPictures("gpt-4o") == true && rules.takesPictures("gpt-tts") == false && rules.takesPictures("o1") == nil)
        let extended = try ModelListRules(json: JSONCursor(.object(["needs_key": .bool(false)])), extending: rules)
        #expect(extended.path == "/m" && !extended.needsKey && extended.visionPatterns == ["gpt-*"])
    }
}
