import ArgumentParser
import CutlineQueue

struct Show: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show one job with all its attempts.",
        discussion: """
            Example:
              cutline show harbour.jpg
            """)

    @Argument(help: ArgumentHelp("The job's key, or the number of an entry.", valueName: "key|id")) var key: String
    @Option(help: ArgumentHelp("Only in this batch.", valueName: "name")) var batch: String?
    @OptionGroup var queue: QueueOptions
    @Flag(help: "One JSON object a line instead of text.") var json = false

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let reader = try queue.reader(in: environment)
            let jobs = try reader.jobs(named: key, batch: reader.scope(ofBatch: batch).batch)
            guard !jobs.isEmpty else {
                if try reader.hasLost(key) {
                    throw CommandEnd.badInput(
                        "the entry \"\(Words.clean(key))\" was removed or renamed; add its input again to have it back, with its caption"
                    )
                }
                throw CommandEnd.badInput(
                    "there is no job with the key or number \"\(Words.clean(key))\"; `cutline export --format table --state all` lists them"
                )
            }
            for job in jobs { try environment.output.send(json ? job.json : job.text(at: environment.now())) }
        }
    }
}
