import CutlineCore
import Synchronization
import Testing

@testable import CutlineProvider

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite(.timeLimit(.minutes(15))) struct KeyExchangeTests {
    /// Gives out the tokens t1, t2, … and accepts the calls that `accepts` says.
    private final class Provider: Sendable {
        let given = Atomic(0)
        let lifetime: String
        let accepts: @Sendable (_ token: String, _ call: Int) -> Bool
        private let calls = Atomic(0)

        init(expiresIn lifetime: String = #","expires_in":3600"#, accepts: @escaping @Sendable (String, Int) -> Bool) {
            self.lifetime = lifetime
            self.accepts = accepts
        }

        func answer(_ request: TestServer.Request) -> String {
            if request.head.hasPrefix("POST /v1/auth/api-key/ ") {
                let number = given.add(1, ordering: .relaxed).newValue
                return TestServer.http(200, #"{"access_token":"t\#(number)","token_type":"bearer"\#(lifetime)}"#)
            }
            let token = request.header("authorization").map { String($0.dropFirst("Bearer ".count)) } ?? "none"
            guard accepts(token, calls.add(1, ordering: .relaxed).newValue) else {
                return TestServer.http(401, #"{"detail":"Token \#(token) is not valid"}"#)
            }
            return TestServer.http(200, #"{"choices":[{"message":{"content":"ok"}}]}"#)
        }
    }

    private func profile(_ server: TestServer) -> Profile {
        var profile = Profile.at(server)
        profile.auth = Auth(exchangePath: "/auth/api-key/", exchangesKey: true)
        return profile
    }

    /// Makes calls one after the other.
    private func call(_ times: Int, _ server: TestServer, minutesApart: Int64 = 0, key: String? = "sk-secret") async -> [Outcome] {
        let minutes = Atomic(Int64(0))
        let client = ProviderClient(connections: 4) { Timestamp(milliseconds: minutes.load(ordering: .relaxed) * 60_000) }
        var outcomes: [Outcome] = []
        for _ in 0..<times {
            outcomes.append(await client.call(.make(), profile: profile(server), key: key, timeout: .seconds(30)))
            minutes.add(minutesApart, ordering: .relaxed)
        }
        await client.shutdown()
        return outcomes
    }

    private func paths(_ server: TestServer) -> [Substring] { server.requests.map { $0.head.split(separator: " ")[1] } }

    @Test func theKeyIsExchangedOnceAndOnlyTheTokenGoesWithTheCalls() async throws {
        let provider = Provider { token, _ in token == "t1" }
        try await TestServer.run(.respond(provider.answer)) { server in
            let outcomes = await call(3, server)
            #expect(outcomes.map(\.caption?.text) == ["ok", "ok", "ok"])
            #expect(paths(server) == ["/v1/auth/api-key/", "/v1/chat/completions", "/v1/chat/completions", "/v1/chat/completions"])
            let exchange = try #require(server.requests.first)
            #expect(exchange.body == "" && exchange.header("content-length") == "0")
            #expect(exchange.header("x-api-key") == "sk-secret" && exchange.header("authorization") == nil)
            #expect(exchange.header("user-agent") == ProviderClient.userAgent)
            #expect(server.requests.dropFirst().allSatisfy { $0.header("authorization") == "Bearer t1" && !$0.head.contains("sk-secret") })
        }
    }

    /// It lives for an hour, and its last minute is not used.
    @Test(arguments: [(58, ["t1", "t1", "t2"]), (59, ["t1", "t2", "t3"])])
    func aTokenIsRefreshedBeforeItExpires(minutesApart: Int, tokens: [String]) async throws {
        let provider = Provider { _, _ in true }
        try await TestServer.run(.respond(provider.answer)) { server in
            #expect(await call(3, server, minutesApart: Int64(minutesApart)).allSatisfy { $0.caption != nil })
            #expect(server.requests.compactMap { $0.header("authorization") } == tokens.map { "Bearer \($0)" })
        }
    }

    @Test func aTokenWithoutATimeLastsUntilItIsRefused() async throws {
        let provider = Provider(expiresIn: "") { _, _ in true }
        try await TestServer.run(.respond(provider.answer)) { server in
            #expect(await call(3, server, minutesApart: 1_000_000).allSatisfy { $0.caption != nil })
            #expect(provider.given.load(ordering: .relaxed) == 1)
        }
    }

    @Test func aTokenThatExpiredIsNobodysFault() async throws {
        let provider = Provider { token, call in token != "t1" || call == 1 }
        try await TestServer.run(.respond(provider.answer)) { server in
            let outcomes = await call(3, server)
            #expect(outcomes[0].caption != nil && outcomes[2].caption != nil)
            #expect(outcomes[1] == .notSent("the access token had expired"))
            #expect(provider.given.load(ordering: .relaxed) == 2)
        }
    }

    @Test func aSecondRefusalWithAFreshTokenIsUnauthorized() async throws {
        let provider = Provider { _, _ in false }
        try await TestServer.run(.respond(provider.answer)) { server in
            let outcomes = await call(3, server)
            #expect(outcomes[0] == .notSent("the access token had expired"))
            for outcome in outcomes.dropFirst() {
                #expect(outcome.failure?.kind == .unauthorized && outcome.failure?.billed == .no)
            }
        }
    }

    @Test func callsThatNeedATokenAtOnceShareOneExchange() async throws {
        let provider = Provider { token, _ in token == "t1" }
        try await TestServer.run(.respond(provider.answer)) { server in
            let profile = profile(server)
            let captions = try await ProviderClient.run { client in
                await withTaskGroup(of: Bool.self) { group in
                    for _ in 1...8 {
                        group.addTask {
                            await client.call(.make(), profile: profile, key: "sk", timeout: .seconds(30)).caption != nil
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
            }
            #expect(captions == 8 && provider.given.load(ordering: .relaxed) == 1)
        }
    }

    @Test func callsThatSharedARefusedTokenAreAllReleased() async throws {
        let tokens = AccessTokens()
        let source = AccessTokens.Source(address: "a", key: "k")
        let exchanged = Mutex(["t1", "t2", "t3"])
        let next = { @Sendable in AccessTokens.Token(text: exchanged.withLock { $0.removeFirst() }, refreshAt: nil) }
        #expect(try await tokens.token(of: source, at: .fixture, exchange: next) == "t1")
        // Three calls went with it; all come back before the next one.
        #expect((1...3).map { _ in tokens.refused("t1", of: source) } == [.expired, .expired, .expired])
        #expect(try await tokens.token(of: source, at: .fixture, exchange: next) == "t2")
        // A late answer to the old one says nothing of the new one.
        #expect(tokens.refused("t1", of: source) == .expired)
        tokens.accepted("t2", of: source)
        #expect(tokens.refused("t2", of: source) == .expired)
        #expect(try await tokens.token(of: source, at: .fixture, exchange: next) == "t3")
        #expect(tokens.refused("t3", of: source) == .final)
    }

    @Test(arguments: [
        (401, #"{"detail":"Invalid API key sk-secret"}"#, FailureClass.unauthorized),
        (422, #"{"detail":[{"loc":["header"],"msg":"bad","type":"x"}]}"#, .unauthorized),
        (402, #"{"detail":"Insufficient credits"}"#, .quotaExhausted), (429, "", .rateLimited), (500, "", .unreachable),
        (504, "", .unreachable), (403, "<html>CSRF</html>", .wrongEndpoint), (200, #"{"token":"x"}"#, .wrongEndpoint),
        (200, #"{"access_token":"a b"}"#, .wrongEndpoint), (200, "soon", .wrongEndpoint),
    ])
    func aRefusedExchangeSendsNothingAndIsNotTheJobsFault(status: Int, body: String, kind: FailureClass) async throws {
        try await TestServer.run(.answer(TestServer.http(status, body))) { server in
            let failure = try #require(await call(1, server)[0].failure)
            #expect(failure.kind == kind && failure.billed == .no && failure.kind.scope != .job)
            #expect(failure.message.hasPrefix("the key was not exchanged for an access token: "))
            #expect(!failure.message.contains("sk-secret"))
            #expect(paths(server) == ["/v1/auth/api-key/"])
        }
    }

    @Test func anExchangeThatCannotConnectIsUnreachable() async throws {
        try await TestServer.runWithClosedPort { port in
            var profile = Profile(name: "x", baseURL: "http://127.0.0.1:\(port)")
            profile.auth = Auth(exchangePath: "/token", exchangesKey: true)
            let outcome = try await ProviderClient.run { [profile] in
                await $0.call(.make(), profile: profile, key: "sk", timeout: .seconds(9))
            }
            #expect(outcome.failure?.kind == .unreachable && outcome.failure?.billed == .no)
        }
    }

    @Test func anExchangeHasADeadline() async throws {
        try await TestServer.run(.trickle) { server in
            let profile = profile(server)
            let outcome = try await ProviderClient.run {
                await $0.call(.make(), profile: profile, key: "sk", timeout: .milliseconds(300))
            }
            #expect(outcome.failure?.kind == .unreachable)
            #expect(outcome.failure?.message.hasSuffix(" did not answer within 0.3 s") == true)
        }
    }

    @Test func givingUpDuringTheExchangeIsNotSent() async throws {
        try await TestServer.run(.hang) { server in
            let task = Task { await call(1, server) }
            await server.wait(for: .request)
            task.cancel()
            #expect(await task.value == [.notSent("stopped")])
        }
    }

    @Test func withoutAKeyNothingIsExchanged() async throws {
        let provider = Provider { token, _ in token == "none" }
        try await TestServer.run(.respond(provider.answer)) { server in
            #expect(await call(1, server, key: nil)[0].caption != nil)
            #expect(paths(server) == ["/v1/chat/completions"])
        }
    }

    @Test func indoxhubExchangesWhenTheUserSaysSo() throws {
        let json = JSONCursor(try JSONValue(parsing: #"{"name":"indoxhub","auth":{"exchange":true}}"#.utf8))
        let auth = try ProfileCatalogue.builtIn().resolve(inline: json).auth
        #expect(auth == Auth(exchangePath: "/api/v1/auth/api-key/", exchangesKey: true))
    }
}

extension TestServer.Request {
    /// The value of the first header of this name.
    func header(_ name: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name + ": ") {
            return String(line.dropFirst(name.count + 2))
        }
        return nil
    }
}
