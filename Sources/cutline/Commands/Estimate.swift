import ArgumentParser
import CutlineCore

struct Estimate: Command {
    static let configuration = CommandConfiguration(
        abstract: "Say what a run would send and cost; send nothing.",
        discussion: """
            It counts what has no caption yet. Tokens are estimated from the sizes of
            the pictures; the price is the profile's, else the one in the provider's
            list of models. No API key is needed and nothing is written.

            Example:
              cutline estimate photos/ --provider hackclub --max-tokens 300 \\
                --model google/gemini-2.5-flash --prompt "Describe this image."
            """)

    @Argument(help: InputOptions.inputs)
    var inputs: [String]
    @OptionGroup(title: "Input") var input: InputPartOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @OptionGroup(title: "What to ask") var caption: CaptionOptions
    @OptionGroup(title: "How it is sent") var sending: SendingOptions
    @OptionGroup(title: "What it costs") var price: PriceOptions
    @OptionGroup(title: "What it costs") var reuse: ReuseOptions
    @Flag(help: "Do not ask the provider for its prices.") var offline = false
    @Option(
        help: ArgumentHelp(
            "A file that holds the API key, for providers whose list of prices needs one.", valueName: "path"))
    var apiKeyFile: String?
    @OptionGroup var network: NetworkOptions
    @Flag(help: "One JSON object instead of lines.") var json = false

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let adding = try Adding(
                inputs: inputs, part: input, caption: caption, sending: sending, priority: nil, price: price,
                reuse: reuse, policy: nil, checks: nil, queue: queue, log: nil, in: environment)
            var forecast = try CostForecast(adding)
            let keys = try KeyRing(environment, file: apiKeyFile, network: network)
            if !offline { try keys.checkRoute(adding.profile) }
            await forecast.findPrice(keys: keys, isOffline: offline, patience: environment.patience)
            adding.sayWhatIsLeftOut()
            if let warning = forecast.warning { environment.error.say("\(warning)\n") }
            try environment.output.send(json ? EstimateText.json(forecast) : EstimateText.lines(forecast))
            try adding.refuseBad()
        }
    }
}
