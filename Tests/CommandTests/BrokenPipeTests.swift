import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `| head` has what it wanted: no error, and nothing to say.
@Suite(.timeLimit(.minutes(5))) struct BrokenPipeTests {
    @Test(arguments: [
        ["export"], ["export", "--format", "csv"], ["export", "--format", "table"], ["status"], ["status", "--json"], ["show", "1"],
        ["show", "1", "--json"],
    ])
    func aReaderThatGoesAwayIsANormalEnd(command: [String]) async throws {
        signal(SIGPIPE, SIG_IGN)
        let desk = Desk(pictures: "a.png")
        _ = await desk.caption("a.png")
        let (reader, writer) = try FileDescriptor.pipe()
        try reader.close()
        #expect(await desk.run(command, output: writer.rawValue) == Said(code: 0, output: "", error: ""))
        try writer.close()
    }
}
