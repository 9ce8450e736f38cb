import ArgumentParser

struct Cancel: Command {
    static let configuration = CommandConfiguration(
        abstract: "Take jobs out of the queue for good.",
        usage: "cutline cancel [<options>]",
        discussion: """
            A call that is running is not recalled: its caption is kept when it comes.
            The whole queue needs --all.

            Example:
              cutline cancel --batch photos --class image_rejected
            """)

    @OptionGroup(title: "Which jobs") var selection: SelectionOptions
    @OptionGroup var whole: WholeQueueFlag
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func validate() throws { try whole.check(selection) }

    func run(in environment: Environment) async throws {
        try await JobMove(verb: .cancel, selection: selection, queue: queue).run(in: environment)
    }
}
