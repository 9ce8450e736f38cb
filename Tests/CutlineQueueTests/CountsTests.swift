import CutlineCore
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

@Suite struct CountsTests {
    /// Any commands in any order leave the queue in accord with itself. A failure names its seed as the argument.
    @Test(arguments: 0..<UInt64(100))
    func queueAgreesWithItselfAfterEveryCommand(seed: UInt64) throws {
        var life = try RandomLife(seed: seed)
        for step in 0..<30 {
            let command = try life.act()
            let faults = try life.faults()
            guard faults.isEmpty else {
                Issue.record("seed \(seed), step \(step), \(command): \(faults.joined(separator: "; "))")
                return
            }
        }
    }

    @Test func randomLivesComeThroughEveryState() throws {
        var seen: Set<String> = []
        for seed in 0..<UInt64(20) {
            var life = try RandomLife(seed: seed)
            for _ in 0..<40 { _ = try life.act() }
            seen.formUnion(try life.traces())
        }
        let states = JobState.allCases.map(\.rawValue)
        #expect(seen.isSuperset(of: states + ["open", "succeeded", "failed", "released", "unknown", "duplicate"]), "\(seen)")
    }
}

/// A queue, two workers and everything that can happen to them, from a seed.
struct RandomLife {
    private var fixture: Fixture
    private var random: SplitMix64
    private var workers: [Worker]
    private var born = 2
    private var now = Timestamp.start
    /// Claims whose calls have not ended, whoever made them: a late answer may come from a worker that is long dead.
    private var open: [Claim] = []
    private var accepted: [JobID: String] = [:]

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        let policies = [
            RetryPolicy(maxAttempts: 2), RetryPolicy(onUnknown: .hold), RetryPolicy(maxAttempts: 3, onUnknown: .retry(times: 1)),
        ]
        fixture = try Fixture.make(policy: policies[Int(seed % 3)], pictures: 0..<4)
        workers = [fixture.worker, try fixture.queue.worker("second")]
    }

    mutating func act() throws -> String {
        now = now + .milliseconds(Int64.random(in: 0...20_000, using: &random))
        switch Int.random(in: 0..<22, using: &random) {
        case 0..<4: return try add()
        case 4..<13: return try turn()
        case 13: return try killWorker()
        case 14, 15: return "rescue \(try fixture.queue.rescue(except: workers[0], now: now))"
        case 16: return "retry \(try fixture.queue.retry(selection()))"
        case 17: return "hold \(try fixture.queue.hold(selection()))"
        case 18: return "release \(try fixture.queue.release(selection()))"
        case 20: return try changeBudget()
        case 19: return "cancel \(try fixture.queue.cancel(selection(), now: now))"
        default: return try reopen()
        }
    }

    private mutating func add() throws -> String {
        let picture = Int.random(in: 0..<9, using: &random)
        let key = "\(Int.random(in: 0..<7, using: &random)).jpg"
        return "add \(picture) as \(key): \(try fixture.add(.make(picture, key: key)))"
    }

    private mutating func changeBudget() throws -> String {
        var settings = BatchSettings.make()
        if Bool.random(using: &random) { settings.profile.prices = [settings.model: BatchSettings.price] }
        let caps: [BudgetChange.Cap<Money>?] = [BudgetChange.Cap.none, nil, .at(Money(nanodollars: 900_000_000_000))]
        let change = BudgetChange(
            maxCost: caps.randomElement(using: &random)!, maxTokens: Bool.random(using: &random) ? .at(9_000_000) : BudgetChange.Cap.none)
        _ = try fixture.queue.openBatch(
            settings, policy: RetryPolicy(maxAttempts: 2), limits: Limits(concurrency: 10_000), budget: change, now: now)
        return "budget \(change)"
    }

    private mutating func turn() throws -> String {
        try fixture.queue.resumeLanes(.all)
        open.shuffle(using: &random)
        let ended = open.suffix(Int.random(in: 0...(open.count * 2 / 3), using: &random))
        open.removeLast(ended.count)
        let settlements = try ended.map { Settlement.of($0, try outcome(), at: now) }
        let limit = Int.random(in: 0..<5, using: &random)
        let turn = try fixture.turn(settlements, claiming: limit, at: now, by: workers.randomElement(using: &random), lease: .seconds(30))
        for (settlement, settled) in zip(settlements, turn.settled) where settled.effect == .accepted {
            guard case .caption(let caption) = settlement.outcome, let claim = ended.first(where: { $0.attempt == settled.attempt }) else {
                throw MissingClaim()
            }
            accepted[claim.job] = caption.text
        }
        open += turn.claims
        return "turn \(turn.settled.map(\.effect)), claims \(turn.claims.map(\.job.number))"
    }

    private mutating func outcome() throws -> Outcome {
        let text = "caption \(UInt16.random(in: .min ... .max, using: &random))"
        let outcomes: [Outcome] = [
            .text(text), .text(text), .text(text), .text(text, cost: 1_000), .text(text, tokens: nil), .transient, .permanent, .unanswered,
            .notSent("stopping"), .billedFailure(.unknown), .billedFailure(.yes, usage: Usage(inputTokens: 7, outputTokens: 3)),
            .failed(.rateLimited, status: 429, retryAfter: .seconds(1)), .failed(.unauthorized, status: 401),
        ]
        return outcomes.randomElement(using: &random)!
    }

    private mutating func killWorker() throws -> String {
        born += 1
        workers[1] = try fixture.queue.worker("worker-\(born)")
        return "kill and replace the second worker"
    }

    /// As another process would: the old connection is gone, the workers' locks stay.
    private mutating func reopen() throws -> String {
        try fixture.queue.close()
        fixture = Fixture(
            folder: fixture.folder, queue: try fixture.queue.again(at: now), batch: fixture.batch, worker: fixture.worker)
        return "reopen"
    }

    private mutating func selection() -> JobSelection {
        Bool.random(using: &random) ? JobSelection() : JobSelection(jobs: [JobID(Int64.random(in: 1..<9, using: &random))])
    }

    func traces() throws -> [String] {
        try fixture.queue.reader.read { db in
            try String.fetchAll(
                db, sql: "SELECT state FROM jobs UNION SELECT phase FROM attempts UNION SELECT 'duplicate' FROM captions WHERE accepted = 0"
            )
        }
    }

    /// What contradicts the invariants; the names of the rules that are broken.
    func faults() throws -> [String] {
        let violations = try fixture.queue.reader.violations().map(\.description)
        return try fixture.queue.reader.read { db in
            var faults = violations
            for (job, text) in accepted {
                let stored = try String.fetchOne(
                    db, sql: "SELECT text FROM captions WHERE job = ? AND accepted = 1", arguments: [job.number])
                if stored != text { faults.append("the caption of job \(job.number) was replaced") }
            }
            return faults
        }
    }
}
