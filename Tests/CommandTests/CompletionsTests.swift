import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct CompletionsTests {
    @Test(arguments: [("bash", "complete -"), ("zsh", "#compdef cutline"), ("fish", "complete -c")])
    func theScriptOfAShellKnowsTheCommands(shell: String, mark: String) async {
        let said = await CommandHarness().cutline("completions", shell)
        #expect(said.code == 0 && said.error == "")
        #expect(said.output.contains(mark))
        for command in ["retry", "backup", "on-unknown"] { #expect(said.output.contains(command)) }
    }

    @Test func anotherShellIsAUsageError() async {
        let said = await CommandHarness().cutline("completions", "csh")
        #expect(said.code == 64)
        #expect(said.error.hasPrefix("Error: The value 'csh' is invalid for '<shell>'. Please provide one of 'bash', 'zsh' or 'fish'."))
    }
}
