import CutlineCore
import CutlineExport
import CutlineQueue
import CutlineSQLite
import SystemPackage

extension CountedTask {
    /// A worker's turn that settles 64 calls and claims 64.
    static let turn = CountedTask { folder in
        let (queue, batch) = try Bench.queue(in: folder)
        _ = try queue.add((0..<1_000).map(Bench.draft), to: batch, now: .start)
    } open: { folder in
        let (queue, _) = try Bench.queue(in: folder)
        let worker = try queue.startWorker(token: "cost", host: "here", pid: 1, now: .start)
        var (claims, now) = (try Bench.turn(queue, worker, settling: [], at: .start), Timestamp.start)
        return { _ in
            now = now + .seconds(1)
            claims = try Bench.turn(queue, worker, settling: claims, at: now)
        }
    }

    /// Exporting 1,000 records as lines of JSON.
    static let export = CountedTask { folder in
        let (queue, batch) = try Bench.queue(in: folder)
        _ = try queue.add((0..<1_024).map(Bench.draft), to: batch, now: .start)
        let worker = try queue.startWorker(token: "cost", host: "here", pid: 1, now: .start)
        var claims = try Bench.turn(queue, worker, settling: [], at: .start)
        while !claims.isEmpty { claims = try Bench.turn(queue, worker, settling: claims, at: .start) }
    } open: { folder in
        let reader = try QueueReader(at: folder.appending("queue.db"))
        let order = ExportRequest(.jsonl(), to: .file(folder.appending("captions.jsonl")), overwrite: true)
        return { count in
            let size = min(500, count)
            let source = RecordSource {
                var (cursor, pages) = (RecordCursor(), 0)
                return {
                    pages += 1
                    return (pages - 1) * size >= count ? nil : try reader.records(RecordSelection(), after: &cursor, pageSize: size)
                }
            }
            let report = try Exporter.export(order, source)
            guard report.written == [count] else { throw Bench.Unexpected(what: "\(report.written) records") }
        }
    }
}

/// A queue as a run of 1,000 pictures makes it.
enum Bench {
    struct Unexpected: Error { let what: String }

    static let settings = BatchSettings(
        name: "harbours", profile: Profile(name: "simulator", baseURL: "http://127.0.0.1:9/v1"), model: "sim-1",
        prompt: "Describe this picture in one sentence.", parameters: Parameters(maxTokens: 300))

    static func queue(in folder: FilePath) throws -> (queue: Queue, batch: BatchID) {
        let queue = try Queue(at: folder.appending("queue.db"), now: .start)
        let batch = try queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(concurrency: 64), now: .start)
        return (queue, batch)
    }

    static func draft(_ number: Int) -> JobDraft {
        let key = "pictures/\(number).jpg"
        let digest = (0..<32).map { UInt8(truncatingIfNeeded: (number >> ($0 % 4 * 8)) ^ ($0 * 37)) }
        let stamp = FileStamp(size: 100_000, modified: 1_700_000_000_000_000_000 + Int64(number), inode: UInt64(number + 1))
        let file = PictureFile(path: FilePath("/data").pushing(FilePath(key)), stamp: stamp, format: .jpeg, digest: digest)
        return JobDraft(
            key: key, hasOwnKey: false, images: [.file(file)], imagesAsGiven: [key], fingerprint: Fingerprint(bytes: digest))
    }

    static func turn(_ queue: Queue, _ worker: Worker, settling claims: [Claim], at now: Timestamp) throws -> [Claim] {
        let settlements = claims.map {
            Settlement(attempt: $0.attempt, outcome: .caption(caption), latency: .milliseconds(900), endedAt: now)
        }
        let turn = try queue.turn(
            worker,
            TurnRequest(settlements: settlements, claimLimit: 64, scope: .all, lease: .seconds(360), now: { now }, jitter: { 0.5 }))
        guard turn.settled.allSatisfy({ $0.effect == .accepted }) else { throw Unexpected(what: "\(turn.settled)") }
        return turn.claims
    }

    private static let caption = Caption(
        text: "A grey harbour at dawn, with two fishing boats at the quay and a crane behind them.", finishReason: .stop,
        resolvedModel: "sim-1-0001",
        usage: Usage(inputTokens: 310, outputTokens: 21, cost: Money(nanodollars: 93_000), costSource: .reported),
        requestID: "chatcmpl-7f3a")
}

extension Timestamp {
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
}
