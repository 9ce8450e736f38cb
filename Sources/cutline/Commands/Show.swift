import ArgumentParser
import CutlineQueue

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one job with all its attempts.",
        discussion: "Example:  cutline show harbour.jpg")

    @Argument(help: ArgumentHelp("The job's key, or the number of an entry.", valueName: "key|id")) var key: String
    @Option(help: "Only in this batch.") var batch: String?
    @OptionGroup var queue: QueueOptions
    @Flag(help: "One JSON object a line instead of text (docs/output.md).") var json = false

    func run() async throws { try await run(in: .live) }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let reader = try queue.reader(in: environment)
            let jobs = try reader.jobs(named: key, batch: try batch.map { try reader.batch(named: $0).id })
            guard !jobs.isEmpty else {
                throw CommandEnd.badInput(
                    "there is no job with the key or number \"\(key)\"; `cutline export --format table --state all` lists them")
            }
            for job in jobs { environment.output.write(json ? job.json : job.text(at: environment.now())) }
        }
    }
}
