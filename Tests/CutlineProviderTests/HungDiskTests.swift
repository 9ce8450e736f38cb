import CutlineCore
import Dispatch
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import CutlineProvider

/// A disk whose pictures named `hung…` do not answer until it is healed, from their nth access on.
private final class HungDisk: Sendable {
    private let answers = DispatchSemaphore(value: 0)
    private let state: Mutex<(left: Int, waiting: Int)>

    init(from access: Int = 1) { state = Mutex((access - 1, 0)) }

    func touch(_ path: FilePath) {
        guard path.lastComponent?.string.hasPrefix("hung") == true, hangs() else { return }
        answers.wait()
    }

    private func hangs() -> Bool {
        state.withLock { state in
            state.left -= 1
            if state.left < 0 { state.waiting += 1 }
            return state.left < 0
        }
    }

    func heal() { for _ in 0..<state.withLock(\.waiting) { answers.signal() } }
}

/// What a disk that hangs costs: its own job a timeout, and nothing else.
@Suite(.timeLimit(.minutes(15))) struct HungDiskTests {
    private let folder = TemporaryFolder()
    private let threads = BlockingThreads(usual: 1, most: 8, lookPause: .milliseconds(10), hangsAfter: .milliseconds(50))

    private func request(_ name: String) -> CaptionRequest {
        .make([.file(.make(folder.write(name, [UInt8](repeating: 7, count: 60_000))))])
    }

    private func run(
        _ disk: HungDisk, patience: Duration = .seconds(30),
        _ body: (TestServer, @escaping @Sendable (CaptionRequest, Duration) async -> Outcome) async throws -> Void
    ) async throws {
        defer { disk.heal() }
        try await TestServer.run(TestServer.caption("ok")) { server in
            let client = ProviderClient(
                connections: 4, disk: Disk(threads: threads, patience: patience, touch: disk.touch), now: { .fixture })
            let profile = Profile.at(server)
            try await body(server) { await client.call($0, profile: profile, key: nil, timeout: $1) }
            await client.shutdown()
        }
    }

    @Test func aPictureThatCannotBeLookedAtCostsItsJobATimeout() async throws {
        try await run(HungDisk(), patience: .milliseconds(100)) { server, call in
            let failure = await call(request("hung.jpg"), .seconds(60)).failure
            #expect(failure?.kind == .timeout && failure?.billed == .no && failure?.isLocal == true)
            #expect(failure?.message.hasSuffix("hung.jpg was not read within 0.1 s; does its disk answer?") == true)
            #expect(server.connections == 0)
            #expect(await call(request("good.jpg"), .seconds(60)).caption?.text == "ok")
        }
    }

    @Test func aReadThatHangsInMidRequestEndsAtTheDeadline() async throws {
        try await run(HungDisk(from: 3)) { server, call in
            let failure = await call(request("hung.jpg"), .seconds(12)).failure
            #expect(failure?.kind == .timeout && failure?.billed == .no && failure?.isLocal == true)
            #expect(failure?.message.hasSuffix("hung.jpg was not read within 12 s; does its disk answer?") == true)
            #expect(server.requests.isEmpty)
            #expect(await call(request("good.jpg"), .seconds(60)).caption?.text == "ok")
        }
    }

    @Test(arguments: [1, 2]) func aStopDoesNotWaitForARead(access: Int) async throws {
        try await run(HungDisk(from: access)) { _, call in
            let hung = Task { [request = request("hung.jpg")] in await call(request, .seconds(300)) }
            while threads.busy == 0 { try await Task.sleep(for: .milliseconds(2)) }
            hung.cancel()
            #expect(await hung.value == .notSent("stopped"))
        }
    }

    /// Eight threads, twenty reads that never end: the others have their turn while one thread is left, and a timeout where none is.
    @Test func moreHungReadsThanThreadsStopNobodyForEver() async throws {
        let disk = HungDisk()
        try await run(disk, patience: .milliseconds(600)) { server, call in
            let seven = (0..<7).map { number in Task { [request = request("hung\(number).jpg")] in await call(request, .seconds(60)) } }
            while threads.busy < 7 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(await call(request("good.jpg"), .seconds(60)).caption?.text == "ok")
            let more = (7..<20).map { number in Task { [request = request("hung\(number).jpg")] in await call(request, .seconds(60)) } }
            for call in seven + more { #expect(await call.value.failure?.kind == .timeout) }
            #expect(threads.count == 8)
            #expect(await call(request("good.jpg"), .seconds(60)).failure?.kind == .timeout)
            disk.heal()
            while threads.count > 1 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(await call(request("good.jpg"), .seconds(60)).caption?.text == "ok")
        }
    }

    @Test func aChangedPictureThatHangsIsNotReadAgainForEver() async throws {
        let path = folder.write("a.jpg", [1, 2, 3])
        let request = CaptionRequest.make([.file(.make(path))])
        folder.append(1, to: path)
        let answer = DispatchSemaphore(value: 0)
        defer { answer.signal() }
        let client = ProviderClient(
            connections: 1,
            redraft: { _, _ in
                answer.wait()
                return ([], Fingerprint(bytes: []))
            }, disk: Disk(threads: threads, patience: .milliseconds(50)), now: { .fixture })
        let profile = Profile(name: "test", baseURL: "https://provider.invalid")
        let failure = await client.call(request, profile: profile, key: nil, timeout: .seconds(60)).failure
        #expect(failure?.kind == .timeout && failure?.isLocal == true)
        await client.shutdown()
    }
}

@Suite(.timeLimit(.minutes(15))) struct BlockingThreadsTests {
    private struct Broken: Error {}

    @Test func aResultAndAnErrorComeBack() async throws {
        let threads = BlockingThreads(usual: 2, most: 2)
        #expect(try await threads.run { 7 } == 7)
        await #expect(throws: Broken.self) { try await threads.run { throw Broken() } }
    }

    @Test func fewThreadsDoMuchWork() async throws {
        let threads = BlockingThreads(usual: 2, most: 100)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...500 { group.addTask { try await threads.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 125_250 && threads.count <= 2)
    }

    @Test func whatIsCancelledBeforeItsTurnIsNeverBegun() async throws {
        let threads = BlockingThreads(usual: 1, most: 1)
        let gate = DispatchSemaphore(value: 0)
        let begun = Mutex(false)
        threads.post { gate.wait() }
        let work = Task { try await threads.run { begun.withLock { $0 = true } } }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        gate.signal()
        try await threads.run {}
        #expect(!begun.withLock { $0 })
    }
}
