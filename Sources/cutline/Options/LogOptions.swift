import ArgumentParser

/// What is said on stderr, and in which form.
struct LogOptions: ParsableArguments {
    @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Show errors only.")
    var isQuiet = false
    @Option(help: ArgumentHelp("Log what happens on stderr, from this level on.", valueName: "level"))
    var logLevel: LogLevel?
    @Option(help: ArgumentHelp("text, or json: one object a line, and no progress (default level: info).", valueName: "format"))
    var logFormat: LogFormat?

    /// Lines of JSON stand alone.
    var quiet: Bool { isQuiet || logFormat == .json }

    var format: LogFormat { logFormat ?? .text }

    /// From which level on something is logged; nil: not at all.
    var lowestLevel: LogLevel? { logLevel ?? (logFormat == nil ? nil : .info) }

    /// The event as it is written, with its end of line; nil where it is below the level.
    func line(_ event: LogEvent, in environment: Environment) -> String? {
        guard let lowestLevel, event.level >= lowestLevel else { return nil }
        return event.line(format, at: environment.now()) + "\n"
    }
}
