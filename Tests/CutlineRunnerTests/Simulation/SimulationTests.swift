import Dispatch
import TestQueues
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whole lives of a queue in virtual time, each from a seed: `CUTLINE_SEED=123 swift test --filter Simulation` replays one,
/// `CUTLINE_SEEDS=100000` runs so many. See docs/durability.md.
struct SimulationTests {
    /// Seeds that ever failed.
    private static let regressions: [UInt64] = [5, 20, 34, 218, 413, 475, 915, 1263, 1395, 1627, 1823, 1847, 1990, 2051, 2323]

    @Test func everySeedEndsWellWhateverGoesWrong() async {
        let environment = ProcessInfo.processInfo.environment
        let seeds: [UInt64]
        if let seed = environment["CUTLINE_SEED"].flatMap(UInt64.init) {
            seeds = [seed]
        } else {
            let count = environment["CUTLINE_SEEDS"].flatMap(UInt64.init) ?? (TestServer.url == nil ? 400 : 12)
            seeds = (TestServer.url == nil ? Self.regressions.filter { $0 >= count } : []) + Array(0..<count)
        }
        let run = SeedRun(seeds: seeds)
        for failure in await run.failures() { Issue.record("\(failure)") }
        print("throughput: \(run.judged)")
        // A law that is asked of nobody holds.
        if seeds.count >= 100 { #expect(run.judged.worlds * 10 >= run.judged.calmWorlds * 6 && run.judged.spans >= 4 * run.judged.worlds) }
    }

    /// On a server those that an engine could break.
    private static let sabotages = TestServer.url == nil ? Sabotage.allCases : [.fence, .budget, .acknowledgement, .record]

    @Test(arguments: sabotages) func whatIsBrokenIsNoticed(_ sabotage: Sabotage) async {
        let count = ProcessInfo.processInfo.environment["CUTLINE_SEEDS"].flatMap(Int.init)
        let failures = await SeedRun(seeds: sabotage.seeds(count ?? 200), sabotage: sabotage, stopsAtFailure: count == nil).failures()
        #expect(!failures.isEmpty)
    }
}
