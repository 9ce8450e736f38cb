import CutlineCore
import Foundation
import Testing
import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Half of the answers are served at the price of flex: two processes, one of them killed, and a cap.
@Suite struct FlexTests {
    /// US dollars per million tokens; that a token costs a fraction of a nano-dollar shows how sums are rounded.
    private static let price = "2.5001/10.0003"
    private static let cap = 0.06

    @Test func bothPricesAreBookedToTheNanoDollarUnderACapThatIsNeverPassed() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(
            in: workspace.folder, "--latency", "40", "--fault", "flex-unavailable@6", "--fault", "served-standard@50%")
        try workspace.writeJobs(120, at: provider.baseURL, concurrency: 8, more: #""parameters": {"max_tokens": 40}, "tier": "flex","#)
        let run = ["run", "jobs.json", "--model", "gpt-4o", "--price", Self.price, "--max-cost"]
        let first = try workspace.program.start(run + ["\(Self.cap)"])
        #expect(try first.wait { try provider.answers() >= 12 })
        let second = try workspace.program.start(["work"])
        #expect(try first.wait { try provider.answers() >= 20 })
        first.send(SIGKILL)
        #expect(try first.end().signal == SIGKILL)
        // What was in flight may have been billed: its full price stays set aside.
        let end = try second.end(deadline: 120)
        #expect(end.status == 2 && end.error.contains("the budget of \"many\" is used up"), "\(end.error)")
        #expect(try committed(workspace) <= Self.cap)
        #expect(try committed(workspace) > Self.cap / 2)

        let third = try workspace.program.run(run + ["1"], deadline: 120)
        #expect(third.status == 0, "\(third.error)")
        let records = try workspace.records()
        #expect(records.count == 120)
        let tiers = Dictionary(grouping: records) { $0["service_tier"]?.string ?? "none" }.mapValues(\.count)
        #expect((tiers["flex"] ?? 0) > 30 && (tiers["default"] ?? 0) > 30 && tiers["none"] == nil, "\(tiers)")
        var sum: Int64 = 0
        for record in records {
            let booked = try #require(record["usage"]?["cost_usd"]?.double)
            let cost = try expected(record)
            #expect((booked * 1e9).rounded() == Double(cost), "\(record)")
            sum += cost
        }
        let usage = try #require(try workspace.status()["batches"]?[0]?["usage"]?["cost_usd"]?.double)
        #expect((usage * 1e9).rounded() == Double(sum))
        // A lack of machines is no failure.
        #expect(try workspace.attempts("failed") == 0)
        #expect(try provider.calls().allSatisfy { $0["tier"]?.string == "flex" })
        #expect(try workspace.program.run("doctor", "--offline").status == 0)
    }

    private func committed(_ workspace: Workspace) throws -> Double {
        try #require(try workspace.status()["batches"]?[0]?["budget"]?["committed_cost_usd"]?.double)
    }

    /// In nano-dollars, by whole numbers alone: rounded up once.
    private func expected(_ record: JSONValue) throws -> Int64 {
        let input = try #require(record["usage"]?["input_tokens"]?.int)
        let output = try #require(record["usage"]?["output_tokens"]?.int)
        let millionths = Int64(input) * 2_500_100_000 + Int64(output) * 10_000_300_000
        let divisor: Int64 = record["service_tier"]?.string == "flex" ? 2_000_000 : 1_000_000
        return (millionths + divisor - 1) / divisor
    }
}
