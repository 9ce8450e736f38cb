import ArgumentParser
import CutlineCore

/// What is compared with what.
struct GridOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The name that the cells' batches begin with (else the job file's, else the first input's last path part).", valueName: "name"))
    var batch: String?
    @Option(help: ArgumentHelp("A name that `cutline providers` lists.", valueName: "name"))
    var provider: String?
    @Option(
        name: .customLong("model"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A model, as the provider calls it; may be repeated.", valueName: "name"))
    var models: [String] = []
    @Option(
        name: .customLong("prompt"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("What to ask about each picture; may be repeated.", valueName: "text"))
    var prompts: [String] = []
    @Option(
        name: .customLong("prompt-file"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A file that holds a prompt, byte for byte; may be repeated.", valueName: "path"))
    var promptFiles: [String] = []
    @Option(parsing: .unconditional, help: ArgumentHelp("A system text that goes before every prompt.", valueName: "text"))
    var system: String?
    @OptionGroup var sampling: SamplingOptions
    @Option(help: ArgumentHelp("How closely the models look.", valueName: "level"))
    var detail: ImageDetail?
    @Option(
        name: .customLong("parameter"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Any further member of the requests, as top_p=0.9; may be repeated.", valueName: "name=value"))
    var parameters: [ParameterOption] = []
    @Option(
        name: .customLong("price"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "What the models cost in US dollars per million tokens: 0.15/0.60 for all of them, NAME=0.15/0.60 for one; may be repeated.",
            valueName: "[model=]input/output"))
    var prices: [GridPrice] = []
    @Option(parsing: .unconditional, help: ArgumentHelp("How many pictures, the same ones each time.", valueName: "n"))
    var sample = 10
    @OptionGroup var pictures: PictureOptions

    /// Letters name the prompts.
    private static let most = 26

    func validate() throws {
        let texts = [("--batch", batch), ("--provider", provider)]
        for (flag, text) in texts where text?.isEmpty == true { throw ValidationError("\(flag) must not be empty.") }
        for (flag, list) in [("--model", models), ("--prompt", prompts), ("--prompt-file", promptFiles)] where list.contains("") {
            throw ValidationError("\(flag) must not be empty.")
        }
        guard prompts.count + promptFiles.count <= Self.most, models.count <= Self.most else {
            throw ValidationError("There may be \(Self.most) prompts and \(Self.most) models at most.")
        }
        let cells = max(1, prompts.count + promptFiles.count) * max(1, models.count)
        guard sample > 0, sample <= SampleOptions.most / cells else {
            throw ValidationError(
                "--sample must be at least 1, and with all prompts and models at most \(Words.number(SampleOptions.most)) calls.")
        }
    }

    /// - Returns: the profile with the price that was given for the model; its own counts more than one for all.
    func priced(_ profile: Profile, model: String) -> Profile {
        guard let given = prices.last(where: { $0.model == model }) ?? prices.last(where: { $0.model == nil }) else { return profile }
        var profile = profile
        profile.prices = (profile.prices ?? [:]).merging([model: given.price]) { $1 }
        return profile
    }

    /// - Throws: exit 64 where a price is of a model that is not compared.
    func checkPrices(of models: [String]) throws(CommandEnd) {
        guard let stray = prices.lazy.compactMap(\.model).first(where: { !models.contains($0) }) else { return }
        let list = Set(models).sorted().map { Words.clean($0) }.joined(separator: ", ")
        throw .usage("--price \(Words.clean(stray))=…: \(Words.clean(stray)) is not compared; there are \(list)")
    }

    /// What each cell asks, prompt by prompt.
    var cells: [CaptionOptions] {
        get throws {
            var flags = try CaptionOptions.parse([])
            (flags.batch, flags.provider, flags.system, flags.parameters) = (batch, provider, system, parameters)
            (flags.sampling, flags.detail, flags.pictures) = (sampling, detail, pictures)
            var asked = prompts.map { (text: String?.some($0), file: String?.none) } + promptFiles.map { (nil, $0) }
            if asked.isEmpty { asked = [(nil, nil)] }
            return asked.flatMap { text, file in
                (models.isEmpty ? [nil] : models.map(String?.some)).map { model in
                    (flags.prompt, flags.promptFile, flags.model) = (text, file, model)
                    return flags
                }
            }
        }
    }
}

/// The price of one model, or of all.
struct GridPrice: ExpressibleByArgument {
    /// Nil: of all.
    let model: String?
    let price: Price

    /// Names of models may hold `=` and `/`, amounts hold no `=`.
    init?(argument: String) {
        let split = argument.lastIndex(of: "=")
        guard let given = PriceArgument(argument: split.map { String(argument[argument.index(after: $0)...]) } ?? argument) else {
            return nil
        }
        model = split.map { String(argument[..<$0]) }
        price = given.price
        if model?.isEmpty == true { return nil }
    }
}
