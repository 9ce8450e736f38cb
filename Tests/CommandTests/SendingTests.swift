import CutlineCore
import CutlineSimulator
import SystemPackage
import TestSupport
import Testing

@testable import cutline

/// How requests are sent, as flags and job files say it: seen by the provider.
@Suite(.timeLimit(.minutes(15))) struct SendingTests {
    private let schema = #"{"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}"#

    /// Runs `flags` at a simulator and returns the calls it received.
    private func calls(
        _ flags: String..., dialect: SimulatorOptions.Dialect = .openai, harness: CommandHarness = CommandHarness(pictures: "photos/a.png"),
        more: String = "",
        faults: [Fault] = [], images: [String] = ["photos"]
    ) async throws -> (said: CommandResult, calls: [JSONValue]) {
        let log = harness.folder.path.appending("calls.jsonl")
        let options = SimulatorOptions(dialect: dialect, faults: faults, log: log)
        let said = try await withSimulator(options) { simulator in
            harness.writeJobFile(
                simulator, images: images.map { $0.replacing("BASE", with: simulator.baseURL.replacing("/v1", with: "")) }, more: more)
            return await harness.run(["run", "jobs.json"] + flags)
        }
        let calls = try harness.text("calls.jsonl").split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        return (said, calls.filter { $0["event"]?.string == "received" })
    }

    private func names(_ call: JSONValue?) -> [String] { (call?["parameters"]?.array ?? []).compactMap(\.string) }

    @Test func aParameterIsPassedOnAsGiven() async throws {
        let seen = try await calls("--parameter", "top_p=0.9", "--parameter", "stop=END", "--parameter", "max_tokens=50")
        #expect(seen.said.code == 0, "\(seen.said.error)")
        #expect(names(seen.calls.first).sorted() == ["max_tokens", "stop", "top_p"])
    }

    @Test(arguments: ["top_p", "=1", "model=x", "stream=true", "max_tokens=0", "n=2"])
    func anImpossibleParameterIs64(parameter: String) async {
        let said = await CommandHarness(pictures: "a.png").caption("a.png", "--parameter", parameter)
        #expect(said.code == 64 && said.error.contains("--parameter"))
    }

    @Test func aParameterOfAnotherFlagIsNamedAsItWasGiven() async {
        let said = await CommandHarness(pictures: "a.png").caption("a.png", "--parameter", "messages=x")
        #expect(said.error == "cutline: --parameter messages: is not a parameter; it is set by Cutline\n")
    }

    @Test func answersAreStreamedWhereAsked() async throws {
        #expect(names(try await calls("--stream").calls.first).contains("stream"))
        #expect(!names(try await calls().calls.first).contains("stream"))
        let inFile = try await calls(more: #", "parameters": {"stream": true}"#)
        #expect(inFile.said.code == 0 && names(inFile.calls.first).contains("stream"))
        #expect(!names(try await calls("--no-stream", more: #", "parameters": {"stream": true}"#).calls.first).contains("stream"))
    }

    /// Streaming is no part of what a caption is: nothing is paid for twice.
    @Test func streamingDoesNotMakeAnotherJob() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        #expect(try await calls("--stream", harness: harness).calls.count == 1)
        #expect(try await calls(harness: harness).calls.count == 1, "both runs wrote one log")
    }

    @Test func aSchemaIsAskedForAndHeldTo() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        harness.write("schema.json", schema)
        let seen = try await calls("--schema", "schema.json", harness: harness)
        #expect(seen.said.code == 0, "\(seen.said.error)")
        #expect(names(seen.calls.first) == ["response_format"])
        let caption = try JSONValue(parsing: try await harness.records()[0]["caption"]?.string?.utf8 ?? "".utf8)
        #expect(caption["title"]?.string != nil)
        let other = CommandHarness(pictures: "photos/a.png")
        other.write("schema.json", schema)
        let bad = try await calls("--schema", "schema.json", harness: other, faults: [Fault(named: .schemaMismatch)])
        #expect(bad.said.code == 1 && bad.said.error.contains("schema_mismatch"))
        let attempt = try JSONValue(parsing: await other.cutline("show", "1", "--json").output.utf8)["attempt_log"]?[0]
        #expect(attempt?["rejected_answer"]?.string?.isEmpty == false)
    }

    @Test(arguments: [("{", "cannot be used"), (#"{"type": "thing"}"#, "type"), (#"{"properties": 1}"#, "properties")])
    func aSchemaThatIsNoneIs65(text: String, word: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("schema.json", text)
        let said = await harness.caption("a.png", "--schema", "schema.json")
        #expect(said.code == 65 && said.error.contains("schema.json") && said.error.contains(word))
        #expect(!harness.has("cutline.db"))
    }

    @Test func aPictureOnTheWebGoesAsItsAddressOrAsBytes() async throws {
        let images = ["BASE/pictures/a.png"]
        let plain = try await calls(images: images)
        #expect(plain.said.code == 0, "\(plain.said.error)")
        #expect(plain.calls.first?["pictures"]?[0]?["sent"]?.string == "url")
        let inline = try await calls("--image-transport", "inline", "--allow-private-hosts", images: images)
        #expect(inline.said.code == 0, "\(inline.said.error)")
        #expect(inline.calls.first?["pictures"]?[0]?["sent"]?.string == "inline")
        let guarded = try await calls("--image-transport", "inline", images: images)
        #expect(guarded.said.code == 1 && guarded.calls.isEmpty && guarded.said.error.contains("image_not_allowed — allow these addresses"))
    }

    /// The provider cannot fetch it twice; the third call brings it along.
    @Test func whatTheProviderCannotFetchIsBroughtAlong() async throws {
        var harness = CommandHarness()
        harness.hurry()
        let seen = try await calls(
            "--allow-private-hosts", harness: harness, faults: [Fault(named: .imageUnreachable)], images: ["BASE/pictures/a.png"])
        #expect(seen.said.code == 0, "\(seen.said.error)")
        #expect(seen.calls.map { $0["pictures"]?[0]?["sent"]?.string } == ["url", "url", "inline"])
    }

    @Test func aParameterThatTheModelRefusesIsLeftOutOrRenamed() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        let seen = try await calls(
            "--model", "gpt-5-mini", "--max-tokens", "50", "--temperature", "0.2", "--concurrency", "1", harness: harness)
        #expect(seen.said.code == 0, "\(seen.said.error)")
        #expect(seen.said.error.contains("max_tokens as max_completion_tokens"))
        #expect(names(seen.calls.last) == ["max_completion_tokens"])
        #expect(try await harness.status()["batches"]?[0]?["attempts"]?["total"]?.int == 2, "a refusal for its form is no attempt")
    }

    @Test func indoxHubsPathsAreTriedInOrder() async throws {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        let log = harness.folder.path.appending("calls.jsonl")
        try await withSimulator(SimulatorOptions(dialect: .indoxhub, log: log)) { simulator async throws in
            harness.write(
                "jobs.json",
                """
                {"batch": "photos", "provider": {"name": "indoxhub", "base_url": "\(simulator.baseURL)",
                 "chat_paths": ["/api/v1/chat/completions", "/api/v1/chat/completions/"]},
                 "model": "sim-1", "prompt": "Describe.", "images": ["photos"], "limits": {"concurrency": 1}}
                """)
            var harness = harness
            harness.variables["INDOXHUB_API_KEY"] = "sk-test"
            let said = await harness.cutline("run", "jobs.json")
            #expect(said.code == 0, "\(said.error)")
            #expect(said.error.contains("the next call goes to /api/v1/chat/completions/\n"))
            #expect(try await harness.counts() == ["succeeded": 2])
        }
    }

    /// Filed under what was sent, and paid for once.
    @Test func aPictureThatWasEditedAfterItWasAddedIsSentAsItIs() async throws {
        var harness = CommandHarness(pictures: "photos/a.png")
        harness.hurry()
        _ = await harness.add("photos")
        harness.folder.write("photos/a.png", png("another picture"))
        let said = await harness.cutline("work")
        #expect(said.code == 0, "\(said.error)")
        #expect(said.error.contains("photos/a.png changed after it was added; it is sent as it is now, in a few seconds\n"))
        let records = try await harness.records()
        #expect(records.count == 1)
        #expect(records[0]["caption"]?.string?.contains("\(png("another picture").count) bytes") == true)
        #expect(await harness.add("photos").error.contains("1 there already"))
        #expect(try await harness.counts() == ["succeeded": 1, "cancelled": 1])
    }
}

extension CommandHarness {
    /// A clock that runs twenty times as fast as the wall's: pauses of seconds are over at the runner's next look.
    fileprivate mutating func hurry() {
        let start = Timestamp.wallClock
        now = { CommandHarness.noon + .milliseconds((Timestamp.wallClock - start).milliseconds * 20) }
    }
}
