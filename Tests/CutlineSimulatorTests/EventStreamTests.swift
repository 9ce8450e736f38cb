import CutlineCore
import Testing

@testable import CutlineSimulator

@Suite(.timeLimit(.minutes(15))) struct EventStreamTests {
    typealias Dialect = SimulatorOptions.Dialect

    private func stream(
        _ dialect: Dialect, _ prompt: String = "Describe it.", more: [String: JSONValue] = [:]
    ) async throws -> HTTPReply {
        let body = chat(prompt, images: [dataURL(png())], more: more.merging(["stream": .bool(true)]) { $1 })
        return try await withSimulator(SimulatorOptions(dialect: dialect)) { try await $0.post(body, to: dialect.chatPath) }
    }

    private func events(_ reply: HTTPReply) throws -> [JSONValue] {
        try reply.body.split(separator: "\n\n").filter { $0.hasPrefix("data: {") }.map { try JSONValue(parsing: $0.dropFirst(6).utf8) }
    }

    private static let text = "A PNG picture, 40 × 30 pixels, 64 bytes."

    @Test(arguments: Dialect.allCases)
    func theTextComesInPieces(dialect: Dialect) async throws {
        let reply = try await stream(dialect)
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"] == "text/event-stream")
        #expect(reply.headers["content-length"] == nil)
        let events = try events(reply)
        let pieces = events.compactMap { ($0["choices"]?[0]?["delta"]?["content"] ?? $0["delta"])?.string }
        #expect(pieces.joined() == Self.text)
        #expect(pieces.count > 5)
        #expect(reply.body.hasSuffix("data: [DONE]\n\n"))
        #expect(!reply.body.contains("$"))
    }

    @Test func theUsageComesWhenAsked() async throws {
        let asked = try events(try await stream(.openai, more: ["stream_options": .object(["include_usage": .bool(true)])]))
        #expect(asked.last?["usage"]?["total_tokens"]?.int == 267)
        #expect(asked.last?["choices"]?.array?.isEmpty == true)
        #expect(asked.dropLast().last?["choices"]?[0]?["finish_reason"]?.string == "stop")
        #expect(try events(try await stream(.openai)).allSatisfy { $0["usage"] == nil })
    }

    @Test func infronCountsUpOnEachChunkAndTellsItsCost() async throws {
        let events = try events(try await stream(.infron, more: ["usage": .object(["include": .bool(true)])]))
        let counts = events.compactMap { $0["usage"]?["completion_tokens"]?.int }
        #expect(counts.count == events.count && counts == counts.sorted() && counts.last == 9 && Set(counts).count > 5)
        #expect(events.last?["cost"]?.double == 44.1e-6)
    }

    @Test(arguments: [Dialect.hackclub, .openrouter])
    func openRouterSendsAComment(dialect: Dialect) async throws {
        #expect(try await stream(dialect).body.hasPrefix(": OPENROUTER PROCESSING\n\ndata: {"))
    }

    @Test func azureBeginsWithoutChoices() async throws {
        #expect(try events(try await stream(.azure)).first?["choices"]?.array?.isEmpty == true)
    }

    @Test func indoxHubNamesItsEvents() async throws {
        let reply = try await stream(.indoxhubB)
        let types = try events(reply).compactMap { $0["type"]?.string }
        #expect(types.first == "response.created" && types.last == "response.done")
        #expect(types.contains("response.content_part.delta"))
        #expect(try events(reply).last?["response"]?["usage"]?["total_tokens"]?.int == 267)
        #expect(try events(try await stream(.indoxhubC)).first?["object"]?.string == "chat.completion.chunk")
    }

    @Test func aStreamCanLackItsEnd() async throws {
        let reply = try await stream(.openai, "[simulate: no-done]")
        #expect(!reply.body.contains("[DONE]"))
        #expect(try events(reply).last?["choices"]?[0]?["finish_reason"]?.string == "stop")
    }

    @Test func aStreamCanTurnIntoAnError() async throws {
        let events = try events(try await stream(.openrouter, "[simulate: error-in-stream]"))
        #expect(events.last?["error"]?["code"]?.int == 502)
        #expect(events.last?["choices"]?[0]?["finish_reason"]?.string == "error")
        #expect(events.first?["error"] == nil)
        let own = try self.events(try await stream(.indoxhub, "[simulate: error-in-stream]"))
        #expect(own.last?["error"]?.string?.hasPrefix("Status 502") == true)
    }

    @Test func aStreamCanBeCutOff() async throws {
        let body = chat("[simulate: cut-stream]", images: [dataURL(png())], more: ["stream": .bool(true)])
        try await withSimulator { simulator async throws in
            let socket = try RawSocket(simulator.port)
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            guard case .text(let answer) = await socket.receiveAll() else { Issue.record("the connection was reset"); return }
            #expect(answer.contains("transfer-encoding: chunked") || answer.contains("Transfer-Encoding: chunked"))
            #expect(answer.contains(#""content":"A""#))
            #expect(!answer.contains("[DONE]") && !answer.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test(arguments: [("filtered", "content_filter"), ("cut", "length"), ("error-in-choice", "error")])
    func anAnswerThatFailsFailsInTheStreamToo(fault: String, finish: String) async throws {
        let events = try events(try await stream(.openai, "[simulate: \(fault)]"))
        #expect(events.last?["choices"]?[0]?["finish_reason"]?.string == finish)
    }

    @Test func aRefusalAndAnErrorStandInTheStream() async throws {
        #expect(try events(try await stream(.openai, "[simulate: refusal]")).contains { $0["choices"]?[0]?["delta"]?["refusal"] != nil })
        let error = try await stream(.openai, "[simulate: error-in-200]")
        #expect(error.status == 200 && error.body.hasPrefix(#"data: {"error":{"#))
        #expect(try await stream(.openai, "[simulate: overloaded]").headers["content-type"] == "application/json")
    }
}
