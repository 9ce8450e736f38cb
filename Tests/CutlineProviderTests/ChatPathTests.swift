import CutlineCore
import Testing

@testable import CutlineProvider

@Suite(.timeLimit(.minutes(15))) struct ChatPathTests {
    private func call(_ server: TestServer, paths: [String], at path: String? = nil) async throws -> Outcome {
        var profile = Profile.at(server)
        profile.chatPaths = paths
        var request = CaptionRequest.make()
        if let path { _ = request.quirks.learn(.chatPath(path)) }
        return try await ProviderClient.run { [profile, request] in
            await $0.call(request, profile: profile, key: nil, timeout: .seconds(30))
        }
    }

    private static let page = "<!DOCTYPE html><html><title>Forbidden</title>CSRF verification failed.</html>"

    @Test(arguments: [403, 404, 405, 301, 308])
    func aPageInPlaceOfAnAPITeachesTheNextPath(status: Int) async throws {
        try await TestServer.run(.answer(TestServer.http(status, Self.page, headers: "Location: /x\r\n"))) { server in
            let failure = try await call(server, paths: ["/a/", "/a", "/b"]).failure
            #expect(failure?.kind == .wrongEndpoint && failure?.remedy == .chatPath("/a") && failure?.billed == .no)
            #expect(failure?.message == "no answer for captions at \(server.address)/a/ (HTTP \(status)); the next call goes to /a")
            // One call is one request: the next path is for the next call.
            #expect(server.requests.map { $0.head.split(separator: " ")[1] } == ["/v1/a/"])
        }
    }

    @Test func theLearnedPathIsCalledAndTheOneBehindItComesNext() async throws {
        try await TestServer.run(.answer(TestServer.http(404, Self.page))) { server in
            let known = try await call(server, paths: ["/a/", "/a", "/b"], at: "/a")
            #expect(known.failure?.remedy == .chatPath("/b"))
            // It is none of the profile's any more.
            let unknown = try await call(server, paths: ["/c", "/d"], at: "/a")
            #expect(unknown.failure?.remedy == .chatPath("/d"))
            #expect(server.requests.map { $0.head.split(separator: " ")[1] } == ["/v1/a", "/v1/c"])
        }
    }

    @Test(arguments: [["/a"], ["/b", "/a"]])
    func behindTheLastPathTheLaneIsPaused(paths: [String]) async throws {
        try await TestServer.run(.answer(TestServer.http(404, Self.page))) { server in
            let failure = try await call(server, paths: paths, at: "/a").failure
            #expect(failure?.kind == .wrongEndpoint && failure?.kind.scope == .lane && failure?.remedy == nil)
        }
    }

    @Test(arguments: [
        (404, #"{"error":{"message":"model x not found","code":"model_not_found"}}"#), (403, #"{"error":"blocked"}"#), (500, "<html>"),
        (429, ""), (200, #"{"choices":[{"message":{"content":"ok"}}]}"#),
    ])
    func anAnswerOfTheAPITeachesNoPath(status: Int, body: String) async throws {
        try await TestServer.run(.answer(TestServer.http(status, body))) { server in
            let outcome = try await call(server, paths: ["/a", "/b"])
            #expect(outcome.failure?.remedy == nil)
        }
    }
}
