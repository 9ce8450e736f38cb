import CutlineCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import CutlineProvider

@Suite(.timeLimit(.minutes(15))) struct TrustWindowTests {
    /// A clock that stands still until it is put forward.
    private final class StandingClock: Sendable {
        private let time = Mutex(Timestamp.fixture)
        @Sendable func now() -> Timestamp { time.withLock { $0 } }
        func leap(_ by: Duration) { time.withLock { $0 = $0 + by } }
    }

    private let folder = TemporaryFolder()
    private let clock = StandingClock()
    private let trust = TrustWindow(claimedAt: .fixture, leaseUntil: .fixture + .seconds(90), timeout: .seconds(30))

    private func call(_ server: TestServer, _ images: [ImageSource] = []) async -> Outcome {
        let client = ProviderClient(connections: 1, now: clock.now)
        let outcome = await client.call(.make(images), profile: .at(server), key: nil, timeout: .seconds(30), trust: trust)
        await client.shutdown()
        return outcome
    }

    @Test(arguments: [(54, 1), (55, 0), (3_600, 0), (-3_600, 0)]) func whatComesTooLateForItsLeaseIsNotSent(seconds: Int, requests: Int)
        async throws
    {
        try await TestServer.run(TestServer.caption("ok")) { server in
            clock.leap(.seconds(seconds))
            let outcome = await call(server)
            #expect(server.requests.count == requests)
            #expect((outcome == LeaseOver.outcome) == (requests == 0))
        }
    }

    /// SIGSTOP in the middle of an upload, or a laptop that was closed.
    @Test func theLastPieceIsKeptBackWhenTheLeaseIsOver() async throws {
        let file = PictureFile.make(folder.write("huge.jpg", [UInt8](repeating: 7, count: 12 << 20)))
        try await TestServer.run(.stopReading) { server in
            async let outcome = call(server, [.file(file)])
            await server.wait(for: .head)
            clock.leap(.seconds(85))
            try await server.readOn()
            #expect(await outcome == LeaseOver.outcome)
            await server.wait(for: .closed)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func aCallOfOnePieceIsKeptBackToo() async throws {
        let body = RequestBody(.make(), profile: Profile(name: "p"))
        let progress = CallProgress(now: { Timestamp(milliseconds: 0) })
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var pieces = RequestStream(body: body, eventLoop: group.next(), progress: progress, mayFinish: { false }).makeAsyncIterator()
        await #expect(throws: LeaseOver.self) { try await pieces.next() }
        #expect(!progress.current.isHandedOver)
        try await group.shutdownGracefully()
    }
}
