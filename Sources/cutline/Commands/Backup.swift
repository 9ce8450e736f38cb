import ArgumentParser
import CutlineQueue
import CutlineSQLite

struct Backup: Command {
    static let configuration = CommandConfiguration(
        abstract: "Copy the queue into a file, while workers run.",
        discussion: """
            The copy is a queue itself, as it stood at one moment.

            Example:
              cutline backup captions-backup.db
            """)

    @Argument(help: "Where the copy goes.") var file: String
    @Flag(help: "Replace an existing file.") var overwrite = false
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func validate() throws {
        if file.isEmpty { throw ValidationError("The file's name must not be empty.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let target = environment.path(file)
            try queue.reader(in: environment).backUp(to: target, overwrite: overwrite)
            let jobs = try QueueReader(at: target).batchStatuses().map(\.total).reduce(0, +)
            environment.error.say("\(Words.count(jobs, "job")) → \(Words.clean(file))\n")
        }
    }
}
