import CutlineCore
@testable import CutlineQueue
import CutlineSQLite
import GRDB
import SystemPackage
import TestQueues
import TestSupport

@testable import CutlineRunner

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A queue in a folder of its own, with one batch and a clock that the test may put forward.
struct RunnerHarness {
    let folder = TemporaryFolder()
    let queue: Queue
    let batch: BatchID
    let clock = TestClock()
    let log = EventRecorder()

    static let noBeat = Duration.seconds(3_600)

    init(jobs: Int = 0, concurrency: Int = 64, policy: RetryPolicy = RetryPolicy()) throws {
        queue = try Queue.make(in: folder, now: clock.now())
        batch = try Self.openBatch("first", limits: Limits(concurrency: concurrency), policy: policy, in: queue, at: clock.now())
        try add(0..<jobs)
    }

    private static func openBatch(
        _ name: String, limits: Limits, policy: RetryPolicy, in queue: Queue, at now: Timestamp
    ) throws -> BatchID {
        let settings = BatchSettings(name: name, profile: Profile(name: "lane of \(name)"), model: "m", prompt: "What is it?")
        return try queue.openBatch(settings, policy: policy, limits: limits, now: now)
    }

    /// A batch on a lane of its own.
    func openBatch(_ name: String, concurrency: Int) throws -> BatchID {
        try Self.openBatch(name, limits: Limits(concurrency: concurrency), policy: RetryPolicy(), in: queue, at: clock.now())
    }

    func add(_ numbers: Range<Int>, to batch: BatchID? = nil) throws {
        _ = try queue.add(numbers.map(JobDraft.make), to: batch ?? self.batch, now: clock.now())
    }

    /// Another process's view of the same file.
    func anotherQueue() throws -> Queue { try queue.again(at: clock.now()) }

    func startWorker(_ name: String, on queue: Queue? = nil) throws -> Worker {
        try (queue ?? self.queue).startWorker(token: name, host: "here", pid: 1, now: clock.now())
    }

    func runner(
        _ name: String = "one", on queue: Queue? = nil, scope: Scope = .all, callLimit: Int = 4_096, waits: Bool = true,
        drainTimeout: Duration? = nil, beat: Duration = .seconds(1), log: EventRecorder? = nil,
        call: @escaping @Sendable (Claim) async -> Outcome
    ) throws -> Runner {
        let queue = queue ?? self.queue
        let log = log ?? self.log
        return Runner(
            queue: queue, worker: try startWorker(name, on: queue),
            options: RunnerOptions(scope: scope, callLimit: callLimit, waits: waits, drainTimeout: drainTimeout),
            clock: RunnerClock(now: clock.now, jitter: { 0 }, beat: beat), call: { claim, _ in await call(claim) }, report: log.observe)
    }

    /// A claim of a worker that is not a runner.
    func claim(_ count: Int, by worker: Worker, lease: Duration = .seconds(360)) throws -> [Claim] {
        let request = TurnRequest(claimLimit: count, scope: .all, lease: lease, now: clock.now, jitter: { 0 })
        return try queue.turn(worker, request).claims
    }

    /// What the kernel does when a process dies: its lock is free. The worker itself does not notice.
    func declareDead(_ name: String) {
        let file = "queue.db.workers/\(name).lock"
        _ = try? FileManager.default.removeItem(atPath: folder.path.appending(file).string)  // It may be gone, which is as good.
        folder.write(file, text: "")
    }

    func status(_ batch: BatchID? = nil) throws -> BatchStatus {
        try queue.reader.batchStatuses().first { $0.id == batch ?? self.batch }!
    }

    func count(_ state: JobState) throws -> Int { try status().count(state) }

    func show(_ number: Int) throws -> JobStatus { try queue.reader.jobs(named: "\(number).jpg")[0] }

    /// By key.
    func captions() throws -> [String: String] {
        var cursor = RecordCursor()
        var captions: [String: String] = [:]
        while let page = try queue.reader.records(RecordSelection(), after: &cursor) {
            for record in page { captions[record.key] = record.caption?.text }
        }
        return captions
    }

    /// Through a connection of its own, past everything that guards the queue.
    func tamper(_ sql: String) throws {
        if TestServer.url != nil { return try queue.again(at: clock.now()).write { try $0.execute(sql: sql) } }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        try DatabaseQueue(path: queue.path.string, configuration: configuration).write { try $0.execute(sql: sql) }
    }

    /// Commits so far: on a server, numbers that were drawn; in a file, the frames of the log that carry the size of the database (sqlite.org/fileformat.html, 4.1).
    func commits() throws -> Int {
        if TestServer.url != nil {
            return try queue.reader.read {
                try Int.fetchOne($0, sql: "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM changes")!
            }
        }
        let log = [UInt8](try Data(contentsOf: URL(filePath: queue.path.string + "-wal")))
        guard log.count > 32 else { return 0 }
        func number(at offset: Int) -> Int { log[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        let frames = stride(from: 32, to: log.count, by: 24 + number(at: 8))
        return frames.count { number(at: $0 + 4) != 0 && log[$0 + 8..<$0 + 16] == log[16..<24] }
    }

    var rescueFile: FilePath { folder.path.appending("queue.db.rescue.jsonl") }

    func savedAnswers() -> Int {
        let text = FileManager.default.contents(atPath: rescueFile.string) ?? Data()
        return text.split(separator: UInt8(ascii: "\n")).count
    }
}

extension JobDraft {
    static func make(_ number: Int) -> JobDraft {
        let bytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> ($0 * 8) : 7) }
        return JobDraft(
            key: "\(number).jpg", hasOwnKey: true, images: [.url("https://pictures.invalid/\(number).jpg")],
            imagesAsGiven: ["\(number).jpg"], fingerprint: Fingerprint(bytes: bytes))
    }
}

extension Claim {
    /// The number of the picture it asks about.
    var picture: String {
        guard case .url(let url) = request.images[0] else { return "" }
        return String(url.split(separator: "/").last ?? "")
    }

    var caption: Outcome { .text("caption of \(picture)") }
}

extension Outcome {
    static func text(_ text: String) -> Outcome { .caption(Caption(text: text, finishReason: .stop)) }

    static func failed(_ kind: FailureClass, status: Int? = nil, retryAfter: Duration? = nil) -> Outcome {
        .failure(Failure(kind, "said the provider", status: status, retryAfter: retryAfter))
    }

    static let unanswered = Outcome.unknown(Failure(.timeout, "no answer", billed: .unknown))
}

extension RunEnd {
    var isFinished: Bool { if case .finished = self { true } else { false } }
    var isInterrupted: Bool { if case .interrupted = self { true } else { false } }
    var stops: [LaneStop]? { if case .paused(let stops) = self { stops } else { nil } }
    var failure: (error: any Error, saved: String?)? {
        if case .queueFailed(let error, let saved) = self { (error, saved) } else { nil }
    }
}
