import CutlineCore
import Testing

@testable import CutlineProvider

@Suite(.timeLimit(.minutes(15))) struct StreamingTests {
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

    /// Each comment begins nothing anew: the time runs from the finish reason.
    @Test func aServerThatGoesOnPingingDoesNotHoldTheCall() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 1000000\r\n\r\n"
        let text = #"data: {"choices":[{"delta":{"content":"A boat"},"finish_reason":"stop"}]}"# + "\n\n"
        try await TestServer.run(.answerAndPing(head + text)) { server in
            var profile = Profile.at(server)
            profile.streams = true
            let client = ProviderClient(connections: 1, streamGrace: .milliseconds(50), now: { .fixture })
            let outcome = await client.call(.make(), profile: profile, key: nil, timeout: .seconds(30))
            await client.shutdown()
            #expect(outcome.caption?.text == "A boat")
        }
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

    @Test(arguments: [true, false])
    func aStreamThatIsWholeIsACaptionHoweverItsConnectionEnds(isDone: Bool) async throws {
        let event =
            #"data: {"choices":[{"delta":{"content":"A boat."},"finish_reason":"stop"}]}"# + "\n\n" + (isDone ? "data: [DONE]\n\n" : "")
        let cut = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n\(event)"
        try await TestServer.run(.answerAndClose(cut)) { server in
            let profile = Profile.at(server)
            let outcome = try await ProviderClient.run { await $0.call(.make(), profile: profile, key: nil, timeout: .seconds(30)) }
            #expect(outcome.caption?.text == "A boat.")
        }
    }

    @Test func theConnectionOfAStreamIsUsedAgain() async throws {
        let whole = events(#"data: {"choices":[{"delta":{"content":"A"},"finish_reason":"stop"}]}"#, "data: [DONE]")
        try await TestServer.run(.answer(whole)) { server in
            let profile = Profile.at(server)
            try await ProviderClient.run { client in
                for _ in 1...5 {
                    let outcome = await client.call(.make(), profile: profile, key: nil, timeout: .seconds(30))
                    #expect(outcome.caption?.text == "A")
                    // It is free once the pool has heard of the answer's end too; a worker takes a turn in between.
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(server.connections == 1)
        }
    }

    @Test func whatTheServerRefusesIsLeftOut() async throws {
        let refusal = #"{"error":{"message":"Unrecognized request argument supplied: stream_options","type":"invalid_request_error"}}"#
        let (outcome, _) = try await call(TestServer.http(400, refusal))
        #expect(outcome.failure?.remedy == .drop("stream_options"))
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
