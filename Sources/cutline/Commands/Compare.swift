import ArgumentParser
import CutlineCore
import CutlineExport
import CutlineQueue

struct Compare: Command {
    static let configuration = CommandConfiguration(
        abstract: "Caption a few pictures with several prompts and models, side by side.",
        usage: "cutline compare <input> ... [<options>]",
        discussion: """
            Every prompt is asked of every model about the same pictures. Repeating the
            command pays for nothing twice; a larger --sample adds to a smaller one.

            Example:
              cutline compare photos/ --provider hackclub \\
                --model google/gemini-2.5-flash --model openai/gpt-4o-mini \\
                --prompt "Describe this image." --prompt "List what is in it." \\
                -o compare.html
            """)

    @Argument(help: InputOptions.inputs)
    var inputs: [String]
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A page to look at (.html), or the records (.jsonl, .csv), beside the table on stdout.", valueName: "path"))
    var output: String?
    @Flag(help: "Replace an existing file.") var overwrite = false
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @OptionGroup(title: "What is compared") var grid: GridOptions
    @OptionGroup(title: "What it costs") var reuse: ReuseOptions
    @OptionGroup(title: "How it is sent") var sending: SendingOptions
    @OptionGroup(title: "Limits and policies") var policy: PolicyOptions
    @OptionGroup(title: "Working") var work: WorkOptions

    enum Form: String, CaseIterable {
        case html, jsonl, csv
    }

    func validate() throws {
        guard let output, form == nil else { return }
        throw ValidationError("-o \(output): the name must end in .html, .jsonl or .csv.")
    }

    fileprivate var form: Form? {
        output.flatMap { name in Form.allCases.first { name.lowercased().hasSuffix(".\($0.rawValue)") } }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            try GridFile(self, environment)?.refuseTaken()
            var grid = try Grid(
                inputs: inputs, part: input.part, options: grid, sending: sending, reuse: reuse, policy: policy, queue: queue,
                log: work.log, in: environment)
            let keys = try KeyRing(environment, file: work.apiKeyFile, network: work.network)
            if !input.dryRun { try keys.check(grid.profile, allowsInsecureHTTP: work.insecureHttp) }
            let warnings = await grid.findPrices(keys: keys, allowsInsecureHTTP: work.insecureHttp)
            if input.dryRun || !work.log.quiet {
                environment.error.say(grid.remarks + warnings.map { "\($0)\n" }.joined())
                let cells = try grid.toSend()
                environment.error.say("\(GridText.forecast(grid, cells))\n\(GridText.elsewhere(cells, reuse.use))")
            }
            try grid.checkBudget()
            if !input.dryRun { try await PreparingCheck.check(grid.cells.map(\.settings), in: environment) }
            if !input.dryRun { try await work(on: grid, keys, environment) }
            try grid.refuseBad()
        }
    }

    private func work(on grid: Grid, _ keys: KeyRing, _ environment: Environment) async throws {
        let opened = try environment.openQueue(at: queue.place(in: environment))
        let scope = try grid.add(to: opened)
        var end: CommandEnd?
        do {
            try await Working(
                queue: opened, scope: scope, options: work, mends: grid.mends, location: queue, keys: keys, environment: environment,
                tellsOfRest: false
            ).run()
        } catch let early as CommandEnd {
            // What failed or stopped is shown beside what did not.
            guard [.someFailed, .stoppedEarly].contains(early.code) else { throw early }
            end = early
        }
        let result = try GridResult(of: grid, in: scope, queue.reader(in: environment))
        try environment.output.send(GridText.lines(result))
        try GridFile(self, environment)?.write(result)
        if let end { throw end }
    }
}

/// The file that `-o` names.
private struct GridFile {
    private let name: String
    private let form: Compare.Form
    private let overwrite: Bool
    private let isQuiet: Bool
    private let environment: Environment

    init?(_ command: Compare, _ environment: Environment) {
        guard let name = command.output, let form = command.form else { return nil }
        (self.name, self.form, overwrite, isQuiet, self.environment) = (name, form, command.overwrite, command.work.log.quiet, environment)
    }

    /// Better found before anything is paid for.
    func refuseTaken() throws {
        guard !overwrite, environment.exists(environment.path(name)) else { return }
        throw ExportError.exists(environment.path(name))
    }

    func write(_ result: GridResult) throws {
        let file = Destination.file(environment.path(name))
        switch form {
        case .html: try WholeFile.write(to: file, overwrite: overwrite) { try GridPage(result: result).write($0) }
        case .jsonl: try export(.jsonl(), result, to: file)
        case .csv: try export(.csv(), result, to: file)
        }
        guard !isQuiet else { return }
        environment.error.say(
            "\(Words.count(result.rows.count, "picture")) × \(Words.count(result.cells.count, "cell")) → \(Words.clean(name))\n")
    }

    private func export(_ format: ExportFormat, _ result: GridResult, to file: Destination) throws {
        let records = result.rows.flatMap(\.records)
        let source = RecordSource {
            var pages = [records][...]
            return { pages.popFirst() }
        }
        try Exporter.export(ExportRequest(format, to: file, overwrite: overwrite), source)
    }
}
