import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

/// Jobs that are asked at a second provider: by the job file's list, or because a person says so.
@Suite(.timeLimit(.minutes(15))) struct FallbackTests {
    private static func list(_ second: Simulator, key: String? = nil, price: String? = nil) -> String {
        let variable = key.map { #", "api_key_env": "\#($0)""# } ?? ""
        let cost = price.map { #", "price": "\#($0)""# } ?? ""
        return
            #", "fallback": [{"provider": {"name": "second", "base_url": "\#(second.baseURL)"\#(variable)}, "model": "sim-2"\#(cost)}]"#
    }

    private func withTwo(_ fault: Fault.Name?, _ body: (Simulator, Simulator) async throws -> Void) async throws {
        try await withSimulator(SimulatorOptions(faults: fault.map { [Fault(named: $0)] } ?? [])) { first in
            try await withSimulator { second in try await body(first, second) }
        }
    }

    @Test func whatTheFirstRefusesTheSecondAnswers() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        try await withTwo(.contentFilter) { first, second in
            harness.writeJobFile(first, more: Self.list(second))
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.code == 0, "\(said.error)")
            #expect(said.error.components(separatedBy: "goes on to second, sim-2").count == 2, "said once: \(said.error)")
            #expect(first.callCount == 2 && second.callCount == 2)
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            #expect(first.callCount == 2 && second.callCount == 2)
        }
        let records = try await harness.records()
        #expect(records.map { $0["provider"]?.string } == ["second", "second"])
        #expect(records.map { $0["requested_model"]?.string } == ["sim-2", "sim-2"])
        let attempts = try JSONValue(parsing: await harness.cutline("show", "1", "--json").output.utf8)["attempt_log"]
        #expect(attempts?[0]?["provider"]?.string == "simulator" && attempts?[0]?["error"]?["class"]?.string == "content_filtered")
        #expect(attempts?[1]?["provider"]?.string == "second" && attempts?[1]?["requested_model"]?.string == "sim-2")
        #expect(await harness.cutline("show", "1").output.contains("attempt 2 at second, sim-2, succeeded"))
    }

    @Test func aMissingKeyOfTheSecondIsFoundBeforeAnythingIsSent() async throws {
        var harness = CommandHarness(pictures: "photos/a.png")
        try await withTwo(nil) { first, second in
            harness.writeJobFile(first, more: Self.list(second, key: "SECOND_KEY"))
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.code == 64 && said.error.contains("second needs an API key: set the environment variable SECOND_KEY"))
            #expect(first.callCount == 0 && !harness.has("cutline.db"))
            #expect(await harness.cutline("add", "jobs.json").code == 0)
            #expect(await harness.cutline("work").error.contains("SECOND_KEY"))
            #expect(await harness.cutline("doctor", "--offline").output.contains("SECOND_KEY is not set"))
            harness.variables["SECOND_KEY"] = "k"
            #expect(await harness.cutline("work").code == 0)
        }
    }

    /// The file holds the key of the batch's own provider.
    @Test func theKeyOfAFileGoesToNobodyElse() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        harness.write("key", "secret")
        try await withTwo(nil) { first, second in
            harness.writeJobFile(first, key: "FIRST_KEY", more: Self.list(second, key: "SECOND_KEY"))
            let said = await harness.cutline("run", "jobs.json", "--api-key-file", "key")
            #expect(said.code == 64 && said.error.contains("SECOND_KEY"))
        }
    }

    @Test(arguments: [
        (#"[{"provider": "nobody", "model": "m"}]"#, "fallback[0].provider: there is no provider \"nobody\""),
        (#"[{"provider": "simulator", "modl": "m"}]"#, "fallback[0].modl: unknown key"),
        (#"[{"provider": "simulator"}]"#, "fallback[0]: needs a model"), (#"[{"model": "m"}]"#, "fallback[0]: needs a provider"),
        (#"[{"provider": "openai", "model": "m", "price": "dear"}]"#, "fallback[0].price: expected US dollars"),
        (#"[{"provider": "simulator", "model": "sim-1"}]"#, "fallback[0]: simulator, sim-1 is asked before it already"),
        (#"[{"provider": "openai", "model": "m"}, {"provider": "openai", "model": "m"}]"#, "fallback[1]: openai, m is asked before"),
        (#"{"provider": "openai"}"#, "fallback: expected a list"),
    ])
    func aListThatCannotBeUsedIs65(list: String, sentence: String) async {
        let harness = CommandHarness(pictures: "photos/a.png")
        harness.write(
            "jobs.json", #"{"provider": "simulator", "model": "sim-1", "prompt": "p", "images": ["photos"], "fallback": \#(list)}"#)
        let said = await harness.cutline("add", "jobs.json")
        #expect(said.code == 65 && said.error.contains(sentence), "\(said.error)")
        #expect(!harness.has("cutline.db"))
    }

    @Test func aBudgetNeedsThePriceOfEachPlace() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        try await withTwo(.contentFilter) { first, second in
            let flags = ["run", "jobs.json", "--max-cost", "1", "--price", "1/1", "--max-tokens", "100"]
            harness.writeJobFile(first, more: Self.list(second))
            let said = await harness.run(flags)
            #expect(said.code == 64 && said.error.contains("what does sim-2 cost at second?"), "\(said.error)")
            harness.writeJobFile(first, more: Self.list(second, price: "2/3"))
            #expect(await harness.run(flags).code == 0)
            #expect(first.callCount == 1 && second.callCount == 1)
        }
    }

    @Test func aPersonSendsWhatFailedAndWhatWaitsToAnother() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        try await withTwo(.imageRejected) { first, second in
            harness.write("providers.json", #"[{"name": "second", "base_url": "\#(second.baseURL)"}]"#)
            harness.writeJobFile(first)
            #expect(await harness.cutline("run", "jobs.json").code == 1)
            harness.folder.write("photos/b.png", png("b"))
            #expect(await harness.cutline("add", "jobs.json").code == 0)
            let moved = await harness.cutline("retry", "--batch", "photos", "--provider", "second", "--model", "sim-2")
            #expect(moved.output == "2 jobs queued again (1 of them queued before), to be asked at second, sim-2\n", "\(moved.error)")
            #expect(first.callCount == 1 && second.callCount == 0, "nothing is sent by retry")
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            #expect(first.callCount == 1 && second.callCount == 2)
        }
        #expect(try await harness.records().map { $0["provider"]?.string } == ["second", "second"])
        #expect(try await harness.status()["batches"]?[0]?["provider"]?.string == "simulator")
        #expect(try await harness.status()["lanes"]?.array?.compactMap { $0["name"]?.string } == ["second", "simulator"])
    }

    @Test func anotherModelIsAskedAtTheSameAddress() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        try await withTwo(nil) { first, _ in
            harness.writeJobFile(first)
            #expect(await harness.cutline("add", "jobs.json").code == 0)
            #expect(
                await harness.cutline("retry", "--model", "sim-9").output
                    == "1 job queued again (1 of them queued before), to be asked at sim-9\n")
            #expect(await harness.cutline("run", "jobs.json").code == 0)
            #expect(first.callCount == 1)
        }
        #expect(try await harness.records().map { $0["requested_model"]?.string } == ["sim-9"])
    }
}
