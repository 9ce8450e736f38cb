import ArgumentParser
import CutlineCore

/// Which jobs go first. It changes no call, so it may change at each run.
struct PriorityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Send these jobs before (high) or after (low) the others that wait.", valueName: "level"))
    var priority: Priority?
}

extension Priority: ExpressibleByArgument {
    package init?(argument: String) { self.init(word: argument) }

    package static var allValueStrings: [String] { words }
    // The words say it; else each number would be explained by its word.
    package static var allValueDescriptions: [String: String] { [:] }
}
