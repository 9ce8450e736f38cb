import ArgumentParser
import CutlineCore
import CutlineExport
import CutlineQueue
import SystemPackage

struct Export: Command {
    static let configuration = CommandConfiguration(
        abstract: "Write the captions as a dataset.",
        usage: "cutline export [--format <format>] [-o <path>] [<options>]",
        discussion: """
            One record an entry, in the order they were added; the same queue gives the
            same bytes. What a format cannot hold is left out and counted on stderr.
            Batches that `compare` made are left out unless they are named.

            jsonl, csv     a table of everything
            sidecar        a text file beside each picture, or below the folder -o
            imagefolder    a folder that Hugging Face's load_dataset reads
            webdataset     a folder of tar shards
            coco, kohya    one file, as pycocotools and sd-scripts read them
            label-studio   tasks with the captions as predictions
            openai-batch   output lines of OpenAI's batch API
            table          for eyes

            Examples:
              cutline export --format csv -o captions.csv
              cutline export --format sidecar --one-line --flag '!truncated'
              cutline export --format imagefolder -o set --split train=0.9,val=0.1
              cutline export --join --batch short --batch tags -o captions.jsonl
            """)

    @OptionGroup(title: "OUTPUT") var target: ExportTargetOptions
    @OptionGroup(title: "SELECTION") var selection: ExportSelectionOptions
    @OptionGroup(title: "WORDS FOR TRAINING") var words: ExportWordsOptions
    @OptionGroup(title: "FORM") var form: ExportFormOptions
    @OptionGroup(title: "QUEUE") var queue: QueueOptions

    private var format: Format { target.format }
    private var output: String? { target.output }

    func validate() throws {
        if format == .table, output != nil { throw ValidationError("--format table is for stdout; give -o with jsonl or csv.") }
        if output?.isEmpty == true { throw ValidationError("--output must not be empty.") }
        try form.check(format, output: output, joins: selection.join)
        try words.check(format)
        try selection.check(format, output: output)
        if form.labelingConfig { return }
        if format.isFolder, output == nil { throw ValidationError("--format \(format.rawValue) writes a folder; name it with -o FOLDER.") }
        if format == .sidecar, target.overwrite { throw ValidationError("Give --existing overwrite to replace caption files.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            if form.labelingConfig { return try environment.output.send(LabelStudioTasks.labelingConfig) }
            let reader = try queue.reader(in: environment)
            let chosen = try selection.chosenBatches(in: reader)
            let records = try selection.records(of: chosen)
            let source = RecordSource {
                var cursor = RecordCursor()
                return { try reader.records(records, after: &cursor) }
            } record: {
                try reader.record(entry: $0)
            }
            guard let order = try order(of: chosen, in: environment) else {
                let missing = try RecordTable.write(source.pages(), keepsMissing: selection.missing, to: environment.output)
                return environment.error.say(ExportText.table(trials: chosen.trials, missing: missing))
            }
            let report = try Exporter.export(order, source)
            let said = ExportText(
                order: order, report: report, output: output, selection: selection, words: words, trials: chosen.trials)
            environment.error.say(said.text)
        }
    }

    /// Nil for the table, which is written for eyes.
    private func order(of chosen: ChosenBatches, in environment: Environment) throws -> ExportRequest? {
        guard let made = try form.format(format, in: environment, joins: selection.join) else { return nil }
        var destination = Destination.descriptor(environment.output.descriptor)
        if format == .sidecar { destination = .pictures }
        if let output { destination = .file(environment.path(output)) }
        var order = ExportRequest(made, to: destination, overwrite: target.overwrite, split: try selection.parts(for: format))
        order.batches = chosen.names
        order.joins = selection.join
        if selection.join { order.joinedFields = try form.joinedFields() }
        order.edit = try words.edit()
        order.keepsMissing = selection.missing
        order.hasPortableNames = form.portableNames
        return order
    }
}

struct ExportTargetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What to write.", valueName: "format")) var format: Export.Format = .jsonl
    @Option(name: .shortAndLong, help: ArgumentHelp("The file or folder to write (else stdout).", valueName: "path"))
    var output: String?
    @Flag(help: "Replace an existing file, or an earlier export in a folder.") var overwrite = false
}

extension Export {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case jsonl, csv, sidecar, imagefolder, webdataset, coco, kohya
        case labelStudio = "label-studio"
        case openAIBatch = "openai-batch"
        case table

        var isFolder: Bool { self == .imagefolder || self == .webdataset }
    }
}
