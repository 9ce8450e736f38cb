import ArgumentParser
import CutlineQueue

struct Status: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show the batches in numbers, and why lanes wait.",
        discussion: """
            Example:
              cutline status --json
            """)

    @OptionGroup var queue: QueueOptions
    @Flag(help: "One JSON object instead of a table.") var json = false

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let status = try QueueStatus(of: queue.reader(in: environment), named: queue.name(in: environment))
            try environment.output.send(json ? status.json(at: environment.now()) : status.table(at: environment.now()))
        }
    }
}
