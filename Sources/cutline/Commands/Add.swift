import ArgumentParser

struct Add: Command {
    static let configuration = CommandConfiguration(
        abstract: "Add pictures to the queue; send nothing.",
        discussion: """
            Adding the same again changes nothing. No API key is needed.

            Example:
              cutline add photos/ --provider indoxhub --model openai/gpt-4o-mini \\
                --prompt "Describe this image."
              cutline work
            """)

    @Argument(help: InputOptions.inputs)
    var inputs: [String]
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @OptionGroup(title: "What to ask") var caption: CaptionOptions
    @OptionGroup(title: "How it is sent") var sending: SendingOptions
    @OptionGroup(title: "How it is sent") var priority: PriorityOptions
    @OptionGroup(title: "What it costs") var price: PriceOptions
    @OptionGroup(title: "What it costs") var reuse: ReuseOptions
    @OptionGroup(title: "Limits and policies") var policy: PolicyOptions
    @OptionGroup(title: "Caption checks") var checks: CheckOptions
    @OptionGroup(title: "Reporting") var log: LogOptions

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            var adding = try Adding(
                inputs: inputs, part: input.part, caption: caption, sending: sending, priority: priority, price: price,
                reuse: reuse, policy: policy, checks: checks, queue: queue, log: log, in: environment)
            if input.dryRun {
                try adding.rehearse()
            } else {
                try await adding.checkBudget()
                // Whoever adds to a server need not be who sends.
                if case .file = queue.place(in: environment) { try await PreparingCheck.check([adding.settings], in: environment) }
                try adding.add().queue.close()
            }
            try adding.refuseBad()
        }
    }
}
