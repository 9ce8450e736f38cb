import CutlineCore
import CutlineQueue
import CutlineSQLite
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Who works, by the kernel's locks and not by what the rows say.
@Suite struct WorkerStatusTests {
    /// A worker that lives in this process, beside one that ended without signing off.
    private func withWorkers(_ body: (CommandHarness) async throws -> Void) async throws {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.add("a.png")
        let queue = try Queue(at: harness.folder.path.appending("cutline.db"), now: CommandHarness.noon)
        var killed: Worker? = try queue.startWorker(token: "killed", host: "desk", pid: 17, now: CommandHarness.noon)
        withExtendedLifetime(killed) {}
        killed = nil
        let alive = try queue.startWorker(token: "alive", host: "desk", pid: 18, now: CommandHarness.noon)
        try await body(harness)
        withExtendedLifetime(alive) {}
    }

    @Test func aKilledWorkerIsNotAtWork() async throws {
        try await withWorkers { harness in
            let said = await harness.cutline("status").output
            #expect(
                said.hasSuffix(
                    "\n1 worker at work\nworker 17 on desk ended without signing off; `cutline work` takes its jobs back\n"), "\(said)")
        }
    }

    @Test func jsonSaysWhoIsAlive() async throws {
        try await withWorkers { harness in
            let workers = try await harness.status()["workers"]?.array
            #expect(workers?.map { $0["pid"]?.int } == [17, 18] && workers?.map { $0["alive"]?.bool } == [false, true])
        }
    }

    /// A look must not be mistaken for a life: what was free stays free.
    @Test func lookingTakesNoLock() async throws {
        try await withWorkers { harness in
            for _ in 0..<2 {
                let workers = try await harness.status()["workers"]
                #expect(workers?[0]?["alive"]?.bool == false)
            }
            #expect(await harness.cutline("work").code == 0)
            let left = try await harness.status()["workers"]?.array
            #expect(left?.map { $0["pid"]?.int } == [18])
        }
    }

    @Test func aMissingLockFileLeavesItOpen() async throws {
        try await withWorkers { harness in
            #expect(unlink(harness.path("cutline.db.workers/killed.lock")) == 0)
            let workers = try await harness.status()["workers"]
            #expect(workers?[0]?["pid"]?.int == 17 && workers?[0]?["alive"]?.bool == nil)
            #expect(await harness.cutline("status").output.contains("worker 17 on desk may have ended: its lock file is missing"))
        }
    }
}
