import CutlineCore
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Words that nobody reads never hold back what is paid for.
@Suite struct UnreadWordsTests {
    /// Its stderr is a pipe that is open and not read.
    private func start(_ workspace: Workspace, _ arguments: String...) throws -> (run: RunningProgram, pipe: Pipe) {
        let pipe = Pipe()
        return (try workspace.program.start(arguments, error: pipe.fileHandleForWriting), pipe)
    }

    @Test func aRunWhoseLogIsNotReadEndsAndWritesEveryCaption() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder)
        try workspace.writeJobs(600, at: provider.baseURL, concurrency: 64)
        let (run, pipe) = try start(workspace, "run", "jobs.json", "--log-format", "json", "--log-level", "debug")
        let end = try run.end()
        #expect(end.status == 0 && end.signal == nil)
        #expect(try workspace.count(.succeeded) == 600)
        withExtendedLifetime(pipe) {}
    }

    @Test func theFirstSignalStopsIt() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--latency", "100")
        try workspace.writeJobs(800, at: provider.baseURL, concurrency: 4)
        let (run, pipe) = try start(workspace, "run", "jobs.json", "--log-format", "json", "--log-level", "debug")
        #expect(try run.wait { try provider.answers() >= 100 })
        run.send(SIGINT)
        let end = try run.end(deadline: 20)
        #expect(end.status == 130)
        #expect(try workspace.count(.running) == 0 && workspace.count(.succeeded) >= 100)
        withExtendedLifetime(pipe) {}
    }

    @Test func aReaderThatGoesAwayEndsNothing() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder)
        try workspace.writeJobs(100, at: provider.baseURL)
        let (run, pipe) = try start(workspace, "run", "jobs.json", "--log-format", "json")
        try pipe.fileHandleForReading.close()
        #expect(try run.end().status == 0)
        #expect(try workspace.count(.succeeded) == 100)
    }

    @Test func aFullDiskUnderTheLogEndsNothing() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder)
        try workspace.writeJobs(100, at: provider.baseURL)
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        #expect(try workspace.program.start(["run", "jobs.json", "--log-format", "json"], error: full).end().status == 0)
        #expect(try workspace.count(.succeeded) == 100)
    }

    /// Whatever it waits for: here for somebody who holds the queue.
    @Test func theThirdSignalEndsItAtOnce() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--latency", "300")
        try workspace.writeJobs(20, at: provider.baseURL, concurrency: 2)
        let run = try workspace.program.start(["run", "jobs.json"])
        #expect(try run.wait { try provider.answers() >= 2 })
        let lock = open(workspace.folder.path.appending("cutline.db.lock").string, O_RDWR)
        #expect(flock(lock, LOCK_EX) == 0)
        defer { close(lock) }
        usleep(500_000)
        for _ in 0..<3 {
            run.send(SIGINT)
            usleep(50_000)
        }
        #expect(try run.end(deadline: 10).status == 130)
    }
}
