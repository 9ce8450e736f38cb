import CutlineCore
import Foundation
import Testing
import TestQueues

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is left after a run was killed, interrupted, or shared.
@Suite struct CrashTests {
    @Test func killedRunContinuesAndRepeatsNoMoreThanWasInFlight() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--latency", "50")
        try workspace.writeJobs(300, at: provider.baseURL)
        let first = try workspace.program.start(["run", "jobs.json"])
        #expect(try first.wait { try provider.answers() >= 120 })
        first.send(SIGKILL)
        #expect(try first.end().signal == SIGKILL)
        let inFlight = try provider.calls().count - countSettled(workspace)
        let second = try workspace.program.run("run", "jobs.json")
        #expect(second.status == 0, "\(second.error)")
        #expect(second.error.contains("which may have been billed"), "\(second.error)")

        let records = try workspace.records()
        #expect(Set(records.compactMap { $0["key"]?.string }).count == 300)
        #expect(records.allSatisfy { $0["caption"] != nil })
        #expect(try workspace.count(.succeeded) == 300)
        #expect(inFlight <= 16)
        #expect(try provider.calls().count <= 300 + inFlight)
        #expect(try workspace.attempts("unknown") <= 16)
        // Nothing was asked a third time.
        #expect(try provider.callCounts().values.allSatisfy { $0 <= 2 })
    }

    /// The short form of `make crash-soak`: one to three processes, killed at ten moments, and everything counted from outside.
    @Test func processesKilledAgainAndAgainEndWithEveryCaptionOnce() throws {
        let workspace = Workspace()
        let soak = try workspace.program.start(
            script: "Benchmarks/crash-soak",
            [
                "--binary", Program.path.path(percentEncoded: false), "--rounds", "10", "--jobs", "150", "--seed", "20261121",
                "--hosts", TestServer.url == nil ? "1" : "2",
            ])
        let end = try soak.end(deadline: 180)
        #expect(end.status == 0, "\(end.output)\(end.error)")
        #expect(end.output.hasSuffix("PASS\n"))
    }

    @Test func twoProcessesOnOneQueueSendNoJobTwice() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--latency", "20")
        try workspace.writeJobs(200, at: provider.baseURL, concurrency: 8)
        #expect(try workspace.program.run("add", "jobs.json").status == 0)
        let workers = try (0..<2).map { _ in try workspace.program.start(["work"]) }
        for worker in workers { #expect(try worker.end().status == 0, "\(worker.error)") }
        #expect(try workspace.count(.succeeded) == 200)
        #expect(try provider.calls().count == 200)
        #expect(try provider.callCounts().values.allSatisfy { $0 == 1 })
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func firstSignalDrainsAndNothingIsLost(signal: Int32, status: Int32) throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--latency", "100")
        try workspace.writeJobs(100, at: provider.baseURL, concurrency: 8)
        let run = try workspace.program.start(["run", "jobs.json"])
        #expect(try run.wait { try provider.calls().count >= 20 })
        run.send(signal)
        let end = try run.end()
        #expect(end.status == status && end.signal == nil, "\(end.error)")
        #expect(end.error.contains("run the same command again to continue"))
        // Every call that was made is a caption.
        #expect(try workspace.count(.succeeded) == (try provider.calls().count))
        #expect(try workspace.count(.running) == 0)
        #expect(try workspace.attempts("unknown") == 0)
        #expect(try workspace.program.run("run", "jobs.json").status == 0)
        #expect(try provider.calls().count == 100)
    }

    @Test func secondSignalGivesUpAtOnceAndSaysWhatMayHaveBeenBilled() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--fault", "hang")
        try workspace.writeJobs(10, at: provider.baseURL, concurrency: 4)
        let run = try workspace.program.start(["run", "jobs.json"])
        #expect(try run.wait { try provider.calls().count == 4 })
        run.send(SIGINT)
        #expect(run.wait { run.error.contains("4 calls in flight") })
        run.send(SIGINT)
        #expect(try run.end(deadline: 20).status == 130)
        #expect(try workspace.attempts("unknown") == 4)
        #expect(try workspace.count(.queued) == 10)
    }

    /// As a container is stopped: one SIGTERM, and ten seconds to be gone.
    @Test func aDrainThatTakesTooLongEndsByItselfAndIsContinued() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--fault", "hang@1-4")
        try workspace.writeJobs(10, at: provider.baseURL, concurrency: 4)
        let run = try workspace.program.start(["run", "jobs.json", "--drain-timeout", "8"])
        #expect(try run.wait { try provider.calls().count == 4 })
        run.send(SIGTERM)
        #expect(try run.end(deadline: 10).status == 143)
        #expect(try workspace.attempts("unknown") == 4)
        #expect(try workspace.count(.queued) == 10)

        #expect(try workspace.program.run("run", "jobs.json").status == 0)
        #expect(try workspace.count(.succeeded) == 10)
        let calls = try provider.callCounts().values
        #expect(calls.count { $0 == 2 } == 4 && calls.count { $0 == 1 } == 6)
    }

    /// Jobs whose caption is on the disk.
    private func countSettled(_ workspace: Workspace) throws -> Int { try workspace.count(.succeeded) }
}
