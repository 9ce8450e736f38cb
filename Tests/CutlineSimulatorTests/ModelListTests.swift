import CutlineCore
import Testing

@testable import CutlineSimulator

@Suite(.timeLimit(.minutes(15))) struct ModelListTests {
    typealias Dialect = SimulatorOptions.Dialect

    private func list(_ dialect: Dialect, path: String? = nil) async throws -> JSONValue {
        try await withSimulator(SimulatorOptions(dialect: dialect)) {
            let reply = try await $0.get(path ?? dialect.wire.base + dialect.wire.modelsPath)
            #expect(reply.status == 200)
            return try reply.json
        }
    }

    @Test(arguments: Dialect.allCases)
    func everyDialectListsItsModels(dialect: Dialect) async throws {
        let json = try await list(dialect)
        let models = json["data"]?.array ?? json.array ?? []
        let names = (models.first?["text_completions"]?.array ?? models).compactMap { ($0["modelName"] ?? $0["id"])?.string }
        for name in ["sim-1", "sim-text"] { #expect(names.contains { $0.hasSuffix(name) }) }
        #expect(!json.text.contains("@"))
    }

    @Test func hackClubListsEachModelTwiceWithPricesAsText() async throws {
        let models = try #require(try await list(.hackclub)["data"]?.array)
        #expect(models.count == 4)
        #expect(models[0] == models[2])
        #expect(models[0]["architecture"]?["input_modalities"] == .array([.string("text"), .string("image")]))
        #expect(models[1]["architecture"]?["input_modalities"] == .array([.string("text")]))
        #expect(models[0]["pricing"]?["prompt"]?.string == "0.00000015")
        #expect(try await list(.openrouter)["data"]?.array?.count == 2)
    }

    @Test func infronMixesCaseAndListsWhatCannotBeAsked() async throws {
        let models = try #require(try await list(.infron)["data"]?.array)
        #expect(models[0]["input_modalities"]?[1]?.string == "IMAGE")
        #expect(models[0]["min_prompt_price"]?.double == 0.15)
        #expect(models.contains { $0["is_display_only"]?.bool == true })
        #expect(Set(models.compactMap { $0["category_type"]?.string }) == ["LLM", "llm", "Image"])
    }

    @Test func theOthersHaveTheirOwnMembers() async throws {
        #expect(try await list(.indoxhub)[0]?["id"]?.string == "simulator")
        #expect(try await list(.anyfast)["data"]?[0]?["supported_endpoint_types"]?[0]?.string == "openai")
        #expect(try await list(.mistral)["data"]?[1]?["capabilities"]?["vision"]?.bool == false)
        #expect(try await list(.anthropic)["data"]?[0]?["display_name"]?.string == "sim-1")
        #expect(try await list(.together)[0]?["pricing"]?["output"]?.double == 0.6)
        #expect(try await list(.llamacpp)["data"]?[0]?["architecture"]?["input_modalities"]?[1]?.string == "image")
        #expect(try await list(.lmstudio, path: "/api/v0/models")["data"]?[0]?["type"]?.string == "vlm")
        #expect(try await list(.openai)["data"]?[0]?["input_modalities"] == nil)
    }

    @Test(arguments: [(Dialect.hackclub, UInt(200)), (.infron, 200), (.openrouter, 200), (.indoxhub, 401), (.anyfast, 401), (.openai, 401)])
    func aListIsPublicOrNeedsAKey(dialect: Dialect, status: UInt) async throws {
        try await withSimulator(SimulatorOptions(dialect: dialect, keys: ["right"])) { simulator async throws in
            let path = dialect.wire.base + dialect.wire.modelsPath
            #expect(try await simulator.get(path).status == status)
            #expect(try await simulator.get(path, key: "right").status == 200)
        }
    }
}
