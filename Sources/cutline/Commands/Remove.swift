import ArgumentParser
import CutlineCore
import CutlineQueue

struct Remove: Command {
    static let configuration = CommandConfiguration(
        abstract: "Take entries out of the dataset for good.",
        usage: "cutline remove [<options>]",
        discussion: """
            Captions, calls and what they cost stay in the books, and no file is touched.
            Adding a picture again brings it back with its caption, free. A call that is
            running is not recalled.

            Examples:
              cutline remove --missing --dry-run
              cutline remove --batch photos --missing
              cutline remove --job harbour.jpg --job hills.jpg
            """)

    @OptionGroup(title: "Which entries") var selection: SelectionOptions
    @Flag(help: "Only entries whose picture is missing: its file is gone from the input.") var missing = false
    @Flag(help: "Say what would be removed; change nothing.") var dryRun = false
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func validate() throws {
        guard selection.isWhole, !missing else { return }
        throw ValidationError("Say which entries: --missing, --batch, --class or --job.")
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            // Looking first: a verb never makes a queue.
            let reader = try queue.reader(in: environment)
            let selected = try selection.entries(in: reader, isMissing: missing)
            if dryRun { return try environment.output.send(RemovedText.rehearsed(reader.removal(selected))) }
            let opened = try environment.openQueue(at: queue.place(in: environment))
            let removed = try opened.remove(selected, now: environment.now())
            try opened.close()
            try environment.output.send(RemovedText.lines(removed))
        }
    }
}
