import ArgumentParser
import CutlineCore
import CutlineExport
import CutlineQueue

struct Export: Command {
    static let configuration = CommandConfiguration(
        abstract: "Write the captions as a dataset.",
        usage: "cutline export [<options>]",
        discussion: """
            One record an entry, in the order they were added; the same queue gives the same bytes.

            Example:
              cutline export --format csv -o captions.csv
            """)

    @Option(help: ArgumentHelp("jsonl and csv are datasets, table is for eyes.", valueName: "format")) var format: Format = .jsonl
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write (else stdout).", valueName: "path")) var output: String?
    @Flag(help: "Replace an existing file.") var overwrite = false
    @Option(
        help: ArgumentHelp("Only entries whose job is in this state.", valueName: "state"))
    var state: StateChoice = .one(.succeeded)
    @Option(help: ArgumentHelp("Only this batch.", valueName: "name")) var batch: String?
    @OptionGroup var queue: QueueOptions

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case jsonl, csv, table

        var file: ExportFormat? { ExportFormat(rawValue: rawValue) }
    }

    enum StateChoice: ExpressibleByArgument, CustomStringConvertible {
        static var allValueStrings: [String] { JobState.allCases.map(\.rawValue) + ["all"] }

        case all
        case one(JobState)

        init?(argument: String) {
            if argument == "all" {
                self = .all
            } else if let state = JobState(rawValue: argument) {
                self = .one(state)
            } else {
                return nil
            }
        }

        var description: String { state?.rawValue ?? "all" }

        var state: JobState? {
            guard case .one(let state) = self else { return nil }
            return state
        }
    }

    func validate() throws {
        if format == .table, output != nil { throw ValidationError("--format table is for stdout; give -o with jsonl or csv.") }
        if output?.isEmpty == true { throw ValidationError("--output must not be empty.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let reader = try queue.reader(in: environment)
            let selection = RecordSelection(batch: try reader.scope(ofBatch: batch).batch, state: state.state)
            var cursor = RecordCursor()
            let pages = { try reader.records(selection, after: &cursor) }
            guard let file = format.file else { return try RecordTable.write(pages, to: environment.output) }
            let destination = output.map { Destination.file(environment.path($0)) } ?? .descriptor(environment.output.descriptor)
            let count = try Exporter.export(file, to: destination, overwrite: overwrite, pages: pages)
            if let output { environment.error.say("\(Words.count(count, "record")) → \(output)\n") }
        }
    }
}
