import ArgumentParser
import CutlineCore

struct Retry: Command {
    static let configuration = CommandConfiguration(
        abstract: "Queue failed jobs again, with all their attempts before them.",
        usage: "cutline retry [<options>]",
        discussion: """
            Without a selection: every failed job of the queue. With something changed,
            jobs that are still queued are changed, too. --flag asks captioned jobs
            again, and the better caption counts. The next `cutline run` or `work`
            sends them.

            Examples:
              cutline retry --batch photos --class timeout
              cutline retry --batch photos --class empty_answer --max-tokens 400
              cutline retry --batch photos --flag truncated --max-tokens 400
              cutline retry --batch photos --provider infron --model gpt-4o-mini
            """)

    @OptionGroup(title: "Which jobs") var selection: SelectionOptions
    @Option(
        name: .customLong("flag"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Instead of failed jobs those whose caption has this flag; '!name' leaves those with it out. May be repeated.",
            valueName: "name"))
    var flags: [String] = []
    @OptionGroup(title: "How they are asked from now on (else as before)") var change: ChangeOptions
    @OptionGroup(title: "How they are asked from now on (else as before)") var priority: PriorityOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func validate() throws {
        let wanted = try FlagSelection(names: flags).wanted
        if !flags.isEmpty, wanted.isEmpty { throw ValidationError("--flag must name one that the captions have, or any.") }
        if !flags.isEmpty, selection.failure != nil {
            throw ValidationError("Give either --class, for failed jobs, or --flag, for captioned ones.")
        }
    }

    func run(in environment: Environment) async throws {
        try await JobMove(
            verb: .retry, selection: selection, flags: flags, change: change, priority: priority.priority, queue: queue
        ).run(in: environment)
    }
}
