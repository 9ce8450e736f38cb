import CutlineCore
import Foundation
import GRDB
import Synchronization
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

/// How long other processes wait for a queue of 200,000 jobs and 1,000,000 attempts while something large is done to it. On request, for it
/// takes minutes: `CUTLINE_MEASURE=1 swift test --filter LongWriteTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["CUTLINE_MEASURE"] != nil)) struct LongWriteTests {
    @Test func nobodyWaitsLongForAQueueOfAMillionAttempts() throws {
        let fixture = try Self.large()
        var priced = BatchSettings.make()
        priced.profile.prices = [priced.model: BatchSettings.price]
        func open(_ change: BudgetChange = BudgetChange(), _ rules: CheckRules = CheckRules(), _ list: [RouteDraft]? = nil) throws {
            _ = try fixture.queue.openBatch(
                priced, policy: RetryPolicy(), limits: Limits(concurrency: 10_000), budget: change, checks: rules, fallback: list,
                now: .start)
        }
        let cap = BudgetChange(maxCost: .at(Money(nanodollars: 1_000_000_000_000_000)))
        try fixture.measure("budget over 1,000,000 calls") { try open(cap) }
        try open(BudgetChange(maxCost: BudgetChange.Cap.none))
        try fixture.measure("retry 200,000 failed jobs") { _ = try fixture.queue.retry() }
        try fixture.measure("hold") { _ = try fixture.queue.hold() }
        try fixture.measure("release") { _ = try fixture.queue.release() }
        try fixture.measure("a turn of 256 claims") { _ = try fixture.claim(256) }
        let claims = try fixture.claim(256)
        try fixture.measure("a turn of 256 settlements and claims") {
            _ = try fixture.turn(claims.map { .of($0, .text("A red boat lies on the sand.", cost: 7)) }, claiming: 256)
        }
        let one = try fixture.claimOne()
        let long = String(repeating: "A boat lies on the sand. ", count: 40_000)
        try fixture.measure("a caption of 1 MB with all checks") { try fixture.settle(one, .text(long)) }
        _ = try fixture.claim(1_000)
        try fixture.measure("taking back 3,000 calls") {
            while try fixture.queue.rescue(except: fixture.worker, now: .after(4_000)) != Rescued() {}
        }
        try fixture.setAside()
        try open(BudgetChange(), CheckRules(retried: [.refusal]))
        try fixture.measure("taking 100,000 captions that were set aside") { try open() }
        try open(BudgetChange(), CheckRules(), [RouteDraft(profile: Profile(name: "second"), model: "m")])
        try fixture.queue.execute("UPDATE jobs SET route = 1 WHERE state = 'queued'")
        try fixture.measure("emptying the list of a batch whose jobs wait there") { try open(BudgetChange(), CheckRules(), []) }
        try fixture.measure("cancelling everything") { _ = try fixture.queue.cancel(now: .start) }
        try fixture.measure("removing 200,000 entries") { _ = try fixture.queue.remove(EntrySelection(batch: fixture.batch), now: .start) }
        #expect(try fixture.queue.reader.violations() == [])
    }

    /// Made by SQL: how it came to be is not measured.
    private static func large() throws -> Fixture {
        let fixture = try Fixture.make(folder: TemporaryFolder())
        for start in stride(from: 0, to: 200_000, by: 5_000) { try fixture.add(start..<(start + 5_000)) }
        let worker = fixture.worker.id.number
        for n in 1...5 {
            try fixture.queue.execute(
                """
                INSERT INTO attempts (batch, job, n, worker, started_at, lease_until, estimated_tokens)
                    SELECT batch, id, \(n), \(worker), 1, 2, 10 FROM jobs;
                UPDATE attempts SET ended_at = 2, phase = 'failed', billed = 'unknown', class = 'server_error', doubt = 'failed'
                    WHERE phase = 'open';
                """)
        }
        try fixture.queue.execute("UPDATE jobs SET attempts = 5, state = 'failed', finished_at = 2")
        return fixture
    }
}

extension Fixture {
    /// Half of the jobs have been asked once more and refused.
    fileprivate func setAside() throws {
        try queue.execute(
            """
            INSERT INTO attempts (batch, job, n, worker, started_at, lease_until, estimated_tokens, reserved_cost, reserved_tokens)
                SELECT batch, id, attempts + 1, \(worker.id.number), 1, 2, 10, 1, 1 FROM jobs WHERE state = 'queued' AND id % 2 = 0;
            UPDATE attempts SET ended_at = 2, phase = 'succeeded', billed = 'yes', cost = 1, input_tokens = 1, output_tokens = 1
                WHERE phase = 'open';
            INSERT INTO captions (attempt, job, accepted, set_aside, text, flags, received_at)
                SELECT id, job, 0, 1, 'No.', '["refusal"]', 2 FROM attempts
                WHERE phase = 'succeeded' AND NOT EXISTS (SELECT 1 FROM captions WHERE attempt = attempts.id);
            UPDATE jobs SET attempts = attempts + 1 WHERE state = 'queued' AND id % 2 = 0;
            """)
    }

    /// What another connection waited to write meanwhile. A disk that is busy with something else may hold a single one up for longer.
    fileprivate func measure(_ what: String, _ body: () throws -> Void) throws {
        let rival = try Rival(queue.path.string)
        let took = try ContinuousClock().measure(body)
        let waits = rival.stop().filter { $0 > .milliseconds(2) }.sorted()
        let (most, longest) = (waits.dropLast(waits.count / 20).last ?? .zero, waits.last ?? .zero)
        let line = "\(what): \(took); others waited \(most) (95 of 100 waits), \(longest) at most\n"
        FileHandle.standardError.write(Data(line.utf8))
        #expect(most < .milliseconds(150), "\(what)")
    }
}

/// Another process, as it were, that asks for the queue again and again.
private final class Rival: Sendable {
    private let state = Mutex((waits: [Duration](), isOver: false))
    private let ended = DispatchSemaphore(value: 0)

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .callback { _ in usleep(1_000) == 0 }
        let connection = try DatabaseQueue(path: path, configuration: configuration)
        Thread.detachNewThread { [self] in
            while !state.withLock(\.isOver) {
                let waited = ContinuousClock().measure {
                    try? connection.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE; COMMIT") }
                }
                state.withLock { $0.waits.append(waited) }
                usleep(2_000)
            }
            ended.signal()
        }
    }

    func stop() -> [Duration] {
        state.withLock { $0.isOver = true }
        ended.wait()
        return state.withLock(\.waits)
    }
}
