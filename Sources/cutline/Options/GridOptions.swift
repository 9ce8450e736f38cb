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
    @Option(parsing: .unconditional, help: ArgumentHelp("How many pictures, the same ones each time.", valueName: "n"))
    var sample = 10

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

    /// What each cell asks, prompt by prompt.
    var cells: [CaptionOptions] {
        get throws {
            var flags = try CaptionOptions.parse([])
            (flags.batch, flags.provider, flags.system, flags.parameters) = (batch, provider, system, parameters)
            (flags.sampling, flags.detail) = (sampling, detail)
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
