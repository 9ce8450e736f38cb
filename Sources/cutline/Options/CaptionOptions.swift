import ArgumentParser
import CutlineCore

/// What is asked, of whom. It belongs to the batch and never changes under one name.
struct CaptionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The batch's name (else the job file's, else the first input's last path part).", valueName: "name"))
    var batch: String?
    @Option(
        help: ArgumentHelp(
            "hackclub, infron, indoxhub, anyfast, openai, or another name that `cutline providers` lists.", valueName: "name"))
    var provider: String?
    @Option(help: ArgumentHelp("The model, as the provider calls it.", valueName: "name"))
    var model: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("What to ask about each picture.", valueName: "text"))
    var prompt: String?
    @Option(help: ArgumentHelp("A file that holds the prompt, byte for byte.", valueName: "path"))
    var promptFile: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("A system text that goes before the prompt.", valueName: "text"))
    var system: String?
    @OptionGroup var sampling: SamplingOptions
    @Option(help: ArgumentHelp("How closely the model looks.", valueName: "level"))
    var detail: ImageDetail?
    @Option(
        help: ArgumentHelp(
            "A file with a JSON schema that the answer must fit; one that does not is a failure and is kept.", valueName: "path"))
    var schema: String?
    @Option(
        name: .customLong("parameter"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Any further member of the request, as top_p=0.9 or seed=7; may be repeated.", valueName: "name=value"))
    var parameters: [ParameterOption] = []
    @Option(
        help: ArgumentHelp(
            "How a picture is known again: by its bytes (default), or by path, size and time without reading it.", valueName: "how"))
    var identity: IdentityMode?
    @OptionGroup var pictures: PictureOptions

    func validate() throws {
        if prompt != nil, promptFile != nil { throw ValidationError("Give either --prompt or --prompt-file, not both.") }
        let texts = [("--batch", batch), ("--provider", provider), ("--model", model), ("--prompt", prompt)]
        for (flag, text) in texts where text?.isEmpty == true { throw ValidationError("\(flag) must not be empty.") }
    }
}

extension ImageDetail: ExpressibleByArgument {}
extension IdentityMode: ExpressibleByArgument {}
