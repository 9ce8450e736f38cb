import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineProvider

/// Whether a picture on the web goes as its address or as bytes, and what becomes of a file that is not what it was.
@Suite(.timeLimit(.minutes(15))) struct TransportTests {
    private let folder = TemporaryFolder()
    private static let picture = "GIF89a-a picture of some bytes;"
    /// RFC 4648 of the picture.
    private static let base64 = "R0lGODlhLWEgcGljdHVyZSBvZiBzb21lIGJ5dGVzOw=="

    /// What one call sends, with a picture that lies on the same server.
    private func sent(
        _ transport: ImageTransport, refusedBefore: Bool = false, at path: String = "/p.gif", allowed: Bool = true
    ) async throws -> (body: String?, outcome: Outcome) {
        let routes = ["/p.gif": TestServer.http(200, Self.picture), "/v1/chat/completions": TestServer.answer(of: "ok")]
        return try await TestServer.run(.routes(routes)) { server in
            var request = CaptionRequest.make([.url("http://127.0.0.1:\(server.port)\(path)")])
            request.fetchesPictures = refusedBefore
            var profile = Profile.at(server)
            profile.images.transport = transport
            let (asked, asking) = (request, profile)
            let outcome = try await ProviderClient.run(allowsPrivateHosts: allowed, temporaryFolder: folder.path) {
                await $0.call(asked, profile: asking, key: nil, timeout: .seconds(20))
            }
            return (server.requests.first { $0.head.hasPrefix("POST") }?.body, outcome)
        }
    }

    @Test(arguments: [(ImageTransport.auto, false), (.url, false), (.url, true)])
    func theAddressIsSent(transport: ImageTransport, refusedBefore: Bool) async throws {
        let sent = try await sent(transport, refusedBefore: refusedBefore)
        #expect(sent.body?.contains("/p.gif\"") == true && sent.body?.contains("base64") == false)
        #expect(sent.outcome.caption?.text == "ok")
    }

    @Test(arguments: [(ImageTransport.auto, true), (.inline, false), (.inline, true)])
    func theBytesAreSent(transport: ImageTransport, refusedBefore: Bool) async throws {
        let sent = try await sent(transport, refusedBefore: refusedBefore)
        #expect(sent.body?.contains("data:image/gif;base64,\(Self.base64)\"") == true)
        #expect(sent.outcome.caption?.text == "ok")
    }

    @Test(arguments: ["0.0.0.0", "127.1", "2130706433", "[::ffff:127.0.0.1]"])
    func everyNameOfThisMachineIsCalledWithoutEncryption(host: String) async throws {
        try await TestServer.run(TestServer.caption("ok")) { server in
            let profile = Profile(name: "test", baseURL: "http://\(host):\(server.port)/v1")
            let outcome = try await ProviderClient.run { await $0.call(.make(), profile: profile, key: nil, timeout: .seconds(30)) }
            #expect(outcome.caption?.text == "ok")
        }
    }

    @Test func whatCannotBeFetchedCostsNothing() async throws {
        let missing = try await sent(.inline, at: "/none.gif")
        #expect(missing.body == nil && missing.outcome.failure?.kind == .imageUnreadable && missing.outcome.failure?.billed == .no)
        let inside = try await sent(.inline, allowed: false)
        #expect(inside.body == nil && inside.outcome.failure?.message.contains("--allow-private-hosts") == true)
    }

    /// The rules of the profile hold for fetched pictures as for files.
    @Test func aFetchedPictureOfAnotherTypeIsNotSent() async throws {
        let routes = ["/p.gif": TestServer.http(200, Self.picture), "/v1/chat/completions": TestServer.answer(of: "ok")]
        try await TestServer.run(.routes(routes)) { server in
            var profile = Profile.at(server)
            (profile.images.transport, profile.images.accepts) = (.inline, [.png])
            let asking = profile
            let failure = try await ProviderClient.run(allowsPrivateHosts: true, temporaryFolder: folder.path) {
                await $0.call(
                    .make([.url("http://127.0.0.1:\(server.port)/p.gif")]), profile: asking, key: nil, timeout: .seconds(20))
            }.failure
            #expect(failure?.kind == .imageRejected)
            #expect(!server.requests.contains { $0.head.hasPrefix("POST") })
        }
    }

    @Test func aChangedFileIsDraftedAnewAndNotSent() async throws {
        let path = folder.write("a.gif", text: Self.picture)
        let request = CaptionRequest.make([.file(.make(path, .gif))])
        folder.append(1, to: path)
        var changed = PictureFile.make(path, .gif)
        changed.digest = Array(repeating: 7, count: 32)
        let now = changed
        let fingerprint = Fingerprint(bytes: [UInt8](repeating: 9, count: 32))
        try await TestServer.run(TestServer.caption("ok")) { server in
            let outcome = try await ProviderClient.run(redraft: { asked, provider in
                #expect(asked == request && provider == "test")
                return ([.file(now)], fingerprint)
            }) { await $0.call(request, profile: .at(server), key: nil, timeout: .seconds(20)) }
            #expect(outcome == .changed(images: [.file(now)], fingerprint: fingerprint))
            #expect(server.connections == 0)
        }
    }

    /// Copies on several hosts differ in their dates and inodes; what is sent are bytes.
    @Test func theSameBytesUnderAnotherDateAreSent() async throws {
        let path = folder.write("a.gif", text: Self.picture)
        var added = PictureFile.make(path, .gif)
        added.digest = Array(repeating: 1, count: 32)
        added.stamp = FileStamp(size: added.stamp.size, modified: 5, inode: 6)
        var here = PictureFile.make(path, .gif)
        for (digest, isSent) in [(UInt8(1), true), (2, false)] {
            here.digest = Array(repeating: digest, count: 32)
            let now = here
            try await TestServer.run(TestServer.caption("ok")) { server in
                let outcome = try await ProviderClient.run(redraft: { _, _ in
                    ([.file(now)], Fingerprint(bytes: [UInt8](repeating: 9, count: 32)))
                }) { [added] in await $0.call(.make([.file(added)]), profile: .at(server), key: nil, timeout: .seconds(20)) }
                #expect((outcome.caption?.text == "ok") == isSent)
                #expect(server.connections == (isSent ? 1 : 0))
            }
        }
    }

    @Test func aShortageWhileAChangedFileIsReadFailsNoJob() async throws {
        let path = folder.write("a.gif", text: Self.picture)
        let request = CaptionRequest.make([.file(.make(path, .gif))])
        folder.append(1, to: path)
        func outcome(_ error: any Error) async throws -> Outcome {
            let profile = Profile(name: "test", baseURL: "https://provider.invalid")
            return try await ProviderClient.run(redraft: { _, _ in throw error }) {
                await $0.call(request, profile: profile, key: nil, timeout: .seconds(20))
            }
        }
        #expect(try await outcome(Errno.tooManyOpenFiles) == .notSent("a changed picture cannot be read: Too many open files"))
        #expect(try await outcome(Errno.noSuchFileOrDirectory).failure?.kind == .imageUnreadable)
    }

    @Test func anAnswerThatDoesNotFitTheSchemaIsAFailureAndKept() async throws {
        let schema = #"{"type":"json_schema","json_schema":{"name":"c","schema":{"type":"object","required":["title"]}}}"#
        let parameters = Parameters(others: ["response_format": try JSONValue(parsing: schema.utf8)])
        func outcome(_ answer: String) async throws -> Outcome {
            try await TestServer.run(.answer(TestServer.answer(of: answer))) { server in
                try await ProviderClient.run {
                    await $0.call(.make(parameters: parameters), profile: .at(server), key: nil, timeout: .seconds(20))
                }
            }
        }
        let bad = try await outcome(#"{\"name\":1}"#)
        #expect(bad.failure?.kind == .schemaMismatch && bad.failure?.answer == #"{"name":1}"# && bad.failure?.billed == .yes)
        #expect(try await outcome(#"{\"title\":1}"#).caption?.text == #"{"title":1}"#)
    }
}

extension TestServer {
    static func answer(of text: String) -> String {
        http(200, #"{"choices":[{"message":{"content":"\#(text)"},"finish_reason":"stop"}]}"#)
    }
}
