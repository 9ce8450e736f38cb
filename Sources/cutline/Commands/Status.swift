import ArgumentParser
import CutlineQueue

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the batches in numbers, and why lanes wait.",
        discussion: "Example:  cutline status --json")

    @OptionGroup var queue: QueueOptions
    @Flag(help: "One JSON object instead of a table (docs/output.md).") var json = false

    func run() async throws { try await run(in: .live) }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let status = try QueueStatus(of: queue.reader(in: environment), named: queue.name(in: environment))
            environment.output.write(json ? status.json : status.table(at: environment.now()))
        }
    }
}
