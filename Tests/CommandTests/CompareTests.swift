import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct CompareTests {
    private func harness(_ count: Int = 6) -> CommandHarness {
        let harness = CommandHarness()
        for number in 0..<count { harness.folder.write("photos/\(number).png", png("\(number)")) }
        return harness
    }

    private static let grid = [
        "--provider", "simulator", "--model", "sim-1", "--model", "sim-2", "--prompt", "Describe.", "--prompt", "List.",
    ]

    private func compare(_ harness: CommandHarness, _ more: String...) async -> CommandResult {
        await harness.run(["compare", "photos"] + more + Self.grid)
    }

    private func batches(_ harness: CommandHarness) async throws -> [String] {
        (try await harness.status()["trials"]?.array ?? []).compactMap { $0["name"]?.string }
    }

    /// Trials are exported where they are named.
    private func records(_ harness: CommandHarness) async throws -> [JSONValue] {
        let exported = await harness.run(["export"] + (try await batches(harness)).flatMap { ["--batch", $0] })
        return try exported.output.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
    }

    @Test func everyPromptIsAskedOfEveryModelAboutTheSamePictures() async throws {
        let harness = harness()
        let said = await compare(harness, "--sample", "2")
        #expect(said.code == 0)
        #expect(said.output.hasPrefix("A  Describe.\nB  List.\n1  sim-1\n2  sim-2\n\n"))
        for label in ["A1", "A2", "B1", "B2"] {
            #expect(said.output.split(separator: "\n").count { $0.hasPrefix("  \(label)  A PNG picture, 2 × 3 pixels") } == 2)
        }
        let names = try await batches(harness)
        #expect(names.count == 4 && names.allSatisfy { $0.hasPrefix("photos-compare-") && $0.count == 23 })
        let records = try await records(harness)
        #expect(records.count == 8 && Set(records.compactMap { $0["key"]?.string }).count == 2)
        let asked = Set(records.compactMap { "\($0["requested_model"]?.string ?? "") \($0["prompt"]?.string ?? "")" })
        #expect(asked == ["sim-1 Describe.", "sim-2 Describe.", "sim-1 List.", "sim-2 List."])
        #expect(names.allSatisfy { said.output.contains("  \($0)  2 of 2     ") })
    }

    @Test func repeatingPaysForNothingTwiceAndMoreAddsToIt() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.writeJobFile(simulator)
            let compare = { (size: String) in
                await harness.cutline("compare", "jobs.json", "--model", "sim-1", "--model", "sim-2", "--sample", size)
            }
            #expect(await compare("2").code == 0)
            let again = await compare("2")
            #expect(again.error.hasPrefix("2 pictures × 1 prompt × 2 models: every caption is there already, no call is needed\n"))
            #expect(simulator.callCount == 4)
            let more = await compare("3")
            #expect(more.error.hasPrefix("3 pictures × 1 prompt × 2 models: 2 calls to make (4 are there already), of unknown cost"))
            #expect(simulator.callCount == 6)
        }
    }

    @Test func pricesAreGivenForAllOrForEach() async throws {
        let harness = harness()
        let more = ["--sample", "2", "--price", "1/1", "--price", "sim-2=10/10"]
        let said = await harness.run(["compare", "photos"] + more + Self.grid)
        #expect(said.error.contains("8 calls to make, "))
        // Two captions of 267 tokens each; six pictures in all.
        let costs = said.output.split(separator: "\n").filter { $0.contains("photos-compare-") }.map { $0.split(separator: " ").suffix(5) }
        #expect(costs.map { $0.first ?? "" } == ["$0.00053", "$0.0053", "$0.00053", "$0.0053"], "\(said.output)")
        #expect(costs.map { $0.last ?? "" } == ["$0.0016", "$0.016", "$0.0016", "$0.016"])
        let whole = try await records(harness)
        #expect(whole.count == 8 && whole.allSatisfy { $0["usage"]?["cost_source"]?.string == "estimated" })
    }

    @Test func aPriceThatComesLaterIsReckonedWithTheTokens() async throws {
        let harness = harness()
        #expect(!(await compare(harness, "--sample", "2")).output.contains("$"))
        let priced = await compare(harness, "--sample", "2", "--price", "1/1")
        #expect(priced.output.contains("$0.00053") && priced.output.contains("≈ $0.0016"))
        // It was kept with the cells.
        #expect(await compare(harness, "--sample", "2").output.contains("≈ $0.0016"))
    }

    @Test(arguments: [("sim-9=1/1", "sim-9 is not compared; there are sim-1, sim-2"), ("1", "--price"), ("=1/1", "--price")])
    func aPriceOfNothingIsRefused(price: String, sentence: String) async {
        let said = await compare(harness(), "--price", price)
        #expect(said.code == 64 && said.error.contains(sentence), "\(said.error)")
    }

    /// What an interrupted larger sample left in the queue is not paid for by a smaller one.
    @Test func onlyTheSampleIsWorkedOn() async throws {
        let harness = harness()
        try await withSimulator(SimulatorOptions(faults: [try Fault(parsing: "quota@1+")])) { simulator in
            harness.writeJobFile(simulator)
            let stopped = await harness.cutline("compare", "jobs.json", "--sample", "6")
            #expect(stopped.code == 2 && stopped.output.contains("  0 of 6     "))
        }
        try await withSimulator { simulator in
            harness.writeJobFile(simulator)
            #expect(await harness.cutline("compare", "jobs.json", "--sample", "2").code == 0)
            #expect(simulator.callCount == 2)
            let counts = (try await harness.status()["trials"]?[0]?["counts"]?.object ?? [:]).compactMapValues(\.int).filter {
                $0.value > 0
            }
            #expect(counts == ["succeeded": 2, "queued": 4])
        }
    }

    @Test func whatFailsIsShownBesideTheRest() async throws {
        let harness = harness(1)
        let said = await harness.cutline(
            "compare", "photos", "--provider", "simulator", "--model", "sim-1", "--prompt", "Describe.", "--prompt",
            "[simulate: image-rejected]", "-o", "page.html")
        #expect(said.code == 1)
        #expect(said.output.contains("  A1  A PNG picture") && said.output.contains("  B1  image_rejected (400): "))
        #expect(said.output.contains("  0 of 1     "))
        #expect(harness.text("page.html").contains("<p class=\"missing\" dir=\"auto\">image_rejected (400): "))
    }

    @Test func aDryRunSaysWhatItWouldCostAndDoesNothing() async throws {
        try await ModelServer.run(list: #"{"data":[{"id":"m","pricing":{"prompt":"0.000001","completion":"0.00001"}}]}"#) { server in
            let harness = harness(2)
            harness.write(server)
            let said = await harness.cutline(
                "compare", "photos", "--provider", "mine", "--model", "m", "--prompt", "One.", "--prompt", "Two.", "--dry-run",
                "--max-tokens", "10")
            #expect(said.error.hasPrefix("2 pictures × 2 prompts × 1 model: 4 calls to make, $"))
            #expect(said.code == 0 && server.posts == 0 && !harness.has("cutline.db"))
            let paid = await harness.cutline(
                "compare", "photos", "--provider", "mine", "--model", "m", "--prompt", "One.", "--max-tokens", "10", "--sample", "1")
            // 1,000 tokens in and 50 out, and twice that for the whole input.
            #expect(paid.output.contains("  1 of 1     1,050   $0.0015  ") && paid.output.contains("  ≈ $0.003\n"))
        }
    }

    @Test func whatIsInTheWayIsFoundBeforeAnythingIsPaid() async throws {
        let harness = harness(1)
        harness.write("page.html", "mine")
        let said = await compare(harness, "-o", "page.html")
        #expect(said.code == 64 && said.error.contains("exists already; give --overwrite"))
        #expect(!harness.has("cutline.db") && harness.text("page.html") == "mine")
        #expect(await compare(harness, "-o", "page.html", "--overwrite").code == 0)
        #expect(harness.text("page.html").hasPrefix("<!DOCTYPE html>"))
        #expect(await compare(harness, "-o", "page.txt").code == 64)
    }

    @Test func recordsOfTheGridAreExported() async throws {
        let harness = harness(2)
        #expect(await compare(harness, "-o", "grid.jsonl").code == 0)
        let lines = harness.text("grid.jsonl").split(separator: "\n")
        let asked = try lines.map { line in
            let record = try JSONValue(parsing: line.utf8)
            return "\(record["key"]?.string ?? "") \(record["prompt"]?.string ?? "") \(record["requested_model"]?.string ?? "")"
        }
        let cells = ["Describe. sim-1", "Describe. sim-2", "List. sim-1", "List. sim-2"]
        #expect(asked == ["0.png", "1.png"].flatMap { key in cells.map { "\(key) \($0)" } })
        #expect(await compare(harness, "-o", "grid.csv").code == 0)
        #expect(harness.text("grid.csv").split(separator: "\r\n").count == 9)
    }

    /// The cells share it; each may make one call at most.
    @Test func aBudgetHoldsForAllCellsTogether() async throws {
        try await withSimulator { simulator in
            let harness = harness()
            harness.write(
                "jobs.json",
                """
                {"batch": "photos", "provider": {"name": "simulator", "base_url": "\(simulator.baseURL)",
                 "prices": {"sim-1": {"input_per_million": 0, "output_per_million": 0, "per_request": 1}}},
                 "model": "sim-1", "parameters": {"max_tokens": 20}, "images": ["photos"]}
                """)
            let arguments = ["compare", "jobs.json", "--prompt", "One.", "--prompt", "Two.", "--sample", "5", "--max-cost"]
            let said = await harness.run(arguments + ["5"])
            #expect(said.code == 2 && said.error.contains("is used up: $2.00 spent"), "\(said.error)")
            #expect(simulator.callCount == 4)
            #expect(await harness.run(arguments + ["1"]).code == 64)
            #expect(await harness.run(arguments + ["none"]).code == 0)
            #expect(simulator.callCount == 10)
        }
    }

    @Test func promptsComeFromFilesToo() async throws {
        let harness = harness(1)
        harness.write("b.txt", "From a file.")
        let said = await harness.cutline(
            "compare", "photos", "--provider", "simulator", "--model", "sim-1", "--prompt", "Describe.", "--prompt-file", "b.txt",
            "--prompt", "Describe.")
        #expect(said.output.hasPrefix("A  Describe.\nB  From a file.\n1  sim-1\n\n"))
        #expect(try await batches(harness).count == 2, "the same prompt given twice is one")
    }

    @Test(arguments: [
        (["--sample", "0"], "--sample must be"), (["--sample", "2501"], "--sample must be"),
        (["--prompt", ""], "--prompt must not be empty"),
        (["--max-tokens", "0"], "--max-tokens must be above 0"), (["--provider", "simulatr"], "did you mean simulator?"),
    ])
    func whatCannotBeIsRefused(flags: [String], sentence: String) async {
        let harness = harness(1)
        let said = await harness.run(["compare", "photos"] + Self.grid + flags)
        #expect(said.code == 64 && said.error.contains(sentence), "\(said.error)")
        #expect(!harness.has("cutline.db"))
    }
}
