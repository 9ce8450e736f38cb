import CutlineCore
import Dispatch
import NIOPosix
import SystemPackage
import TestSupport
import Testing

@testable import CutlineProvider

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which addresses are public (RFC 6890).
struct InternetAddressTests {
    @Test(arguments: [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.168.0.1", "198.18.0.1", "198.19.255.255", "203.0.113.9", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "febf::1", "fc00::1", "fdff::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
        "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "2001:0:1::1", "::7f00:1",
        "64:ff9b:1::a00:1", "2001:2::1", "2001:1ff::1",
    ])
    func isNotPublic(text: String) throws {
        let address = try #require(InternetAddress.resolve(text).first)
        #expect(!address.isPublic, "\(address)")
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1", "128.0.0.1", "172.15.0.1", "172.32.0.1",
        "192.167.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::808:808",
        "2002:808:808::", "2001:200::1", "64:ff9c::1",
    ])
    func isPublic(text: String) throws {
        let address = try #require(InternetAddress.resolve(text).first)
        #expect(address.isPublic, "\(address)")
    }

    @Test(arguments: ["127.0.0.1", "2606:4700::1111", "::1"]) func isWrittenAsItIsRead(text: String) throws {
        #expect(try #require(InternetAddress.resolve(text).first).description == text)
    }

    /// Forms that a naive comparison of texts lets through; the name service reads them all.
    @Test(arguments: ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"]) func otherSpellingsOfLoopbackAreSeen(text: String) {
        for address in InternetAddress.resolve(text) { #expect(!address.isPublic) }
    }
}

@Suite(.timeLimit(.minutes(15))) struct PictureFetcherTests {
    private let folder = TemporaryFolder()
    /// A GIF, because its first bytes are text.
    private let picture = "GIF89a-these are the other bytes of a picture"

    private func fetcher(allowing isAllowed: Bool = true) -> PictureFetcher {
        PictureFetcher(group: MultiThreadedEventLoopGroup.singleton, folder: folder.path, allowsPrivateHosts: isAllowed)
    }

    private func failure(_ fetcher: PictureFetcher, _ address: String) async -> Failure? {
        do throws(Failure) {
            _ = try await fetcher.fetch(address)
            return nil
        } catch {
            return error
        }
    }

    /// Soon: files are removed by threads of their own.
    private func becomesEmpty() async -> Bool {
        for _ in 0..<100_000 where !isEmpty { await Task.yield() }
        return isEmpty
    }

    private var isEmpty: Bool {
        guard let names = opendir(folder.path.string) else { return false }
        defer { closedir(names) }
        var count = 0
        while readdir(names) != nil { count += 1 }
        // Itself and its parent.
        return count == 2
    }

    @Test func aPictureIsKeptAsLongAsItIsUsed() async throws {
        try await TestServer.run(.routes(["/a.gif": TestServer.http(200, picture)])) { server in
            var fetched: FetchedPicture? = try await fetcher().fetch("http://127.0.0.1:\(server.port)/a.gif")
            let file = try #require(fetched?.file)
            #expect(file.format == .gif && file.stamp.size == Int64(picture.utf8.count))
            #expect(access(file.path.string, R_OK) == 0)
            fetched = nil
            #expect(await becomesEmpty())
            #expect(server.requests.first?.head.contains("User-Agent: \(ProviderClient.userAgent)") == true)
        }
    }

    @Test func privateAddressesAreNotCalled() async throws {
        try await TestServer.run(.routes(["/a.gif": TestServer.http(200, picture)])) { server in
            for host in ["127.0.0.1", "localhost", "[::1]", "127.1"] {
                let failure = await failure(fetcher(allowing: false), "http://\(host):\(server.port)/a.gif")
                #expect(failure?.kind == .imageNotAllowed && failure?.billed == .no)
                #expect(failure?.message.contains("--allow-private-hosts") == true)
            }
            #expect(server.connections == 0)
        }
    }

    /// One private address among several is enough: which one would be called is chance.
    @Test func aNameThatLeadsInsideTooIsNotCalled() async throws {
        try await TestServer.run(TestServer.caption("x")) { server in
            var fetcher = fetcher(allowing: false)
            fetcher.resolve = { _ in [InternetAddress(bytes: [1, 1, 1, 1])!, InternetAddress(bytes: [10, 0, 0, 1])!] }
            #expect(await failure(fetcher, "http://pictures.invalid:\(server.port)/")?.kind == .imageNotAllowed)
            #expect(server.connections == 0)
        }
    }

    /// The second answer of the name service does not count.
    @Test func theAddressThatWasCheckedIsTheOneThatIsCalled() async throws {
        try await TestServer.run(.routes(["/a.gif": TestServer.http(200, picture)])) { server in
            var fetcher = fetcher()
            fetcher.resolve = { _ in [InternetAddress(bytes: [127, 0, 0, 1])!] }
            let fetched = try await fetcher.fetch("http://pictures.invalid:\(server.port)/a.gif")
            #expect(fetched.file.format == .gif)
            #expect(server.requests.first?.head.contains("pictures.invalid:\(server.port)") == true)
        }
    }

    @Test func threeRedirectsAreFollowedAndNotFour() async throws {
        func moved(_ to: String) -> String { TestServer.http(302, "", headers: "Location: \(to)\r\n") }
        let routes = [
            "/4": moved("/3"), "/3": moved("2"), "/2": moved("/1"), "/1": moved("/a.gif"), "/a.gif": TestServer.http(200, picture),
        ]
        try await TestServer.run(.routes(routes)) { server in
            let base = "http://127.0.0.1:\(server.port)"
            let fetched = try await fetcher().fetch("\(base)/3")
            #expect(fetched.file.format == .gif)
            #expect(await failure(fetcher(), "\(base)/4")?.message.contains("more than 3 times") == true)
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/a", "http://user:secret@127.0.0.1/"])
    func aRedirectIsCheckedLikeAnAddress(location: String) async throws {
        try await TestServer.run(.answer(TestServer.http(302, "", headers: "Location: \(location)\r\n"))) { server in
            let failure = await failure(fetcher(), "http://127.0.0.1:\(server.port)/")
            #expect(failure?.kind == .imageUnreadable && failure?.message.contains("secret") == false)
        }
    }

    @Test func aRedirectInsideIsNotFollowed() async throws {
        try await TestServer.run(TestServer.caption("inside")) { inside in
            let location = "Location: http://127.0.0.1:\(inside.port)/\r\n"
            try await TestServer.run(.answer(TestServer.http(302, "", headers: location))) { outside in
                var fetcher = fetcher(allowing: false)
                // The first host counts as public here; the machine has no other.
                fetcher.resolve = { [InternetAddress(bytes: $0 == "outside.invalid" ? [1, 1, 1, 1] : [127, 0, 0, 1])!] }
                _ = outside
                #expect(await failure(fetcher, "http://127.0.0.1:\(outside.port)/")?.kind == .imageNotAllowed)
                #expect(inside.connections == 0)
            }
        }
    }

    @Test(arguments: [
        (404, FailureClass.imageUnreadable), (403, .imageUnreadable), (500, .imageUnreachable), (503, .imageUnreachable),
        (429, .imageUnreachable),
        (204, .imageUnreadable),
    ])
    func anotherStatusIsNoPicture(status: Int, kind: FailureClass) async throws {
        try await TestServer.run(.answer(TestServer.http(status, ""))) { server in
            #expect(await failure(fetcher(), "http://127.0.0.1:\(server.port)/a.gif")?.kind == kind)
        }
    }

    @Test func whatIsNoPictureOrTooLargeIsLeftNowhere() async throws {
        try await TestServer.run(.routes(["/page": TestServer.http(200, "<html>"), "/big": TestServer.http(200, picture)])) { server in
            #expect(await failure(fetcher(), "http://127.0.0.1:\(server.port)/page")?.kind == .imageUnreadable)
            var small = fetcher()
            small.maxBytes = 10
            #expect(await failure(small, "http://127.0.0.1:\(server.port)/big")?.kind == .tooLarge)
            #expect(await becomesEmpty())
        }
    }

    @Test func aTrickleEnds() async throws {
        try await TestServer.run(.trickle) { server in
            var fetcher = fetcher()
            fetcher.timeout = .milliseconds(200)
            #expect(await failure(fetcher, "http://127.0.0.1:\(server.port)/a.gif")?.kind == .imageUnreachable)
            #expect(await becomesEmpty())
        }
    }

    /// No further piece comes that could look at the clock.
    @Test func aBodyThatStopsEnds() async throws {
        try await TestServer.run(.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nGIF89a")) { server in
            var fetcher = fetcher()
            fetcher.timeout = .milliseconds(200)
            let failure = await failure(fetcher, "http://127.0.0.1:\(server.port)/a.gif")
            #expect(failure?.kind == .imageUnreachable && failure?.message.hasSuffix("was not there within 0.2 s") == true)
            #expect(await becomesEmpty())
        }
    }

    @Test func aStoppedCallDoesNotWaitForAPicture() async throws {
        try await TestServer.run(.hang) { server in
            let address = "http://127.0.0.1:\(server.port)/a.gif"
            let client = ProviderClient(connections: 1, allowsPrivateHosts: true, temporaryFolder: folder.path, now: { .fixture })
            var profile = Profile.at(server)
            profile.images.transport = .inline
            let call = Task { [profile] in await client.call(.make([.url(address)]), profile: profile, key: nil, timeout: .seconds(300)) }
            await server.wait(for: .request)
            call.cancel()
            #expect(await call.value == .notSent("stopped"))
            await client.shutdown()
        }
    }

    @Test func aNameServiceThatDoesNotAnswerEnds() async {
        let answer = DispatchSemaphore(value: 0)
        defer { answer.signal() }
        var fetcher = fetcher()
        fetcher.timeout = .milliseconds(50)
        fetcher.resolve = { _ in
            answer.wait()
            return []
        }
        let failure = await failure(fetcher, "http://pictures.invalid/a.gif")
        #expect(failure == Failure(.imageUnreachable, "the host pictures.invalid was not looked up within 0.05 s"))
    }

    /// Signed addresses and passwords open what they name to whoever reads a log.
    @Test(arguments: [
        "http://127.0.0.1:%/a.gif?signature=secret#secret", "ftp://user:secret@127.0.0.1/a.gif", "http://me:se@secret@127.0.0.1/a.gif",
        "http://user:secret@/a.gif",
    ])
    func noMessageHoldsWhatOpensAnAddress(address: String) async throws {
        try await TestServer.run(.answer(TestServer.http(404, ""))) { server in
            let failure = await failure(fetcher(), address.replacing("%", with: "\(server.port)"))
            #expect(failure != nil && failure?.message.contains("secret") == false)
        }
    }

    @Test func nobodyThereIsTriedAgainLater() async throws {
        try await TestServer.runWithClosedPort { port in
            #expect(await failure(fetcher(), "http://127.0.0.1:\(port)/")?.kind == .imageUnreachable)
        }
        var lost = fetcher()
        lost.resolve = { _ in [] }
        #expect(await failure(lost, "http://pictures.invalid/a.gif")?.kind == .imageUnreachable)
    }
}
