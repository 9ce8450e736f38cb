import CutlineCore
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What becomes of a process that is stopped (SIGSTOP, a suspended machine) and goes on while its leases last.
@Suite struct StoppedProcessTests {
    @Test func aRunStoppedInMidCallGoesOnAndRepeatsNothing() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--latency", "200")
        try workspace.writeJobs(30, at: provider.baseURL, concurrency: 4)
        let run = try workspace.program.start(["run", "jobs.json"])
        #expect(try run.wait { try provider.calls().count >= 6 && provider.calls().count > provider.answers() })
        run.send(SIGSTOP)
        // The answers come while nobody reads them.
        #expect(try run.wait { try provider.answers() == provider.calls().count })
        #expect(run.isRunning)
        run.send(SIGCONT)
        let end = try run.end()
        #expect(end.status == 0, "\(end.error)")
        try expectEachCaptionedByOneCall(30, workspace, provider)
    }

    @Test func aSecondProcessLeavesTheCallsOfAStoppedOneAlone() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--latency", "300")
        try workspace.writeJobs(20, at: provider.baseURL, concurrency: 4)
        #expect(try workspace.program.run("add", "jobs.json").status == 0)
        let first = try workspace.program.start(["work"])
        #expect(try first.wait { try provider.calls().count == 4 })
        first.send(SIGSTOP)
        // The kernel still holds its lock: it is no dead worker, and its calls are not to be repeated.
        let second = try workspace.program.start(["work", "--concurrency", "8"])
        #expect(try second.wait { try workspace.count(.succeeded) == 16 })
        #expect(try workspace.count(.running) == 4)
        #expect(try workspace.attempts("unknown") == 0)
        first.send(SIGCONT)
        for worker in [first, second] {
            let end = try worker.end()
            #expect(end.status == 0, "\(end.error)")
        }
        try expectEachCaptionedByOneCall(20, workspace, provider)
    }

    private func expectEachCaptionedByOneCall(_ count: Int, _ workspace: Workspace, _ provider: ProviderProcess) throws {
        #expect(try workspace.count(.succeeded) == count)
        #expect(try workspace.attempts("unknown") == 0)
        #expect(try workspace.attempts("duplicate_captions") == 0)
        let calls = try provider.callCounts().values
        #expect(calls.count == count && calls.allSatisfy { $0 == 1 })
    }
}
