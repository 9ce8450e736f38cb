extension ImageTokens {
    /// The rule for a model, by its name; the first line that fits.
    package init(model: String) {
        self = Self.families.first { $0.patterns.contains { $0.fits(model) } }?.rule ?? .unknown
    }

    private static let families: [Family] = [
        // Some resellers write hyphens for points: gpt-4-1-mini.
        Family(["gpt-4o-mini*"], .tiles(base: 2_833, each: 5_667)),
        Family(["gpt-4.1-mini*", "gpt-4-1-mini*", "gpt-5*-mini*"], .patches(percent: 162)),
        Family(["gpt-4.1-nano*", "gpt-4-1-nano*", "gpt-5*-nano*"], .patches(percent: 246)),
        Family(["o4-mini*"], .patches(percent: 172)),
        Family(["gpt-4o*", "chatgpt-4o*", "gpt-4.1*", "gpt-4-1*", "gpt-4.5*", "gpt-4-5*"], .tiles(base: 85, each: 170)),
        Family(["o1", "o1-*", "o3", "o3-*"], .tiles(base: 75, each: 150)),
        Family(["gpt-5.4*", "gpt-5-4*", "gpt-5.5*", "gpt-5-5*"], .finePatches(most: 10_000)),
        Family(["gpt-5.6*", "gpt-5-6*", "gpt-5.7*", "gpt-5-7*", "gpt-5.8*", "gpt-5-8*", "gpt-6*"], .finePatches(most: nil)),
        Family(["gpt-5*"], .tiles(base: 70, each: 140)),
        Family(["computer-use*"], .tiles(base: 65, each: 129)),
        Family(["claude-3*"], .claude(most: 1_568, longestSide: 1_568)),
        Family(
            [
                "claude-*-4.7*", "claude-*-4-7*", "claude-*-4.8*", "claude-*-4-8*", "claude-*-4.9*", "claude-*-4-9*", "claude-5*",
                "claude-opus-5*", "claude-sonnet-5*", "claude-haiku-5*",
            ], .claude(most: 4_784, longestSide: 2_576)),
        Family(["claude*"], .claude(most: 1_568, longestSide: 1_568)),
        Family(["gemini-3*"], .gemini3),
        Family(["gemini-*"], .gemini2),
        Family(["pixtral*"], .pixels(perToken: 256, longestSide: 1_024)),
        Family(["mistral-small*", "mistral-medium*"], .pixels(perToken: 784, longestSide: 1_540)),
        Family(["llama*vision*"], .llama),
        Family(["qwen3*vl*"], .fields(side: 32)),
        Family(["qwen2*vl*", "qwen-2*vl*", "qwen-vl*", "qwen-2.5-vl*"], .fields(side: 28)),
        Family(["glm-4v*", "glm-4.1v*", "glm-4.5v*", "glm-4.6v*", "glm-5v*"], .fields(side: 28)),
    ]
}

private struct Family: Sendable {
    let patterns: [NamePattern]
    let rule: ImageTokens

    init(_ patterns: [String], _ rule: ImageTokens) {
        self.patterns = patterns.map { NamePattern($0) }
        self.rule = rule
    }
}
