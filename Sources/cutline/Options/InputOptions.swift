import ArgumentParser
import CutlineInput

struct InputOptions: ParsableArguments {
    @Flag(help: "Say what would be added and sent; write nothing, send nothing, need no key.") var dryRun = false
    @OptionGroup var part: InputPartOptions

    static let inputs: ArgumentHelp = ArgumentHelp(
        "Folders, globs, picture files, http(s) URLs, manifests (.jsonl, .csv, .tsv, a .json list), lists (.txt), one .json job file, or - for stdin.",
        valueName: "input")

}

/// Which part of the input is meant.
struct InputPartOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Leave out what this glob covers, a name or some parts of a path; may be repeated.", valueName: "glob"))
    var exclude: [String] = []
    @Option(parsing: .unconditional, help: ArgumentHelp("Take only the first so many pictures of the input.", valueName: "n"))
    var limit: Int?
    @Flag(help: "Go on without what is named by itself and cannot be used; the exit code is 1 then.") var skipBad = false
    @Option(help: ArgumentHelp("What to do with pictures that are cut off (default: refuse).", valueName: "what"))
    var damaged: DamagedPictures?
    @Option(
        help: ArgumentHelp(
            "Write the names that are left out, or cut off, to this file: a line each, path TAB reason.", valueName: "path"))
    var report: String?

    func validate() throws {
        if exclude.contains("") { throw ValidationError("--exclude must not be empty.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be above 0.") }
        if report == "" { throw ValidationError("--report must not be empty.") }
    }

    var selection: InputSelection { InputSelection(exclude: exclude, limit: limit, skipsBad: skipBad) }
}

/// What becomes of pictures that cannot be decoded whole.
enum DamagedPictures: String, CaseIterable, ExpressibleByArgument {
    case refuse, send
}
