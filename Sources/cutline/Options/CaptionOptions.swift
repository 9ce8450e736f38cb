import ArgumentParser
import CutlineCore

/// What is asked, of whom. It belongs to the batch and never changes under one name.
struct CaptionOptions: ParsableArguments {
    @Option(help: "The batch's name (else the job file's, else the first input's last path part).")
    var batch: String?
    @Option(help: "The provider: hackclub, infron, indoxhub, anyfast, openai, simulator.")
    var provider: String?
    @Option(help: "The model, as the provider calls it.")
    var model: String?
    @Option(help: "What to ask about each picture.")
    var prompt: String?
    @Option(help: ArgumentHelp("A file that holds the prompt, byte for byte.", valueName: "path"))
    var promptFile: String?
    @Option(help: "A system text that goes before the prompt.")
    var system: String?
    @Option(help: "The longest answer, in tokens.")
    var maxTokens: Int?
    @Option(help: "The sampling temperature.")
    var temperature: Double?
    @Option(help: ArgumentHelp("How closely the model looks: auto, low, high, original.", valueName: "level"))
    var detail: ImageDetail?
    @Option(
        help: ArgumentHelp("How a picture is recognised as the same: by its bytes, or by path, size and time.", valueName: "bytes|path"))
    var identity: IdentityMode?

    func validate() throws {
        if prompt != nil, promptFile != nil { throw ValidationError("Give either --prompt or --prompt-file, not both.") }
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens must be above 0.") }
        if let temperature, temperature < 0 || !temperature.isFinite { throw ValidationError("--temperature must be at least 0.") }
        if batch?.isEmpty == true { throw ValidationError("--batch must not be empty.") }
    }
}

extension ImageDetail: ExpressibleByArgument {}
extension IdentityMode: ExpressibleByArgument {}
