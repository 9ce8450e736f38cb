import CutlineCore
import CutlineProvider
import CutlineSimulator
import Testing

/// What the simulator plays is what the provider room understands: every fault of every dialect comes to its class.
@Suite(.timeLimit(.minutes(5))) struct RehearsalTests {
    typealias Dialect = SimulatorOptions.Dialect

    @Test(arguments: Dialect.allCases)
    func aFaultComesToItsClass(dialect: Dialect) async throws {
        try await withSimulator(SimulatorOptions(dialect: dialect)) { simulator async throws in
            let client = ProviderClient(connections: 4, now: { Timestamp(milliseconds: 0) })
            var profile = try Self.profile(dialect)
            profile.baseURL = simulator.baseURL
            for fault in Fault.Name.allCases where !Self.isPlayedElsewhere(fault) {
                let outcome = await client.call(Self.request(fault), profile: profile, key: nil, timeout: .seconds(20))
                let meant = Self.meant(by: fault, in: dialect)
                #expect(meant.contains(outcome.failureClass), "\(fault.rawValue): \(outcome)")
            }
            await client.shutdown()
        }
    }

    /// IndoxHub's own, for its paths; else one without rules of its own, so that the wire alone is tried.
    private static func profile(_ dialect: Dialect) throws -> Profile {
        guard dialect.rawValue.hasPrefix("indoxhub") else { return Profile(name: dialect.rawValue) }
        return try #require(try ProfileCatalogue.builtIn()["indoxhub"])
    }

    /// These need a stream or a schema, or time.
    private static func isPlayedElsewhere(_ fault: Fault.Name) -> Bool {
        [.resetEarly, .hang, .trickle, .schemaMismatch, .noDone, .errorInStream, .cutStream].contains(fault)
    }

    private static func request(_ fault: Fault.Name) -> CaptionRequest {
        CaptionRequest(
            model: "sim-1", prompt: "[simulate: \(fault.rawValue)]", images: [.url("https://pictures.invalid/harbour.jpg")],
            parameters: Parameters(maxTokens: 50))
    }

    /// Where two readings are sound, both.
    private static func meant(by fault: Fault.Name, in dialect: Dialect) -> Set<FailureClass?> {
        switch (fault, dialect) {
        // A day's allowance that names its end is waited for under either word.
        case (.dailyQuota, _): [.quotaExhausted, .rateLimited]
        // No word says that it is the model.
        case (.modelNotFound, .anthropic), (.modelNotFound, .azure): [.modelNotFound, .wrongEndpoint]
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
