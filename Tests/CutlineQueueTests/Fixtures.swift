import CutlineCore
import SystemPackage
import TestQueues
import TestSupport

@testable import CutlineQueue
@testable import CutlineSQLite

/// A queue in a folder of its own, with one batch and one worker.
struct Fixture {
    let folder: TemporaryFolder
    let queue: Queue
    let batch: BatchID
    let worker: Worker

    static func make(
        policy: RetryPolicy = RetryPolicy(), limits: Limits = Limits(concurrency: 10_000), pictures: Range<Int> = 0..<0,
        folder: TemporaryFolder = TemporaryFolder(inMemory: true)
    ) throws -> Fixture {
        let queue = try Queue.make(in: folder)
        let batch = try queue.openBatch(.make(), policy: policy, limits: limits, now: .start)
        let fixture = Fixture(folder: folder, queue: queue, batch: batch, worker: try queue.worker("first"))
        try fixture.add(pictures)
        return fixture
    }

    @discardableResult
    func add(_ drafts: JobDraft...) throws -> Added { try queue.add(drafts, to: batch, now: .start) }

    @discardableResult
    func add(_ pictures: Range<Int>) throws -> Added { try queue.add(pictures.map { .make($0) }, to: batch, now: .start) }

    func turn(
        _ settlements: [Settlement] = [], claiming limit: Int = 0, in scope: Scope = .all, at now: Timestamp = .start,
        by worker: Worker? = nil, on queue: Queue? = nil, jitter: Double = 0, lease: Duration = .seconds(360)
    ) throws -> Turn {
        try (queue ?? self.queue).turn(
            worker ?? self.worker,
            TurnRequest(settlements: settlements, claimLimit: limit, scope: scope, lease: lease, now: { now }, jitter: { jitter }))
    }

    func claim(_ limit: Int = 1, at now: Timestamp = .start, by worker: Worker? = nil, lease: Duration = .seconds(360)) throws -> [Claim] {
        try turn(claiming: limit, at: now, by: worker, lease: lease).claims
    }

    func claimOne(at now: Timestamp = .start, by worker: Worker? = nil) throws -> Claim {
        guard let claim = try claim(at: now, by: worker).first else { throw MissingClaim() }
        return claim
    }

    @discardableResult
    func settle(
        _ claim: Claim, _ outcome: Outcome, at now: Timestamp = .start, by worker: Worker? = nil, jitter: Double = 0
    ) throws -> Settled.Effect {
        try turn([.of(claim, outcome, at: now)], at: now, by: worker, jitter: jitter).settled[0].effect
    }

    func status() throws -> BatchStatus { try queue.reader.batchStatuses()[0] }
    func count(_ state: JobState) throws -> Int { try status().count(state) }
    func lane() throws -> Lane { try queue.reader.laneStatuses()[0].lane }
    func state(_ claim: Claim) throws -> JobState? { try queue.state(of: claim.job) }

    func show(_ key: String) throws -> JobStatus {
        guard let status = try queue.reader.jobs(named: key).first else { throw MissingClaim() }
        return status
    }
}

struct MissingClaim: Error {}

extension Queue {
    static func make(in folder: TemporaryFolder) throws -> Queue { try make(in: folder, now: .start) }

    func worker(_ token: String) throws -> Worker { try startWorker(token: token, host: "here", pid: 1, now: .start) }

    func execute(_ sql: String) throws { try write { try $0.execute(sql: sql) } }

    func number(_ sql: String) throws -> Int { try reader.read { try Int.fetchOne($0, sql: sql) ?? -1 } }

    func rows(_ sql: String) throws -> [Row] { try reader.read { try Row.fetchAll($0, sql: sql) } }

    func text(_ sql: String) throws -> String { try reader.read { try String.fetchOne($0, sql: sql) ?? "NULL" } }

    func state(of job: JobID) throws -> JobState? {
        JobState(rawValue: try text("SELECT state FROM jobs WHERE id = \(job.number)"))
    }

    func records(_ state: JobState? = nil) throws -> [Record] {
        var cursor = RecordCursor()
        var records: [Record] = []
        while let page = try reader.records(RecordSelection(state: state), after: &cursor) { records += page }
        return records
    }
}

extension Timestamp {
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    static func after(_ seconds: Double) -> Timestamp { start + .milliseconds(Int64(seconds * 1_000)) }
}

extension BatchSettings {
    static func make(
        _ name: String = "harbours", provider: String = "simulator", model: String = "sim-1", system: String? = nil,
        prompt: String = "Describe this picture.", parameters: Parameters = Parameters(), identity: IdentityMode = .bytes
    ) -> BatchSettings {
        BatchSettings(
            name: name, profile: Profile(name: provider), model: model, system: system, prompt: prompt, parameters: parameters,
            identity: identity)
    }
}

extension JobDraft {
    /// The picture of this number, by default under a default key and in a file of its own.
    static func make(_ picture: Int, key: String? = nil, own: Bool = false, path: FilePath? = nil, prompt: String? = nil) -> JobDraft {
        let key = key ?? "\(picture).jpg"
        let file = PictureFile.make(picture, at: path ?? FilePath("/pictures").appending(key))
        return JobDraft(
            key: key, hasOwnKey: own, images: [.file(file)], imagesAsGiven: [key], prompt: prompt, fingerprint: .make(picture))
    }

    static func make(url: String, _ number: Int) -> JobDraft {
        JobDraft(key: url, hasOwnKey: false, images: [.url(url)], imagesAsGiven: [url], fingerprint: .make(number))
    }
}

extension PictureFile {
    static func make(_ picture: Int, at path: FilePath) -> PictureFile {
        let stamp = FileStamp(size: Int64(1_000 + picture), modified: Int64(picture), inode: UInt64(picture))
        return PictureFile(path: path, stamp: stamp, format: .jpeg, digest: Fingerprint.make(picture).bytes)
    }
}

extension Fingerprint {
    static func make(_ number: Int) -> Fingerprint {
        Fingerprint(bytes: Array(repeating: 7, count: 24) + (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }
}

extension Settlement {
    static func of(_ claim: Claim, _ outcome: Outcome, at now: Timestamp = .start) -> Settlement {
        Settlement(attempt: claim.attempt, outcome: outcome, latency: .milliseconds(250), endedAt: now)
    }
}

extension Outcome {
    static func text(_ text: String, tokens: Int? = 100, cost: Int64? = nil) -> Outcome {
        let usage = Usage(
            inputTokens: tokens, outputTokens: tokens, cost: cost.map(Money.init(nanodollars:)), costSource: cost.map { _ in .reported })
        return .caption(Caption(text: text, finishReason: .stop, resolvedModel: "sim-1-0001", usage: usage, requestID: "r"))
    }
    static func failed(_ kind: FailureClass, status: Int? = 400, retryAfter: Duration? = nil) -> Outcome {
        .failure(Failure(kind, "said the provider", status: status, retryAfter: retryAfter))
    }
    static let transient = failed(.serverError, status: 500)
    static let permanent = failed(.imageRejected)
    static let unanswered = Outcome.unknown(Failure(.timeout, "no answer in 300 s", billed: .unknown))
}
