import ArgumentParser
import CutlineQueue

struct Run: Command {
    static let configuration = CommandConfiguration(
        abstract: "Add what is new, then work on that batch until it is done.",
        discussion: """
            Run the same command again to continue: what has a caption is not sent again.

            Examples:
              cutline run photos/ --provider infron --model gpt-4o-mini \\
                --prompt "Describe this image in one sentence."
              cutline run jobs.example.json
              cutline run jobs.example.json --sample 5
            """)

    @Argument(help: InputOptions.inputs)
    var inputs: [String]
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Input") var sample: SampleOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @OptionGroup(title: "What to ask") var caption: CaptionOptions
    @OptionGroup(title: "How it is sent") var sending: SendingOptions
    @OptionGroup(title: "How it is sent") var priority: PriorityOptions
    @OptionGroup(title: "What it costs") var price: PriceOptions
    @OptionGroup(title: "What it costs") var reuse: ReuseOptions
    @OptionGroup(title: "Limits and policies") var policy: PolicyOptions
    @OptionGroup(title: "Caption checks") var checks: CheckOptions
    @OptionGroup(title: "Working") var work: WorkOptions

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            var adding = try Adding(
                inputs: inputs, part: input.part, caption: caption, sending: sending, priority: priority, price: price,
                reuse: reuse, policy: policy, checks: checks, queue: queue, log: work.log, in: environment)
            if input.dryRun {
                try adding.rehearse(sample: sample.sample)
                return try adding.refuseBad()
            }
            // A missing key is better found before anything is added.
            let keys = try KeyRing(environment, file: work.apiKeyFile, network: work.network).keepingFile(for: [adding.profile.name])
            try keys.check(adding.profile, allowsInsecureHTTP: work.insecureHttp)
            try adding.elsewhere.check(keys, allowsInsecureHTTP: work.insecureHttp)
            try await adding.checkBudget(keys: keys, allowsInsecureHTTP: work.insecureHttp)
            try await PreparingCheck.check([adding.settings], in: environment)
            let (opened, batch) = try adding.add()
            try await adding.askForModel(keys: keys, allowsInsecureHTTP: work.insecureHttp, queue: opened)
            try await Working(
                queue: opened, scope: sample.scope(of: batch, opened.reader), options: work, mends: adding.mends, location: queue,
                keys: keys, environment: environment
            ).run()
            try adding.refuseBad()
        }
    }
}
