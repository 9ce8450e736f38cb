import ArgumentParser

struct Hold: Command {
    static let configuration = CommandConfiguration(
        abstract: "Keep queued jobs from being sent until they are released.",
        usage: "cutline hold [<options>]",
        discussion: """
            Calls that are running go on. The whole queue needs --all.

            Example:
              cutline hold --batch photos
            """)

    @OptionGroup(title: "Which jobs") var selection: SelectionOptions
    @OptionGroup var whole: WholeQueueFlag
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func validate() throws { try whole.check(selection) }

    func run(in environment: Environment) async throws {
        try await JobMove(verb: .hold, selection: selection, queue: queue).run(in: environment)
    }
}
