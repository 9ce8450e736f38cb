import ArgumentParser
import CutlineQueue
import CutlineRunner

struct Status: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show the batches in numbers, and why lanes wait.",
        discussion: """
            Examples:
              cutline status --json
              cutline status --watch
            """)

    @OptionGroup var queue: QueueOptions
    @Flag(help: "One JSON object instead of a table.") var json = false
    @Flag(help: "Show it again every second, until Ctrl-C.") var watch = false

    func validate() throws {
        if json, watch { throw ValidationError("Give either --json or --watch, not both.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            if watch { return try await watch(in: environment) }
            let status = try QueueStatus(of: queue.reader(in: environment), named: queue.name(in: environment))
            try environment.output.send(json ? status.json(at: environment.now()) : status.table(at: environment.now()))
        }
    }

    private func watch(in environment: Environment) async throws {
        guard environment.output.columns() != nil else {
            throw CommandEnd.usage("--watch needs a terminal to draw on; without it, `cutline status --json` in a loop does the same")
        }
        let reader = try queue.reader(in: environment)
        let name = queue.name(in: environment)
        let heart = Heartbeat()
        defer { withExtendedLifetime(heart) {} }
        for await _ in heart.beats {
            let table = try QueueStatus(of: reader, named: name).table(at: environment.now())
            try environment.output.send(Words.screen(table, columns: environment.output.columns() ?? 80))
        }
    }
}

extension Words {
    /// `text` from the top of an empty screen, no line of it wider than `columns`.
    static func screen(_ text: String, columns: Int) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { shortened(String($0), to: columns) }
        return "\u{1B}[H\u{1B}[2J" + lines.joined(separator: "\n")
    }
}
