import CutlineCore
import Testing

@testable import CutlineProvider

@Suite(.timeLimit(.minutes(1))) struct StreamingTests {
    private func call(_ answer: String, streams: Bool = true, dropping name: String? = nil) async throws -> (Outcome, TestServer.Request) {
        try await TestServer.run(.answer(answer)) { server in
            var profile = Profile.at(server)
            profile.streams = streams
            var request = CaptionRequest.make()
            if let name { _ = request.quirks.learn(.drop(name)) }
            let outcome = try await ProviderClient.run { [profile, request] in
                await $0.call(request, profile: profile, key: nil, timeout: .seconds(30))
            }
            return (outcome, try #require(server.requests.first))
        }
    }

    private func events(_ lines: String...) -> String {
        let body = lines.map { $0 + "\n\n" }.joined()
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func anEventStreamIsAskedForAndRead() async throws {
        let (outcome, request) = try await call(
            events(
                ": PROCESSING", #"data: {"model":"m-1","choices":[{"delta":{"role":"assistant","content":"A boat"}}]}"#,
                #"data: {"choices":[{"delta":{"content":" é.\n"},"finish_reason":"stop"}]}"#,
                #"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3}}"#, "data: [DONE]"))
        #expect(request.header("accept") == "text/event-stream")
        #expect(request.body.hasSuffix(#""stream":true,"stream_options":{"include_usage":true}}"#))
        #expect(outcome.caption?.text == "A boat é." && outcome.caption?.finishReason == .stop)
        #expect(outcome.caption?.usage.inputTokens == 9 && outcome.caption?.resolvedModel == "m-1")
    }

    @Test func aStreamThatBreaksOffIsUnknown() async throws {
        let (outcome, _) = try await call(events(#"data: {"choices":[{"delta":{"content":"A bo"}}]}"#))
        #expect(outcome.unknown?.kind == .connectionLost && outcome.unknown?.billed == .unknown)
    }

    @Test func anErrorInAStreamIsAFailure() async throws {
        let (outcome, _) = try await call(
            events(#"data: {"choices":[{"delta":{"content":"A"}}]}"#, #"data: {"error":{"message":"Too many","code":429}}"#))
        #expect(outcome.failure?.kind == .rateLimited)
    }

    @Test func anAnswerInOnePieceIsTakenToo() async throws {
        let (outcome, _) = try await call(TestServer.http(200, #"{"choices":[{"message":{"content":"ok"}}]}"#))
        #expect(outcome.caption?.text == "ok")
    }

    @Test func whatIsNotAskedForIsNotStreamed() async throws {
        let (_, request) = try await call(TestServer.http(200, "{}"), streams: false)
        #expect(request.header("accept") == "application/json" && !request.body.contains("stream"))
    }

    @Test(arguments: [("stream_options", #""stream":true}"#, "text/event-stream"), ("stream", "}]}]}", "application/json")])
    func aServerThatTakesNoOptionsOrNoStreamsIsSentNone(name: String, end: String, accept: String) async throws {
        let (_, request) = try await call(TestServer.http(200, "{}"), dropping: name)
        #expect(request.body.hasSuffix(end) && !request.body.contains(name + "\""))
        #expect(request.header("accept") == accept)
    }
}
