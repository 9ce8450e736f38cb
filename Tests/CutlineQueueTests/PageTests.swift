import CutlineCore
import GRDB
import SystemPackage
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

/// Whatever grows with a batch or the queue is done a page a transaction, and a process killed between two pages leaves nothing that the next
/// one does not finish.
@Suite(.timeLimit(.minutes(15)), .onFile) struct PageTests {
    /// More than two pages of every step.
    private static let jobs = 2_500

    private static func fixture() throws -> Fixture { try Fixture.make(policy: RetryPolicy(maxAttempts: 1), pictures: 0..<jobs) }

    /// Every job has been called once, and was answered as `outcome` says; by SQL, for it is only how they came to be.
    private static func called(_ columns: String, job: String = "state = state") throws -> Fixture {
        let fixture = try fixture()
        try fixture.queue.execute(
            """
            INSERT INTO attempts (batch, job, n, worker, started_at, lease_until, estimated_tokens)
                SELECT batch, id, 1, \(fixture.worker.id.number), 1, 2, 10 FROM jobs;
            UPDATE attempts SET ended_at = 2, \(columns);
            UPDATE jobs SET attempts = 1, \(job);
            """)
        return fixture
    }

    private static let failed = "phase = 'failed', billed = 'no', class = 'image_rejected'"
    private static let failedJob = "state = 'failed', finished_at = 2"

    private static func flagged(accepted: Bool) throws -> Fixture {
        let fixture = try called("phase = 'succeeded', billed = 'yes'")
        try fixture.queue.execute(
            """
            INSERT INTO captions (attempt, job, accepted, set_aside, text, flags, received_at)
                SELECT id, job, \(accepted), \(!accepted), 'No.', '["refusal"]', 2 FROM attempts;
            """)
        if accepted { try fixture.queue.execute("UPDATE jobs SET state = 'succeeded', finished_at = 2") }
        return fixture
    }

    // MARK: - People's verbs

    @Test func verbsMoveAPageATransaction() throws {
        let fixture = try Self.called(Self.failed, job: Self.failedJob)
        for verb in [
            { try fixture.queue.retry() }, { try fixture.queue.hold() }, { try fixture.queue.release() },
            { try fixture.queue.cancel(now: .start) },
        ] {
            try fixture.expectChanges(of: 1_000, counting: Self.jobs) { try verb().count }
        }
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func jobsChangeTheirPriorityAPageATransaction() throws {
        let fixture = try Self.fixture()
        for priority in [Priority.high, .low] {
            try fixture.expectChanges(of: 500, counting: Self.jobs) {
                try fixture.queue.prioritize(JobSelection(batch: fixture.batch), priority).count
            }
            #expect(try fixture.queue.number("SELECT count(*) FROM jobs WHERE priority = \(priority.rawValue)") == Self.jobs)
        }
    }

    @Test func captionedJobsAreReopenedAPageATransaction() throws {
        let fixture = try Self.flagged(accepted: true)
        try fixture.expectChanges(of: 1_000, counting: Self.jobs) {
            try fixture.queue.retry(JobSelection(flags: FlagSelection(wanted: [.refusal]))).count
        }
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func entriesLeaveAPageATransaction() throws {
        let fixture = try Fixture.make()
        let input = try fixture.queue.inputs(named: [Array("/pictures".utf8)], of: fixture.batch)[0]
        let drafts = (0..<Self.jobs).map { number in
            var draft = JobDraft.make(number)
            draft.input = input
            return draft
        }
        _ = try fixture.queue.add(drafts, to: fixture.batch, now: .start)
        let search = DepartureSearch(
            batch: fixture.batch, inputs: [input], mark: try fixture.queue.reader.entryMark(), holds: { _ in false }, look: { _ in .gone })
        try fixture.expectChanges(of: 1_000, counting: Self.jobs) { try fixture.queue.depart(search, now: .start).missing }
        let all = EntrySelection(batch: fixture.batch)
        try fixture.expectChanges(of: 1_000, counting: Self.jobs) { try fixture.queue.remove(all, now: .start).entries }
    }

    // MARK: - Budgets

    private static let capped = BudgetChange(maxCost: .at(Money(nanodollars: 1_000_000_000_000)))

    private static func cap(_ fixture: Fixture, on queue: Queue? = nil) throws {
        _ = try (queue ?? fixture.queue).openBatch(
            .priced, policy: RetryPolicy(), limits: Limits(concurrency: 9), budget: capped, now: .start)
    }

    @Test func earlierCallsAreReckonedAPageATransaction() throws {
        let fixture = try Self.called("phase = 'unknown', billed = 'unknown', doubt = 'unknown'")
        try fixture.expectChanges(of: 500) { try Self.cap(fixture) }
        let most = try fixture.queue.number("SELECT reserved_cost FROM attempts LIMIT 1")
        #expect(most > 0)
        #expect(try fixture.queue.number("SELECT committed_cost FROM counts") == most * Self.jobs)
        #expect(try fixture.queue.reader.violations() == [])
    }

    /// The budget holds only once all is reckoned.
    @Test func aProcessKilledWhileItReckonsHasSetNoBudget() throws {
        let fixture = try Self.called("phase = 'unknown', billed = 'unknown', doubt = 'unknown'")
        // The first writes the batch's settings down.
        try fixture.dying(atCommit: 3) { try Self.cap(fixture) }
        #expect(try fixture.queue.number("SELECT count(*) FROM attempts WHERE reserved_cost > 0") == 500)
        #expect(try fixture.queue.number("SELECT budget IS NULL FROM batches") == 1)
        let other = try fixture.queue.again(at: .start)
        try Self.cap(fixture, on: other)
        #expect(try other.number("SELECT count(*) FROM attempts WHERE reserved_cost > 0") == Self.jobs)
        #expect(try other.number("SELECT budget IS NOT NULL FROM batches") == 1)
        #expect(try other.reader.violations() == [])
        try other.close()
    }

    @Test func aCallThatAnotherProcessMakesMeanwhileIsReckonedWithTheBudget() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        _ = try fixture.claimOne()
        let reckoned = try fixture.queue.number("SELECT max(id) FROM attempts")
        _ = try fixture.claimOne()
        let isSet = try fixture.queue.write {
            try BudgetStep(db: $0, batch: fixture.batch, settings: .priced).change(by: Self.capped, reckonedUpTo: Int64(reckoned))
        }
        #expect(isSet)
        #expect(try fixture.queue.number("SELECT count(*) FROM attempts WHERE reserved_cost > 0 AND id > \(reckoned)") == 1)
    }

    // MARK: - Chores

    private static let asking = CheckRules(retried: [.refusal])

    @Test func whatWasSetAsideIsTakenAPageATransaction() throws {
        let fixture = try Self.flagged(accepted: false)
        try fixture.set(Self.asking)
        try fixture.expectChanges(of: 2 * 500) { try fixture.set(CheckRules()) }
        #expect(try fixture.count(.succeeded) == Self.jobs)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func whatAKilledProcessHadStillToTakeIsTakenByTheNext() throws {
        let fixture = try Self.flagged(accepted: false)
        try fixture.set(Self.asking)
        try fixture.dying(atCommit: 3) { try fixture.set(CheckRules()) }
        #expect(try fixture.count(.succeeded) == 500)
        let other = try fixture.queue.again(at: .start)
        #expect(try fixture.count(.succeeded) == Self.jobs)
        #expect(try other.number("SELECT count(*) FROM chores") == 0)
        try other.close()
    }

    @Test func whatIsWantedAgainMeanwhileIsNotTaken() throws {
        let fixture = try Self.flagged(accepted: false)
        try fixture.set(Self.asking)
        try fixture.dying(atCommit: 2) { try fixture.set(CheckRules()) }
        try fixture.queue.write { db in
            try SetAsideStep(db: db, now: .start).change(CheckRules(), to: Self.asking, of: fixture.batch)
        }
        try fixture.queue.finishChores(now: .start)
        #expect(try fixture.count(.succeeded) == 0)
        #expect(try fixture.count(.queued) == Self.jobs)
    }

    private static func fellBack() throws -> Fixture {
        let fixture = try Self.fixture()
        try fixture.open(list: ["second", "third"])
        try fixture.queue.execute("UPDATE jobs SET route = 1; UPDATE jobs SET available_at = id WHERE id > 1000")
        return fixture
    }

    @Test func jobsOfAPlaceThatLeftTheListMoveOnAPageATransaction() throws {
        let fixture = try Self.fellBack()
        try fixture.expectChanges(of: 500) { try fixture.open(list: ["third"]) }
        #expect(try fixture.queue.number("SELECT count(*) FROM jobs WHERE route = 2") == Self.jobs)
        try fixture.expectChanges(of: 500) { try fixture.open(list: []) }
        #expect(try fixture.count(.failed) == Self.jobs)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func jobsThatAKilledProcessDidNotMoveOnAreMovedByTheNext() throws {
        let fixture = try Self.fellBack()
        try fixture.dying(atCommit: 3) { try fixture.open(list: []) }
        #expect(try fixture.count(.failed) == 500)
        let other = try fixture.queue.again(at: .start)
        #expect(try fixture.count(.failed) == Self.jobs)
        try other.close()
    }

    // MARK: - Dead workers and saved answers

    private static func claimed() throws -> Fixture {
        let fixture = try fixture()
        try #require(try fixture.claim(jobs).count == jobs)
        return fixture
    }

    @Test func aDeadWorkersCallsAreTakenBackAPageATransaction() throws {
        let fixture = try Self.claimed()
        try fixture.expectChanges(of: 2 * 500) {
            while try fixture.queue.rescue(except: fixture.worker, now: .after(400)) != Rescued() {}
        }
        #expect(try fixture.queue.number("SELECT count(*) FROM attempts WHERE phase = 'unknown'") == Self.jobs)
        #expect(try fixture.lane().inFlight == 0)
    }

    @Test func aWorkerSignsOffAPageATransaction() throws {
        let fixture = try Self.claimed()
        try fixture.expectChanges(of: 2 * 500) { try fixture.queue.endWorker(fixture.worker, now: .start) }
        #expect(try fixture.queue.number("SELECT count(*) FROM attempts WHERE phase = 'open'") == 0)
    }

    @Test func savedAnswersAreBroughtInAPageATransaction() throws {
        let fixture = try Self.fixture()
        let claims = try fixture.claim(600)
        _ = try fixture.queue.saveForRescue(claims.map { .of($0, .text("a")) }, by: fixture.worker)
        try fixture.dying(atCommit: 2) { _ = try fixture.queue.replayRescueFile(now: .start) }
        #expect(try fixture.count(.succeeded) == 200 && fixture.queue.state.existingRescueFile != nil)
        try fixture.expectChanges(of: 2 * 200, counting: 400) { try fixture.queue.replayRescueFile(now: .start).broughtIn }
        #expect(try fixture.count(.succeeded) == 600 && fixture.queue.state.existingRescueFile == nil)
    }
}

// MARK: - Long captions

@Suite(.onFile) struct LongCaptionTests {
    private static let text = String(repeating: "A boat lies on the sand. ", count: 400)

    @Test func aLongCaptionIsCheckedBeforeTheQueueIsLocked() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.set(CheckRules(maxWords: 10))
        let settlement = Settlement.of(try fixture.claimOne(), .text(Self.text))
        let look = try #require(fixture.queue.lookAhead([settlement])[settlement.attempt])
        #expect(look.flags(under: CheckRules(maxWords: 10))?.contains(.tooLong) == true)
        #expect(try fixture.turn([settlement]).settled[0].effect == .accepted)
        #expect(try fixture.status().flags[.tooLong] == 1)
    }

    /// Another process may change the rules between the look and the transaction.
    @Test func aLookUnderOtherRulesDoesNotCount() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let settlement = Settlement.of(try fixture.claimOne(), .text(Self.text))
        let looks = try fixture.queue.lookAhead([settlement])
        try fixture.set(CheckRules(maxWords: 10))
        try fixture.queue.write { db in
            let step = SettleStep(db: db, lanes: LaneStore(db), now: .start, jitter: { 0 }, looks: looks)
            _ = try step.settle(settlement)
        }
        #expect(try fixture.status().flags[.tooLong] == 1)
    }

    @Test func shortCaptionsAreNotLookedAtTwice() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        #expect(try fixture.queue.lookAhead([.of(fixture.claimOne(), .text("A boat."))]).isEmpty)
    }
}

// MARK: - Counting

/// Counts the rows of each table that a transaction changes, and may end the process, as it were, at a commit.
private final class Commits: TransactionObserver {
    struct Killed: Error {}

    var most = 0
    var isWatching = false
    private var rows: [String: Int] = [:]
    private var commits = 0
    private let last: Int

    init(dyingAt last: Int = .max) { self.last = last }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool {
        ["jobs", "attempts", "captions", "entries"].contains(eventKind.tableName)
    }

    func databaseDidChange(with event: DatabaseEvent) { rows[event.tableName, default: 0] += 1 }

    func databaseWillCommit() throws {
        guard isWatching else { return }
        commits += 1
        if commits >= last { throw Killed() }
    }

    func databaseDidCommit(_ db: Database) {
        most = max(most, rows.values.max() ?? 0)
        rows = [:]
    }

    func databaseDidRollback(_ db: Database) { rows = [:] }
}

extension Fixture {
    /// No transaction of `body` changes more rows of one table.
    fileprivate func expectChanges(of most: Int, _ body: () throws -> Void) throws {
        let commits = Commits()
        try queue.watch(commits, body)
        #expect(commits.most > 0, "the count is blind")
        #expect(commits.most <= most)
    }

    fileprivate func expectChanges(of most: Int, counting expected: Int, _ body: () throws -> Int) throws {
        var count = 0
        try expectChanges(of: most) { count = try body() }
        #expect(count == expected)
    }

    /// Nothing of the transaction at this commit, counted from 1, and none behind it, comes to be.
    fileprivate func dying(atCommit last: Int, _ body: () throws -> Void) throws {
        try queue.watch(Commits(dyingAt: last)) { #expect(throws: Commits.Killed.self) { try body() } }
    }

    fileprivate func set(_ rules: CheckRules) throws {
        _ = try queue.openBatch(.make(), policy: RetryPolicy(), limits: Limits(concurrency: 10_000), checks: rules, now: .start)
    }

    fileprivate func open(list: [String]) throws {
        let drafts = list.map { RouteDraft(profile: Profile(name: $0), model: "m") }
        _ = try queue.openBatch(.make(), policy: RetryPolicy(), limits: Limits(concurrency: 10_000), fallback: drafts, now: .start)
    }
}

extension Queue {
    fileprivate func watch(_ commits: Commits, _ body: () throws -> Void) throws {
        // The transaction that begins to watch is none of those that are watched.
        try write { $0.database.add(transactionObserver: commits, extent: .databaseLifetime) }
        commits.isWatching = true
        defer {
            commits.isWatching = false
            try? write { $0.database.remove(transactionObserver: commits) }
        }
        try body()
    }
}

extension BatchSettings {
    fileprivate static var priced: BatchSettings {
        var settings = BatchSettings.make()
        settings.profile.prices = [settings.model: BatchSettings.price]
        return settings
    }
}
