import ArgumentParser

struct Retry: Command {
    static let configuration = CommandConfiguration(
        abstract: "Queue failed jobs again, with all their attempts before them.",
        usage: "cutline retry [<options>]",
        discussion: """
            Without a selection: every failed job of the queue.

            Example:
              cutline retry --batch photos --class timeout
            """)

    @OptionGroup(title: "Which jobs") var selection: SelectionOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func run(in environment: Environment) async throws {
        try await Moving(verb: .retry, selection: selection, queue: queue).run(in: environment)
    }
}
