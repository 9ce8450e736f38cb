import CutlineCore
import NIOCore
import NIOPosix
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import CutlineProvider

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(15))) struct ProviderClientTests {
    private let folder = TemporaryFolder()

    /// A picture of `size` bytes that do not repeat with the pieces.
    private func picture(_ size: Int, name: String = "p.jpg") -> PictureFile {
        .make(folder.write(name, (0..<size).lazy.map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }))
    }

    /// More than the sockets of both sides hold.
    private var hugePicture: PictureFile { .make(folder.write("huge.jpg", [UInt8](repeating: 7, count: 12 << 20))) }

    private func call(
        _ server: TestServer, _ images: [ImageSource] = [], key: String? = nil, timeout: Duration = .seconds(30)
    ) async throws -> Outcome {
        try await ProviderClient.run { await $0.call(.make(images), profile: .at(server), key: key, timeout: timeout) }
    }

    @Test(arguments: [1, 2, 3, 49_151, 49_152, 49_153, 98_304, 200_000])
    func fileArrivesAsItsBase64(size: Int) async throws {
        let file = picture(size)
        let base64 = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }).base64EncodedString()
        try await TestServer.run(TestServer.caption("ok")) { server in
            let outcome = try await call(server, [.file(file)])
            #expect(outcome.caption?.text == "ok")
            #expect(
                server.requests.map(\.body) == [
                    #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"What is it?"},"#
                        + #"{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,\#(base64)"}}]}]}"#
                ])
        }
    }

    @Test func pieceWaitsForTheLoopOfItsConnection() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let body = RequestBody(.make([.file(picture(10))]), profile: Profile(name: "p"))
        let progress = CallProgress(now: { Timestamp(milliseconds: 0) })
        var pieces = RequestStream(body: body, eventLoop: group.next(), progress: progress).makeAsyncIterator()
        let turns = Atomic(0)
        for _ in 1...50_000 { group.next().execute { turns.add(1, ordering: .relaxed) } }
        _ = try await pieces.next()
        #expect(turns.load(ordering: .relaxed) == 50_000)
        try await group.shutdownGracefully()
    }

    @Test func lastPieceIsMarkedAndPiecesAreBounded() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let progress = CallProgress(now: { Timestamp(milliseconds: 0) })
        let body = RequestBody(.make([.file(picture(150_000)), .file(picture(9, name: "q.jpg"))]), profile: Profile(name: "p"))
        var pieces = RequestStream(body: body, eventLoop: group.next(), progress: progress).makeAsyncIterator()
        var sizes: [Int] = []
        var marks: [Bool] = []
        while let piece = try await pieces.next() {
            sizes.append(piece.readableBytes)
            marks.append(progress.current.isHandedOver)
        }
        #expect(Int64(sizes.reduce(0, +)) == body.length)
        #expect(sizes.allSatisfy { $0 < 70_000 })
        #expect(marks == [false, false, false, true])
        try await group.shutdownGracefully()
    }

    @Test func severalPicturesArriveInOrder() async throws {
        let images = [ImageSource.file(picture(100_000)), .url("https://x.invalid/y"), .file(picture(5, name: "q.jpg"))]
        try await TestServer.run(TestServer.caption("ok")) { server in
            _ = try await call(server, images)
            let body = try #require(server.requests.first?.body)
            let urls = body.matches(of: /"url":"([^"]*)"/).map { String($0.1) }
            #expect(urls.map { $0.prefix(22) } == ["data:image/jpeg;base64", "https://x.invalid/y", "data:image/jpeg;base64"])
            #expect(urls[0].utf8.count == 23 + 133_336)
            #expect(urls[2] == "data:image/jpeg;base64,AB8+XXw=")
        }
    }

    @Test func requestLineAndHeadersAreSent() async throws {
        try await TestServer.run(TestServer.caption("ok")) { server in
            _ = try await call(server, key: "sk-secret")
            let lines = try #require(server.requests.first).head.split(separator: "\r\n").map(String.init)
            #expect(lines.first == "POST /v1/chat/completions HTTP/1.1")
            #expect(
                Set(lines.dropFirst().map { $0.lowercased() }) == [
                    "host: 127.0.0.1:\(server.port)", "user-agent: cutline/0.1.0", "accept: application/json",
                    "content-type: application/json", "authorization: bearer sk-secret",
                    "content-length: \(server.requests[0].body.utf8.count)",
                ])
        }
    }

    @Test(arguments: ["hackclub", "indoxhub", "anyfast", "azure", "ollama"])
    func theHeadersOfAProfileArriveAndNoOthers(name: String) async throws {
        try await TestServer.run(TestServer.caption("ok")) { server in
            var profile = try Profile.builtIn(name)
            profile.baseURL = server.address
            _ = try await ProviderClient.run { [profile] in
                await $0.call(.make([.file(picture(9))]), profile: profile, key: "sk", timeout: .seconds(30))
            }
            let request = try #require(server.requests.first)
            let lines = request.head.split(separator: "\r\n").map { $0.lowercased() }
            let expected = Call(request: .make(), profile: profile, key: "sk").headers.map { "\($0.name): \($0.value)".lowercased() }
            #expect(lines[0] == "post /v1\(profile.chatPaths[0]) http/1.1")
            #expect(
                lines.dropFirst().sorted()
                    == (expected + ["host: 127.0.0.1:\(server.port)", "content-length: \(request.body.utf8.count)"]).sorted())
        }
    }

    @Test func connectionIsUsedAgain() async throws {
        try await TestServer.run(TestServer.caption("ok")) { server in
            try await ProviderClient.run { client in
                for _ in 1...3 {
                    _ = await client.call(.make(), profile: .at(server), key: nil, timeout: .seconds(30))
                    // It is free once the pool has heard of the answer's end too; a worker takes a turn in between.
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(server.connections == 1)
            #expect(server.requests.count == 3)
        }
    }

    @Test(arguments: [301, 302, 307, 308])
    func redirectIsNotFollowed(status: Int) async throws {
        let answer = TestServer.http(status, "", headers: "Location: http://127.0.0.1:1/v2\r\n")
        try await TestServer.run(.answer(answer)) { server in
            let failure = try await call(server).failure
            #expect(failure?.kind == .wrongEndpoint)
            let called = "http://127.0.0.1:\(server.port)/v1/chat/completions"
            #expect(
                failure?.message == "the address redirects to http://127.0.0.1:1/v2, which is not followed (called: \(called))")
            #expect(failure?.billed == .no)
            #expect(server.requests.count == 1)
        }
    }

    /// Whatever says that nobody is there, the address that was called stands beside it.
    @Test(arguments: [
        (404, #"{"detail":"Not Found"}"#), (404, "<html>Not here</html>"), (405, ""), (200, "<html><script src=x></script></html>"),
        (200, "OK"),
        (200, #"{"error":"Unexpected endpoint or method. (POST /chat/completions). Returning 200 anyway"}"#), (200, #"{"status":"ok"}"#),
        (200, #"{"object":"list","data":[{"id":"m"}]}"#), (501, "long " + String(repeating: "text ", count: 200)),
    ])
    func theAddressThatWasCalledIsNamed(status: Int, body: String) async throws {
        try await TestServer.run(.answer(TestServer.http(status, body))) { server in
            let failure = try await call(server).failure
            #expect(failure?.kind == .wrongEndpoint && failure?.billed == .no)
            let message = failure?.message ?? ""
            #expect(message.hasSuffix(" (called: http://127.0.0.1:\(server.port)/v1/chat/completions)") && message.count <= 500)
        }
    }

    @Test func anAddressIsNamedWithoutItsQuery() {
        let failure = Failure(.wrongEndpoint, "x").naming("https://a.example/chat?api-version=1&key=secret")
        #expect(failure.message == "x (called: https://a.example/chat)")
        #expect(failure.naming("https://a.example/chat?key=secret") == failure)
        #expect(Failure(.unauthorized, "x").naming("https://a.example").message == "x")
    }

    @Test(arguments: [413, 401])
    func earlyAnswerIsAnAnswer(status: Int) async throws {
        let answer = TestServer.http(status, #"{"error":{"message":"no"}}"#, headers: "Connection: close\r\n")
        try await TestServer.run(.answerEarly(answer)) { server in
            let failure = try await call(server, [.file(hugePicture)]).failure
            #expect(failure?.kind == (status == 413 ? .tooLarge : .unauthorized))
            #expect(failure?.billed == .no)
            #expect(server.requests.isEmpty)
        }
    }

    // MARK: Not handed over: not billed

    @Test func resetBeforeTheBodyIsReadIsNotBilled() async throws {
        try await TestServer.run(.resetAfterHead) { server in
            let failure = try await call(server, [.file(hugePicture)]).failure
            #expect(failure?.kind == .connectionLost)
            #expect(failure?.billed == .no)
            #expect(server.connections == 1)
        }
    }

    @Test func closedPortIsUnreachableAtOnce() async throws {
        try await TestServer.runWithClosedPort { port in
            let profile = Profile(name: "x", baseURL: "http://127.0.0.1:\(port)")
            // Trying again, as the HTTP client would by itself, takes ten seconds: that would be a timeout.
            let outcome = try await ProviderClient.run { await $0.call(.make(), profile: profile, key: nil, timeout: .seconds(9)) }
            #expect(outcome.failure?.kind == .unreachable)
            #expect(outcome.failure?.billed == .no)
        }
    }

    @Test func serverWithoutTLSIsATLSFailure() async throws {
        try await TestServer.run(.greet("HTTP/1.1 400 Bad Request\r\n\r\n")) { server in
            let profile = Profile(name: "x", baseURL: "https://127.0.0.1:\(server.port)")
            let outcome = try await ProviderClient.run { await $0.call(.make(), profile: profile, key: nil, timeout: .seconds(30)) }
            #expect(outcome.failure?.kind == .tls)
            #expect(outcome.failure?.billed == .no)
            #expect(server.connections == 1)
        }
    }

    @Test func deadlineBeforeTheLastPieceIsNotBilled() async throws {
        try await TestServer.run(.stopReading) { server in
            let failure = try await call(server, [.file(hugePicture)], timeout: .milliseconds(300)).failure
            #expect(failure == Failure(.timeout, "the request was not sent completely within 0.3 s", billed: .no))
        }
    }

    @Test func cancellingWhileSendingIsNotSent() async throws {
        let file = hugePicture
        try await TestServer.run(.stopReading) { server in
            let task = Task { try await call(server, [.file(file)]) }
            await server.wait(for: .head)
            task.cancel()
            let outcome = try await task.value
            #expect(outcome == .notSent("stopped"))
        }
    }

    @Test func cancelledTaskDoesNotConnect() async throws {
        try await TestServer.run(.hang) { server in
            let outcome = try await ProviderClient.run { client in
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await client.call(.make(), profile: .at(server), key: nil, timeout: .seconds(30))
                }
                return await task.value
            }
            #expect(outcome == .notSent("stopped"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test func changedFileIsNeverSentWhole() async throws {
        let file = hugePicture
        try await TestServer.run(.stopReading) { server in
            let task = Task { try await call(server, [.file(file)]) }
            await server.wait(for: .head)
            folder.append(1, to: file.path)
            try await server.readOn()
            let failure = try await task.value.failure
            #expect(failure?.kind == .imageUnreadable)
            #expect(failure?.billed == .no)
            await server.wait(for: .closed)
            #expect(server.requests.isEmpty)
        }
    }

    /// What stands around it in the archive is not sent; what happens to the archive happens to it.
    @Test func aPictureInAnArchiveIsSentAlone() async throws {
        let path = folder.write("0.tar", Array(repeating: UInt8(1), count: 100) + [0xFF, 0xD8, 0xFF] + Array(repeating: 2, count: 100_000))
        var file = PictureFile.make(path)
        file.slice = FileSlice(member: Array("a.jpg".utf8), offset: 100, length: 60_001)
        try await TestServer.run(TestServer.caption("ok")) { server in
            #expect(try await call(server, [.file(file)]).caption?.text == "ok")
            let sent = [0xFF, 0xD8, 0xFF] + Array(repeating: UInt8(2), count: 59_998)
            #expect(server.requests[0].body.contains(Data(sent).base64EncodedString()))
            folder.append(1, to: path)
            let failure = try await call(server, [.file(file)]).failure
            #expect(failure?.kind == .imageUnreadable && failure?.message.contains("0.tar/a.jpg changed after it was added") == true)
        }
    }

    @Test func folderIsNotAPicture() {
        #expect(throws: PictureFault.unreadable("\(folder.path.string) is not a regular file")) {
            try PictureReader.check(.make(folder.path))
        }
    }

    @Test(arguments: ["missing", "replaced", "fifo", "folder", "empty"])
    func unusableFileIsNotSent(fault: String) async throws {
        let file = unusable(fault)
        try await TestServer.run(TestServer.caption("ok")) { server in
            let failure = try await call(server, [.file(picture(9, name: "good.jpg")), .file(file)]).failure
            #expect(failure?.kind == .imageUnreadable)
            #expect(failure?.message.contains(file.path.string) == true)
            #expect(server.connections == 0)
        }
    }

    private func unusable(_ fault: String) -> PictureFile {
        var file = picture(fault == "empty" ? 0 : 9)
        switch fault {
        case "missing": unlink(file.path.string)
        case "replaced":
            rename(picture(9, name: "other.jpg").path.string, file.path.string)
        case "fifo":
            unlink(file.path.string)
            mkfifo(file.path.string, 0o600)
        case "folder": file = .make(folder.path)
        default: break
        }
        return file
    }

    // MARK: Handed over: unknown

    @Test func resetAfterTheWholeRequestIsUnknown() async throws {
        try await TestServer.run(.resetAfterRequest) { server in
            let unknown = try await call(server, [.file(picture(100_000))]).unknown
            #expect(unknown?.kind == .connectionLost)
            #expect(unknown?.billed == .unknown)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [TestServer.Behaviour.hang, .trickle])
    func deadlineCoversHeadAndBody(behaviour: TestServer.Behaviour) async throws {
        try await TestServer.run(behaviour) { server in
            // Long enough to hand the request over on a busy machine.
            let unknown = try await call(server, timeout: .seconds(5)).unknown
            #expect(unknown == Failure(.timeout, "no complete answer within 5 s", billed: .unknown))
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"choices\"",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cho\r\n",
    ])
    func truncatedAnswerIsUnknown(answer: String) async throws {
        try await TestServer.run(.answerAndClose(answer)) { server in
            let unknown = try await call(server).unknown
            #expect(unknown?.kind == .connectionLost)
            #expect(unknown?.billed == .unknown)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [504, 524])
    func gatewayThatGaveUpWaitingIsUnknown(status: Int) async throws {
        try await TestServer.run(.answer(TestServer.http(status, "<html>timeout</html>"))) { server in
            let unknown = try await call(server).unknown
            #expect(unknown?.kind == .timeout)
            #expect(unknown?.status == status)
            #expect(unknown?.billed == .unknown)
        }
    }

    @Test func endlessAnswerIsMalformed() async throws {
        let answer = TestServer.http(200, String(repeating: " ", count: ProviderClient.maxAnswerBytes + 1))
        try await TestServer.run(.answer(answer)) { server in
            let failure = try await call(server).failure
            #expect(failure == Failure(.malformedAnswer, "the answer is larger than 64 MB", billed: .unknown))
        }
    }

    @Test func impossibleHeaderIsTheProfilesFault() async throws {
        try await TestServer.run(TestServer.caption("ok")) { server in
            var profile = Profile.at(server)
            profile.headers = ["X-A": "a\r\nb"]
            let failure = try await ProviderClient.run { await $0.call(.make(), profile: profile, key: nil, timeout: .seconds(30)) }.failure
            #expect(failure == Failure(.wrongEndpoint, "a header of the profile has characters that HTTP does not allow"))
        }
    }

    @Test func cancellingWhileWaitingIsUnknown() async throws {
        try await TestServer.run(.hang) { server in
            let task = Task { try await call(server) }
            await server.wait(for: .request)
            task.cancel()
            let outcome = try await task.value
            #expect(outcome.unknown?.kind == .cancelled)
        }
    }

    @Test func plainHTTPElsewhereIsRefusedWithoutACall() async throws {
        let profile = Profile(name: "x", baseURL: "http://pictures.invalid/v1")
        let outcome = try await ProviderClient.run { await $0.call(.make(), profile: profile, key: nil, timeout: .seconds(30)) }
        #expect(outcome.failure?.kind == .wrongEndpoint)
        #expect(outcome.failure?.billed == .no)
    }

    @Test func shortageIsNobodysFault() async {
        let error = IOError(errnoCode: EMFILE, reason: "socket")
        #expect(TransportFailure(error, host: "h", isConnected: false).cause == .noResources)
        let call = Call(request: .make(), profile: Profile(name: "p"), key: nil)
        let outcome = await call.outcome(of: PictureFault.noResources("none left"), .init(), timeout: .seconds(1))
        #expect(outcome == .notSent("none left"))
    }
}

extension TemporaryFolder {
    /// Appends to a file in place, as an editor or a download would.
    func append(_ byte: UInt8, to path: FilePath) {
        guard let file = fopen(path.string, "ae") else { fatalError("cannot open \(path)") }
        fputc(Int32(byte), file)
        fclose(file)
    }
}
