import CutlineCore
import Foundation
import TestSupport
import Testing

/// A batch at every provider, as `cutline simulate --as NAME` plays it: a folder and an address in, captions with usage and cost out,
/// through trouble on the way.
@Suite struct ProviderTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        /// In dollars for one answer; nil: the provider says nothing and lists no price.
        var cost: ClosedRange<Double>?
        var source: String?
        var streamsCost = true
        var takesWebP = true

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "hackclub", cost: 0.00003...0.0002, source: "reported"),
        Case(name: "infron", cost: 0.00003...0.0002, source: "reported"),
        Case(name: "indoxhub", cost: 0.00003...0.0002, source: "reported", streamsCost: false), Case(name: "anyfast"), Case(name: "openai"),
        Case(name: "openrouter", cost: 0.00003...0.0002, source: "reported"), Case(name: "gemini"), Case(name: "anthropic"),
        Case(name: "mistral"), Case(name: "groq"), Case(name: "together", cost: 0.00003...0.0002, source: "estimated"),
        Case(name: "fireworks", takesWebP: false), Case(name: "azure"), Case(name: "ollama"), Case(name: "vllm"),
        Case(name: "llamacpp", takesWebP: false),
        Case(name: "lmstudio", takesWebP: false), Case(name: "litellm", cost: 0.00003...0.0002, source: "reported"),
    ]

    @Test(arguments: cases.map { ($0, false) } + cases.prefix(6).map { ($0, true) })
    func aBatchIsCaptioned(provider: Case, streams: Bool) throws {
        let workspace = Workspace()
        try workspace.copyExamples(["a.png", "harbour.jpg"] + (provider.takesWebP ? ["b.webp"] : []), to: "photos")
        let simulator = try ProviderProcess(
            in: workspace.folder, "--as", provider.name, "--key", "sk-test", "--fault", "rate-limited:retry-after=0.2@2")
        workspace.folder.write("jobs.json", text: jobs(at: simulator.baseURL, provider))
        var program = workspace.program
        let key = try #require(try profile(provider.name, program)["api_key_env"]?.string)
        program.variables[key] = "sk-test"
        let run = try program.run(["run", "jobs.json", "--allow-private-hosts"] + (streams ? ["--stream"] : []))
        #expect(run.status == 0, "\(run.error)")
        let records = try workspace.records()
        #expect(records.count == (provider.takesWebP ? 4 : 3))
        let (cost, source) = streams && !provider.streamsCost ? (nil, nil) : (provider.cost, provider.source)
        for record in records {
            #expect(record["caption"]?.string?.contains(" picture, ") == true, "\(record.text)")
            #expect(record["usage"]?["total_tokens"]?.int ?? 0 > 0)
            let paid = record["usage"]?["cost_usd"]?.double
            #expect(paid.map { cost?.contains($0) ?? false } ?? (cost == nil), "\(record.text)")
            #expect(record["usage"]?["cost_source"]?.string == source)
        }
    }

    private func profile(_ name: String, _ program: Program) throws -> JSONValue {
        try JSONValue(parsing: try program.run("providers", name).output.utf8)
    }

    /// A folder, and a picture that the simulator itself serves.
    private func jobs(at base: String, _ provider: Case) -> String {
        let origin = base.split(separator: "/").prefix(2).joined(separator: "//")
        return """
            {"batch": "all", "provider": {"name": "\(provider.name)", "base_url": "\(base)"}, "model": "sim-1", "prompt": "Describe.",
             "parameters": {"max_tokens": 100, "temperature": 0.2}, "images": ["photos/*", "\(origin)/pictures/web.png"]}
            """
    }
}
