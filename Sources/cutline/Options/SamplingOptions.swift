import ArgumentParser

/// How a model answers, the same for one question and for a grid of them.
struct SamplingOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("The longest answer, in tokens.", valueName: "n"))
    var maxTokens: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The sampling temperature.", valueName: "t"))
    var temperature: Double?

    func validate() throws {
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens must be above 0.") }
        if let temperature, temperature < 0 || !temperature.isFinite { throw ValidationError("--temperature must be at least 0.") }
    }
}
