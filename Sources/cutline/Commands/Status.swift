import ArgumentParser
import CutlineQueue
import CutlineRunner

struct Status: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show the batches in numbers, and why lanes wait.",
        usage: "cutline status [<options>]",
        discussion: """
            Examples:
              cutline status --json
              cutline status --watch
              cutline status --doubtful
            """)

    @Option(help: ArgumentHelp("Only this batch.", valueName: "name")) var batch: String?

    @OptionGroup var queue: QueueOptions
    @Flag(help: "List every call that may have been paid for without use, and what it may have cost.") var doubtful = false
    @Flag(help: "One JSON object instead of a table; with --doubtful one a line.") var json = false
    @Flag(help: "Show it again every second, until Ctrl-C.") var watch = false

    func validate() throws {
        if json, watch { throw ValidationError("Give either --json or --watch, not both.") }
        if doubtful, watch { throw ValidationError("Give either --doubtful or --watch, not both.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            if watch { return try await watch(in: environment) }
            let reader = try queue.reader(in: environment)
            let scope = try reader.scope(ofBatch: batch)
            if doubtful { return try list(reader, scope, to: environment.output) }
            let status = try QueueStatus(
                of: reader, in: scope, named: queue.name(in: environment), queueWords: queue.words)
            try environment.output.send(json ? status.json(at: environment.now()) : status.table(at: environment.now()))
        }
    }

    /// Page by page: there may be many.
    private func list(_ reader: QueueReader, _ scope: Scope, to output: StandardStream) throws {
        var cursor = DoubtCursor()
        var isFirst = true
        while true {
            let page = try reader.doubtfulCalls(of: scope.batch, after: &cursor)
            if page.isEmpty { return }
            let table = (isFirst ? [DoubtText.header] : []) + page.map { DoubtText.row($0) }
            try output.send(json ? page.map { DoubtText.json($0) }.joined() : Words.table(table))
            isFirst = false
        }
    }

    private func watch(in environment: Environment) async throws {
        guard environment.output.columns() != nil else {
            throw CommandEnd.usage("--watch needs a terminal to draw on; without it, `cutline status --json` in a loop does the same")
        }
        let reader = try queue.reader(in: environment)
        let (name, scope) = (queue.name(in: environment), try reader.scope(ofBatch: batch))
        let heart = Heartbeat()
        defer { withExtendedLifetime(heart) {} }
        for await _ in heart.beats {
            let table = try QueueStatus(of: reader, in: scope, named: name, queueWords: queue.words).table(at: environment.now())
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
