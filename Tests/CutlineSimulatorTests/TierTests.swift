import CutlineCore
import CutlineSimulator
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct TierTests {
    private static let flex: [String: JSONValue] = ["service_tier": .string("flex")]

    @Test func anAnswerNamesTheTierThatWasAskedFor() async throws {
        try await withSimulator { simulator async throws in
            #expect(try await simulator.post(chat(more: Self.flex)).json["service_tier"]?.string == "flex")
            let inside = ["provider": JSONValue.object(Self.flex)]
            #expect(try await simulator.post(chat(more: inside)).json["service_tier"]?.string == "flex")
            #expect(try await simulator.post(chat(more: ["service_tier": .string("auto")])).json["service_tier"]?.string == "default")
            #expect(try await simulator.post(chat()).json["service_tier"] == nil)
            let stream = try await simulator.post(chat(more: Self.flex.merging(["stream": .bool(true)]) { $1 }))
            #expect(stream.body.contains(#""service_tier":"flex""#))
        }
    }

    @Test func halfOfTheAnswersMayBeServedAsStandard() async throws {
        let options = SimulatorOptions(faults: [try Fault(parsing: "served-standard@50%")])
        try await withSimulator(options) { simulator async throws in
            var tiers: [String: Int] = [:]
            for _ in 0..<40 { tiers[try await simulator.post(chat(more: Self.flex)).json["service_tier"]?.string ?? "", default: 0] += 1 }
            #expect(tiers.values.reduce(0, +) == 40 && (10...30).contains(tiers["flex"] ?? 0) && (10...30).contains(tiers["default"] ?? 0))
            #expect(try await simulator.post(chat()).json["service_tier"] == nil, "only where flex was asked for")
        }
    }

    @Test func flexCostsHalfWhereTheCostIsTold() async throws {
        try await withSimulator(SimulatorOptions(dialect: .openrouter)) { simulator async throws in
            let path = SimulatorOptions.Dialect.openrouter.chatPath
            func cost(_ more: [String: JSONValue]) async throws -> Double? {
                let asked = more.merging(["usage": .object(["include": .bool(true)])]) { $1 }
                return try await simulator.post(chat(more: asked), to: path).json["usage"]?["cost"]?.double
            }
            let (full, half) = (try await cost([:]), try await cost(Self.flex))
            #expect(full != nil && half.map { $0 * 2 } == full)
        }
    }

    @Test func aLackOfCapacityIsRefusedAsOpenAIDoesAndLogged() async throws {
        let folder = TemporaryFolder()
        let options = SimulatorOptions(faults: [Fault(named: .flexUnavailable)], log: folder.path.appending("calls.jsonl"))
        try await withSimulator(options) { simulator async throws in
            let refused = try await simulator.post(chat(more: Self.flex))
            #expect(refused.status == 429)
            #expect(try refused.code == "resource_unavailable")
            #expect(try await simulator.post(chat()).status == 200)
        }
        let log = try String(contentsOfFile: folder.path.appending("calls.jsonl").string, encoding: .utf8)
        #expect(log.contains(#""parameters":["service_tier"],"tier":"flex"}"#) && log.contains(#""fault":"flex-unavailable""#))
    }
}
