import CutlineCore
import CutlineProvider
import CutlineSimulator
import Testing

/// What the simulator plays is what the provider room understands: every fault of every dialect comes to its class.
@Suite(.timeLimit(.minutes(15))) struct RehearsalTests {
    typealias Dialect = SimulatorOptions.Dialect

    @Test(arguments: Dialect.allCases)
    func aFaultComesToItsClass(dialect: Dialect) async throws {
        try await withSimulator(SimulatorOptions(dialect: dialect)) { simulator async throws in
            let client = ProviderClient(connections: 4, now: { Timestamp(milliseconds: 0) })
            var profile = try Self.profile(dialect)
            profile.baseURL = simulator.baseURL
            for fault in Fault.Name.allCases where !Self.isPlayedElsewhere(fault) && (fault != .gzipBomb || dialect == .openai) {
                let outcome = await client.call(Self.request(fault), profile: profile, key: nil, timeout: .seconds(20))
                let meant = Self.meant(by: fault, in: dialect)
                #expect(meant.contains(outcome.failureClass), "\(fault.rawValue): \(outcome)")
            }
            await client.shutdown()
        }
    }

    /// Whatever the server does with the connection behind the finish reason.
    @Test(arguments: ["stream-lingers", "stream-lingers-usage"])
    func aStreamEndsBehindItsFinishReason(fault: String) async throws {
        try await withSimulator { simulator async throws in
            let client = ProviderClient(connections: 1, streamGrace: .milliseconds(20), now: { Timestamp(milliseconds: 0) })
            var profile = Profile(name: "p", baseURL: simulator.baseURL)
            profile.streams = true
            let request = CaptionRequest(model: "sim-1", prompt: "[simulate: \(fault)]", images: [])
            let outcome = await client.call(request, profile: profile, key: nil, timeout: .seconds(60))
            guard case .caption(let caption) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(caption.text == "No picture was sent." && caption.finishReason == .stop)
            #expect((caption.usage.outputTokens != nil) == (fault == "stream-lingers-usage"))
            await client.shutdown()
        }
    }

    /// Under a schema the JSON alone is the caption, wherever it stood, and the answer as it came stays beside it.
    @Test(arguments: ["fenced-json", "tool-answer", "failed-generation"])
    func jsonIsFoundWhereverItStands(fault: String) async throws {
        let format =
            #"{"type":"json_schema","json_schema":{"name":"c","schema":{"type":"object","properties":{"width":{"type":"number"}}}}}"#
        try await withSimulator { simulator async throws in
            let client = ProviderClient(connections: 1, now: { Timestamp(milliseconds: 0) })
            let request = CaptionRequest(
                model: "sim-1", prompt: "[simulate: \(fault)]", images: [],
                parameters: Parameters(others: ["response_format": try JSONValue(parsing: format.utf8)]))
            let outcome = await client.call(
                request, profile: Profile(name: "p", baseURL: simulator.baseURL), key: nil, timeout: .seconds(60))
            await client.shutdown()
            switch outcome {
            case .caption(let caption):
                #expect(caption.text == #"{"width":1.0}"# && (caption.raw != nil) == (fault == "fenced-json"))
            case .failure(let failure): #expect(fault == "failed-generation" && failure.answer == "A picture {\"width\": 640")
            case .unknown, .notSent, .changed: #expect(Bool(false), "\(outcome)")
            }
        }
    }

    @Test func anEncodingThatNobodyReadsStopsTheLane() async throws {
        try await withSimulator(SimulatorOptions(faults: [Fault(named: .unknownEncoding)])) { simulator async throws in
            let client = ProviderClient(connections: 1, now: { Timestamp(milliseconds: 0) })
            let outcome = await client.call(
                CaptionRequest(model: "sim-1", prompt: "p", images: []), profile: Profile(name: "p", baseURL: simulator.baseURL), key: nil,
                timeout: .seconds(60))
            await client.shutdown()
            guard case .failure(let failure) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(failure.stopsLane == true && failure.billed == .unknown && failure.message.contains("encoded as br"))
            #expect(RetryPolicy().decision(after: failure, tally: JobTally(failures: 9), jitter: 0) == .release)
            var lane = Lane(limits: Limits(), at: Timestamp(milliseconds: 0))
            _ = lane.tryReserve(.noTokens, model: "m", at: Timestamp(milliseconds: 0))
            let start = Timestamp(milliseconds: 0)
            _ = lane.apply(.failed(failure), model: "m", reserved: .noTokens, startedAt: start, at: start)
            #expect(lane.paused?.kind == .malformedAnswer)
        }
    }

    /// IndoxHub's own, for its paths; else one without rules of its own, so that the wire alone is tried.
    private static func profile(_ dialect: Dialect) throws -> Profile {
        guard dialect.rawValue.hasPrefix("indoxhub") else { return Profile(name: dialect.rawValue) }
        return try #require(try ProfileCatalogue.builtIn()["indoxhub"])
    }

    /// These need a stream, a schema, a picture of their own, or time.
    private static func isPlayedElsewhere(_ fault: Fault.Name) -> Bool {
        [
            .resetEarly, .hang, .trickle, .schemaMismatch, .fencedJSON, .toolAnswer, .noDone, .errorInStream, .cutStream, .streamLingers,
            .streamLingersUsage, .panorama,
        ].contains(
            fault)
    }

    private static func request(_ fault: Fault.Name) -> CaptionRequest {
        CaptionRequest(
            model: fault == .unknownModel ? "sim-2" : "sim-1",
            prompt: "[simulate: \(fault.rawValue)]" + String(repeating: " word", count: fault == .oversize ? 1_000 : 0),
            images: [.url("https://pictures.invalid/harbour.jpg")],
            parameters: Parameters(maxTokens: 50, others: ["service_tier": .string("flex")]))
    }

    /// Where two readings are sound, both.
    private static func meant(by fault: Fault.Name, in dialect: Dialect) -> Set<FailureClass?> {
        switch (fault, dialect) {
        // A day's allowance that names its end is waited for under either word.
        case (.dailyQuota, _): [.quotaExhausted, .rateLimited]
        // No word says that it is the model.
        case (.modelNotFound, .anthropic), (.modelNotFound, .azure), (.unknownModel, .anthropic), (.unknownModel, .azure):
            [.modelNotFound, .wrongEndpoint]
        case (.refusal, .indoxhub), (.refusal, .indoxhubB): [.refused, .contentFiltered, .emptyAnswer]
        default: [fault.failureClass]
        }
    }
}

extension Outcome {
    fileprivate var failureClass: FailureClass? {
        switch self {
        case .failure(let failure), .unknown(let failure): failure.kind
        case .caption, .notSent, .changed: nil
        }
    }
}
