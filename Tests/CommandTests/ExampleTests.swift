import CutlineCore
import SystemPackage
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct ExampleTests {
    @Test func theExampleRunsAsItIs() async throws {
        var harness = CommandHarness()
        harness.now = { .wallClock }
        let said = await harness.cutline("run", repository.appending("jobs.example.json").string)
        #expect(said.code == 0)
        #expect(said.error.hasPrefix("batch \"example\": 15 new jobs\n15 of 15 jobs captioned, "))
        let records = try await harness.records()
        #expect(records.count == 15)
        #expect(records.allSatisfy { $0["caption"]?.string?.isEmpty == false })
        #expect(records.last?["key"]?.string == "pair")
    }
}
