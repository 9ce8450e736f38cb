import ArgumentParser
import CutlineCore

/// Limits and policies: they may change at each run.
struct PolicyOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Calls in flight at once.", valueName: "n"))
    var concurrency: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The provider's limit on requests.", valueName: "n"))
    var requestsPerMinute: Int?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The same for any 24 hours; what is given of requests, or of tokens, holds together and in place of the profile's.",
            valueName: "n"))
    var requestsPerDay: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The provider's limit on tokens, prompt and answer.", valueName: "n"))
    var tokensPerMinute: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The same for any 24 hours.", valueName: "n"))
    var tokensPerDay: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The provider's limit on tokens of prompts and pictures.", valueName: "n"))
    var inputTokensPerMinute: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The provider's limit on tokens of answers.", valueName: "n"))
    var outputTokensPerMinute: Int?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Stop a batch before it has cost more, over all its runs; needs --max-tokens. It stays until another amount, or none, is given.",
            valueName: "dollars"))
    var maxCost: BudgetChange.Cap<Money>?
    @Option(
        parsing: .unconditional, help: ArgumentHelp("Likewise, before it has used more input and output tokens.", valueName: "n"))
    var maxTokensTotal: BudgetChange.Cap<Int>?
    @Option(parsing: .unconditional, help: ArgumentHelp("Counted calls of one job before it fails (default: 5).", valueName: "n"))
    var maxAttempts: Int?
    @Option(
        help: ArgumentHelp(
            "What to do after a call that may have been billed and brought no answer (default: retry).", valueName: "policy"))
    var onUnknown: OnUnknown?

    func validate() throws {
        let counts = [
            ("--concurrency", concurrency), ("--requests-per-minute", requestsPerMinute), ("--requests-per-day", requestsPerDay),
            ("--tokens-per-minute", tokensPerMinute), ("--tokens-per-day", tokensPerDay),
            ("--input-tokens-per-minute", inputTokensPerMinute), ("--output-tokens-per-minute", outputTokensPerMinute),
            ("--max-attempts", maxAttempts),
        ]
        for (flag, value) in counts where value.map({ $0 < 1 }) ?? false { throw ValidationError("\(flag) must be above 0.") }
    }

    var budget: BudgetChange { BudgetChange(maxCost: maxCost, maxTokens: maxTokensTotal) }

    var limits: Limits {
        let windows: [MeterKind: [RateLimit?]] = [
            .requests: [requestsPerMinute.map(RateLimit.perMinute), requestsPerDay.map(RateLimit.perDay)],
            .tokens: [tokensPerMinute.map(RateLimit.perMinute), tokensPerDay.map(RateLimit.perDay)],
            .inputTokens: [inputTokensPerMinute.map(RateLimit.perMinute)],
            .outputTokens: [outputTokensPerMinute.map(RateLimit.perMinute)],
        ]
        return Limits(concurrency: concurrency, windows: windows.mapValues { $0.compactMap(\.self) }.filter { !$0.value.isEmpty })
    }
}

extension OnUnknown: ExpressibleByArgument {
    package static var allValueStrings: [String] { ["retry", "retry=N", "hold"] }

    package init?(argument: String) {
        switch argument {
        case "hold": self = .hold
        case "retry": self = .retry(times: nil)
        default:
            guard argument.hasPrefix("retry="), let times = Int(argument.dropFirst(6)), times >= 0 else { return nil }
            self = .retry(times: times)
        }
    }
}
