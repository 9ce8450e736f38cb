import CutlineCore
import Foundation
import Testing
import TestSupport

/// Providers and inputs that are not as they should be.
@Suite struct TroubleTests {
    @Test func refusedKeyStopsTheRunAndLosesNothing() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--key", "right")
        try workspace.writeJobs(20, at: provider.baseURL)
        let file = workspace.folder.path.appending("jobs.json").string
        let text = try String(contentsOfFile: file, encoding: .utf8)
            .replacingOccurrences(of: #""name": "simulator","#, with: #""name": "simulator", "api_key_env": "SIM_KEY","#)
        workspace.folder.write("jobs.json", text: text)
        var program = workspace.program
        program.variables["SIM_KEY"] = "canary-wrong"
        let run = try program.run("run", "jobs.json")
        #expect(run.status == 2)
        #expect(run.error.contains("Incorrect API key provided"), "\(run.error)")
        #expect(!run.error.contains("canary"))
        #expect(try workspace.count(.queued) == 20)
        #expect(try workspace.attempts("total") == 0)
        let pause = try workspace.status()["lanes"]?[0]?["paused"]
        #expect(pause?["class"]?.string == "unauthorized")
        #expect(pause?["message"]?.string?.contains("Incorrect API key provided") == true)

        program.variables["SIM_KEY"] = "right"
        #expect(try program.run("run", "jobs.json").status == 0)
        #expect(try workspace.count(.succeeded) == 20)
    }

    @Test func missingKeyNamesItsVariableAndNothingIsAdded() throws {
        let workspace = Workspace()
        try workspace.copyExamples(["a.png"], to: "photos")
        let run = try workspace.program.run("run", "photos", "--provider", "hackclub", "--model", "m", "--prompt", "p")
        #expect(run.status == 64)
        #expect(run.error.contains("HACKCLUB_API_KEY"))
        #expect(!FileManager.default.fileExists(atPath: workspace.folder.path.appending("cutline.db").string))
    }

    @Test func everyTenthAnswerAnErrorFailsNoJob() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--fault", "500@10%")
        try workspace.writeJobs(60, at: provider.baseURL)
        let run = try workspace.program.run("run", "jobs.json")
        #expect(run.status == 0, "\(run.error)")
        #expect(try workspace.count(.succeeded) == 60)
        #expect(try workspace.attempts("failed") == (try provider.calls().count) - 60)
    }

    @Test func refusalForTheRateBlocksTheLaneAndCostsNoAttempt() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--fault", "429:retry-after=1@5-8")
        try workspace.writeJobs(30, at: provider.baseURL, concurrency: 4)
        let run = try workspace.program.run("run", "jobs.json", "--max-attempts", "1")
        #expect(run.status == 0, "\(run.error)")
        #expect(run.error.contains("asks for a pause"))
        #expect(try workspace.attempts("total") == 30)
    }

    @Test func lostConnectionIsListedAsMaybeBilledAndRepeatedOnce() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--fault", "reset@3")
        try workspace.writeJobs(6, at: provider.baseURL, concurrency: 1)
        let run = try workspace.program.run("run", "jobs.json")
        #expect(run.status == 0, "\(run.error)")
        #expect(run.error.contains("1 call may have been billed for nothing"))
        #expect(try workspace.attempts("unknown") == 1)
        #expect(try provider.calls().count == 7)
    }

    @Test func unknownOutcomeIsHeldWhereThePolicySaysSo() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--fault", "reset@3")
        try workspace.writeJobs(6, at: provider.baseURL, concurrency: 1)
        #expect(try workspace.program.run("run", "jobs.json", "--on-unknown", "hold").status == 1)
        #expect(try workspace.count(.held) == 1)
        #expect(try provider.calls().count == 6)
    }

    @Test(arguments: [
        (#"{"images": ["a.png"], "modle": "sim-1"}"#, "modle"),
        (#"{"images": ["a.png"], "model": 3}"#, "model"),
        (#"{"jobs": [{"key": "k", "images": ["a.png"]}, {"key": "l", "images": ["gone.png"]}]}"#, "jobs[1].images[0]"),
        (#"{"images": ["a.png", "notes.txt"]}"#, "images[1]"),
        (#"{"images": ["*.jpeg"]}"#, "images[0]"),
        (#"{"images": ["a.png"], "parameters": {"max_tokens": 0}}"#, "parameters.max_tokens"),
        (#"{"images": ["a.png"],"#, "line 1"),
    ])
    func badJobFileNamesThePlaceAndAddsNothing(text: String, place name: String) throws {
        let workspace = Workspace()
        try workspace.copyExamples(["a.png"], to: ".")
        workspace.folder.write("notes.txt", text: "no picture")
        workspace.folder.write("jobs.json", text: text)
        let run = try workspace.program.run(
            "run", "jobs.json", "--provider", "simulator", "--model", "sim-1", "--prompt", "Describe.")
        #expect(run.status == 65, "\(run.error)")
        #expect(run.error.contains("jobs.json") && run.error.contains(name), "\(run.error)")
        #expect(!FileManager.default.fileExists(atPath: workspace.folder.path.appending("cutline.db").string))
    }

    @Test func indoxHubsEnvelopeIsRead() throws {
        let workspace = Workspace()
        let provider = try ProviderProcess(in: workspace.folder, "--as", "indoxhub")
        workspace.folder.write(
            "jobs.json",
            text: """
                {"batch": "b", "provider": {"name": "indoxhub", "base_url": "\(provider.baseURL)"}, "model": "openai/gpt-4o-mini",
                 "prompt": "Describe.", "images": ["a.png"]}
                """)
        try workspace.copyExamples(["a.png"], to: ".")
        var program = workspace.program
        program.variables["INDOXHUB_API_KEY"] = "any"
        let run = try program.run("run", "jobs.json")
        #expect(run.status == 0, "\(run.error)")
        #expect(try workspace.records().map { $0["caption"]?.string } == ["A PNG picture, 360 × 270 pixels, 10,826 bytes."])
        #expect(try provider.calls().first?["path"]?.string == "/api/v1/chat/completions/")
    }

    #if os(Linux)
        @Test func thousandCallsInFlightNeedAHandfulOfThreads() throws {
            let workspace = Workspace()
            let provider = try ProviderProcess(in: workspace.folder, "--fault", "hang")
            try workspace.writeJobs(1_000, at: provider.baseURL, concurrency: 1_000)
            let run = try workspace.program.start(["run", "jobs.json"])
            #expect(try run.wait { try provider.calls().count >= 1_000 })
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(run.id)/task").count
            #expect(threads < 16)
        }
    #endif
}
