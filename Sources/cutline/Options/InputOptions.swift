import ArgumentParser
import CutlineInput

struct InputOptions: ParsableArguments {
    @Flag(help: "Say what would be added and sent; write nothing, send nothing, need no key.") var dryRun = false
    @OptionGroup var part: InputPartOptions

    static let inputs: ArgumentHelp = ArgumentHelp(
        "Folders, globs, picture files, http(s) URLs, manifests (.jsonl, .csv), one .json job file, or - for a list on stdin.",
        valueName: "input")

    var selection: InputSelection { part.selection }
}

/// Which part of the input is meant.
struct InputPartOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Leave out what this glob covers, a name or some parts of a path; may be repeated.", valueName: "glob"))
    var exclude: [String] = []
    @Option(parsing: .unconditional, help: ArgumentHelp("Take only the first so many pictures of the input.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        if exclude.contains("") { throw ValidationError("--exclude must not be empty.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be above 0.") }
    }

    var selection: InputSelection { InputSelection(exclude: exclude, limit: limit) }
}
