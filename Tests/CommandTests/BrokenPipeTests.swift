import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `| head` has what it wanted: no error, and nothing to say.
@Suite(.timeLimit(.minutes(15))) struct BrokenPipeTests {
    @Test(arguments: [
        ["export"], ["export", "--format", "csv"], ["export", "--format", "table"], ["status"], ["status", "--json"], ["show", "1"],
        ["show", "1", "--json"],
    ])
    func aReaderThatGoesAwayIsANormalEnd(command: [String]) async throws {
        signal(SIGPIPE, SIG_IGN)
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.caption("a.png")
        let (reader, writer) = try FileDescriptor.pipe()
        try reader.close()
        #expect(await harness.run(command, output: writer.rawValue) == CommandResult(code: 0, output: "", error: ""))
        try writer.close()
    }
}
