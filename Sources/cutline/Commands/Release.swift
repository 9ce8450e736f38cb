import ArgumentParser

struct Release: Command {
    static let configuration = CommandConfiguration(
        abstract: "Queue held jobs again.",
        usage: "cutline release [<options>]",
        discussion: """
            Without a selection: every held job of the queue. A cancelled job is released
            only where --job names it.

            Example:
              cutline release --job harbour.jpg
            """)

    @OptionGroup(title: "Which jobs") var selection: SelectionOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func run(in environment: Environment) async throws {
        try await JobMove(verb: .release, selection: selection, queue: queue).run(in: environment)
    }
}
