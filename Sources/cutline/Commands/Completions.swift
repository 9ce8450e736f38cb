import ArgumentParser

struct Completions: Command {
    static let configuration = CommandConfiguration(
        abstract: "Print what a shell needs to complete cutline's commands and flags.",
        discussion: """
            Example:
              cutline completions zsh > ~/.zsh/completions/_cutline
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        fileprivate var parsers: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "The shell.") var shell: Shell

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping { try environment.output.send(Cutline.completionScript(for: shell.parsers) + "\n") }
    }
}
