import ArgumentParser
import SystemPackage
import Testing

@testable import cutline

/// The help texts, to the letter. After a change that is meant: `CUTLINE_RECORD=1 swift test --filter HelpTests`, and look at the difference.
@Suite struct HelpTests {
    private static let commands: [(name: String, type: any ParsableCommand.Type)] =
        [("cutline", Cutline.self)]
        + Cutline.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { ($0._commandName, $0) }

    @Test(arguments: commands.map(\.name))
    func helpIsAsRecorded(name: String) throws {
        let type = try #require(Self.commands.first { $0.name == name }?.type)
        let help = Cutline.helpMessage(for: type, columns: 80) + "\n"
        let golden = FilePath(#filePath).removingLastComponent().appending("Golden").appending("help-\(name).txt")
        if Environment.live.variables["CUTLINE_RECORD"] != nil {
            let file = try FileDescriptor.open(
                golden, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(help.utf8) }
        }
        #expect(help == CommandHarness.text(of: golden))
    }

    @Test(arguments: commands.map(\.name))
    func helpShowsAnExampleThatFitsTheLine(name: String) throws {
        let type = try #require(Self.commands.first { $0.name == name }?.type)
        let help = Cutline.helpMessage(for: type, columns: 80)
        #expect(help.contains(name == "cutline" ? "  cutline run " : "  cutline \(name) "))
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func helpGoesToStdout() async {
        let said = await CommandHarness().cutline("--help")
        #expect(said.code == 0)
        #expect(said.output.contains("Caption pictures by the thousand"))
        #expect(said.error == "")
        #expect(await CommandHarness().cutline("--version") == CommandResult(code: 0, output: "0.1.0\n", error: ""))
    }
}
