import CutlineCore
import GRDB
import GRDBSQLite
import Synchronization
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

@Suite(.onFile) struct PlanTests {
    /// What may be read from end to end, and by which index: the first row is all that is taken.
    static let allowed = ["SCAN jobs USING COVERING INDEX jobs_due"]
    /// SQLite looks for children of a new row only while a deferred key is violated, and none of ours is deferred.
    static let skipped = ["INSERT INTO jobs": ["SCAN captions"], "INSERT INTO attempts": ["SCAN jobs", "SCAN attempts"]]

    @Test(arguments: [
        (ClaimStep.candidates, "jobs_ready"), (ClaimStep.promotion, "jobs_due"), (ClaimStep.nextDue, "jobs_due"),
        (RescueStep.expired, "attempts_lease"), (RescueStep.anyExpired, "attempts_lease"), (RescueStep.openOfWorker, "attempts_worker"),
        (QueueReader.causesPage, "jobs_stopped"), (QueueReader.doubtfulPage, "attempts_doubtful (batch=? AND id>?)"),
        (JobSource.stoppedPage, "jobs_stopped (batch=? AND state=? AND rowid>?)"),
        (JobSource.readyPage, "jobs_ready (batch=? AND priority=? AND postponed=? AND id>?)"),
        (JobSource.readyRank, "jobs_ready (batch=? AND (priority,postponed)>(?,?))"),
        (JobSource.elsewhereRank, "jobs_ready_elsewhere (route=? AND (priority,postponed)>(?,?))"),
        (ClaimStep.farthest, "jobs_ready (batch=? AND priority=? AND postponed=?)"),
        (ClaimStep.farthestElsewhere, "jobs_ready_elsewhere (route=? AND priority=? AND postponed=?)"),
        (ClaimStep.batches("true"), "jobs_ready (batch=?)"), (ClaimStep.routes, "jobs_ready_elsewhere (route=?)"),
        (JobSource.delayedPage, "jobs_due"),
        (JobSource.runningPage, "attempts_lease"), (QueueReader.keysFrom, "(batch=? AND key>?)"),
        (QueueReader.keysBelow, "(batch=? AND key<?)"),
        (ClaimStep.candidatesAmong, "jobs USING INTEGER PRIMARY KEY"), (Queue.remainingAmong, "jobs USING INTEGER PRIMARY KEY"),
        (QueueReader.samplePage, "sqlite_autoindex_jobs_1 (batch=?)"), (QueueReader.causesAmong, "jobs USING INTEGER PRIMARY KEY"),
        (QueueReader.page(ofBatches: 1), "captions_accepted"), (QueueReader.page(ofBatches: nil), "entries USING INTEGER PRIMARY KEY"),
        (QueueReader.page(ofBatches: 3), "entries USING INTEGER PRIMARY KEY"),
        (ClaimStep.candidatesElsewhere, "jobs_ready_elsewhere (route=?)"),
        (JobSource.elsewherePage, "jobs_ready_elsewhere (route=? AND priority=? AND postponed=? AND id>?)"),
        (JobSource.flaggedPage, "captions_flagged (job>?)"), (ClaimStep.routes, "routes_batch (batch=?)"),
        (ClaimStep.routesAmong, "jobs USING INTEGER PRIMARY KEY"), (ChoreStep.ready, "jobs_ready_elsewhere (route=?)"),
        (ChoreStep.delayed, "jobs_due"), (ChoreStep.setAside, "captions_set_aside (job>?)"),
        (QueueReader.defaultKeys, "sqlite_autoindex_entries_1 (batch=? AND key=?)"),
        (StandingStep.lookup, "sqlite_autoindex_entries_1 (batch=? AND key=?)"),
        (KnownPictures.lookup, "sqlite_autoindex_pictures_1 (path=? AND start=? AND size=? AND modified=? AND inode=?)"),
        (DepartureSearch.keys, "(batch=? AND key>?)"), (DepartStep.nameOfThisRun, "entries_job (job=? AND rowid>?)"),
        (QueueReader.missingOfBatch, "entries_missing (batch=?)"), (EntrySelection.missingPage, "entries_missing (batch=? AND rowid>?)"),
        (EntrySelection.batchPage, "(batch=? AND key>?)"), (JobRow.remainingPlaces, "entries_job (job=?)"),
        (CaptionSearch.lookup, "sqlite_autoindex_jobs_1 (batch=? AND fingerprint=?)"),
    ])
    func statementUsesItsIndex(sql: String, index: String) throws {
        let fixture = try Fixture.make()
        let plan = try fixture.queue.write { try Self.plan(sql, $0) }
        #expect(plan.contains { $0.contains(index) }, "\(plan)")
        #expect(Self.faults(plan).isEmpty)
    }

    /// Every statement that a life of adding, working, rescuing, stopping and reading runs.
    @Test func noStatementReadsATableFromEndToEnd() throws {
        let fixture = try Fixture.make()
        let statements = StatementLog()
        try fixture.queue.write { $0.database.trace { statements.add($0) } }
        try fixture.queue.reader.read { $0.database.trace { statements.add($0) } }
        try fixture.live()
        let tables = ["jobs", "entries", "attempts", "captions", "pictures"]
        let seen = statements.all.filter { sql in tables.contains { sql.contains($0) } }
        #expect(seen.count > 30, "the log is empty: the test is blind")
        for sql in seen {
            let plan = try fixture.queue.write { try Self.plan(sql, $0) }
            let faults = Self.faults(plan).filter { fault in !Self.skipped.contains { sql.hasPrefix($0.key) && $0.value.contains(fault) } }
            #expect(faults.isEmpty, "\(faults) in \(sql)")
        }
    }

    @Test func claimDoesNotGrowWithTheDelayedJobs() throws {
        let few = try stepsOfATurn(delayed: 0)
        let many = try stepsOfATurn(delayed: 100_000)
        #expect(few > 500, "nothing was counted")
        #expect(many < few + 100, "\(many) steps with 100,000 delayed jobs, \(few) without")
    }

    @Test func turnDoesNotGrowWithTheFinishedJobs() throws {
        let few = try stepsOfATurn(delayed: 0)
        let many = try stepsOfATurn(delayed: 0, cancelled: 20_000)
        #expect(many < few + 100, "\(many) steps with 20,000 finished jobs, \(few) without")
    }

    @Test func turnOfASampleDoesNotGrowWithItsBatch() throws {
        let few = try stepsOfATurn(delayed: 0, isSample: true)
        let many = try stepsOfATurn(delayed: 20_000, cancelled: 20_000, isSample: true)
        #expect(few > 500, "nothing was counted")
        #expect(many < few + 100, "\(many) steps with 40,000 other jobs, \(few) without")
    }

    private func stepsOfATurn(delayed: Int, cancelled: Int = 0, isSample: Bool = false) throws -> Int {
        let fixture = try Fixture.make(pictures: 0..<64, folder: TemporaryFolder())
        let sample = Scope.jobs([fixture.batch: try fixture.queue.reader.sample(of: fixture.batch, count: 40)])
        try fixture.queue.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(delayed + cancelled))
            INSERT INTO jobs (batch, fingerprint, images, state, available_at, finished_at)
            SELECT 1, CAST(printf('%032d', i) AS BLOB), '[]', iif(i > \(delayed), 'cancelled', 'queued'),
                iif(i > \(delayed), NULL, \(Timestamp.after(1_000).milliseconds) + i), iif(i > \(delayed), 1, NULL)
            FROM n WHERE \(delayed + cancelled) > 0
            """)
        let first = try fixture.claim(16)
        let counter = StepCounter()
        try fixture.queue.write { counter.start($0) }
        _ = try fixture.turn(first.map { .of($0, .text("a")) }, claiming: 16, in: isSample ? sample : .all, at: .after(1))
        try fixture.queue.write { counter.stop($0) }
        return counter.steps
    }

    private static func plan(_ sql: String, _ db: any Session) throws -> [String] {
        let statement = try db.database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
        statement.setUncheckedArguments(StatementArguments(Array(repeating: 1, count: sql.count { $0 == "?" })))
        return try GRDB.Row.fetchAll(statement).map { $0["detail"] }
    }

    private static func faults(_ plan: [String]) -> [String] {
        plan.filter { line in
            let scans = ["jobs", "attempts", "entries", "captions", "pictures"].contains { line.hasPrefix("SCAN \($0)") }
            return (scans && !allowed.contains(line)) || line.hasPrefix("USE TEMP B-TREE")
        }
    }
}

/// The same on a server, by the plans of the statements that its two connections have prepared.
@Suite(.onServer) struct ServerPlanTests {
    private static let seen = """
        SELECT name, statement, coalesce(array_length(parameter_types, 1), 0) AS count FROM pg_prepared_statements ORDER BY statement
        """

    @Test func noStatementReadsATableFromEndToEnd() throws {
        let fixture = try Fixture.make()
        try fixture.live()
        let written = try fixture.queue.write(Self.faults)
        let read = try fixture.queue.reader.read(Self.faults)
        #expect(written.seen > 60 && read.seen > 30, "too few statements are known: the test is blind")
        for fault in written.faults + read.faults { Issue.record("\(fault)") }
    }

    /// Indexes of some rows alone may be read from their beginning.
    private static let partial = "SELECT CAST(CAST(indexrelid AS regclass) AS text) FROM pg_index WHERE indpred IS NOT NULL"

    private static func faults(_ db: any Session) throws -> (seen: Int, faults: [String]) {
        let partial = try String.fetchAll(db, sql: partial)
        let statements = try Row.fetchAll(db, sql: seen)
        let faults = try statements.compactMap { row -> String? in
            let sql = row["statement"] as String
            guard ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(where: sql.hasPrefix) else { return nil }
            let arguments = Array(repeating: "NULL", count: row["count"]).joined(separator: ", ")
            let plan = try String.fetchAll(
                db, sql: "EXPLAIN EXECUTE \(row["name"] as String)\(arguments.isEmpty ? "" : "(\(arguments))")")
            return wholeScan(in: plan, partial).map { "\($0) in \(sql)" }
        }
        return (statements.count, faults)
    }

    /// A large table, or an index of all its rows, that is read without a condition. A condition stands in the line below its node.
    private static func wholeScan(in plan: [String], _ partial: [String]) -> String? {
        for (line, next) in zip(plan, plan.dropFirst() + [""]) {
            guard ["jobs", "attempts", "entries", "captions", "pictures"].contains(where: { line.contains(" on \($0)") }) else { continue }
            if line.contains("Seq Scan") { return line }
            guard line.contains("Index Scan") || line.contains("Index Only Scan"), !next.contains("Index Cond:") else { continue }
            if !partial.contains(where: { line.contains("using \($0) ") || line.contains("Bitmap Index Scan on \($0) ") }) { return line }
        }
        return nil
    }
}

extension Fixture {
    /// Runs the statements of a whole life.
    fileprivate func live() throws {
        try add(0..<9)
        try add(.make(20, key: "0.jpg"), .make(1, key: "copy.jpg"), .make(0, key: "0.jpg"), .member("a.jpg", 1, at: 512))
        let outcomes: [Outcome] = [.text("a"), .permanent, .transient, .unanswered, .notSent("stopping")]
        for (claim, outcome) in zip(try claim(9), outcomes) { try settle(claim, outcome) }
        _ = try queue.rescue(except: worker, now: .after(400))
        _ = try claim(9, at: .after(400))
        _ = try (queue.prioritize(JobSelection(), .low), queue.retry(), queue.hold(), queue.release(), queue.cancel(now: .start))
        _ = try queue.retry(JobSelection(batch: batch, failure: .imageRejected))
        _ = try queue.release(JobSelection(jobs: queue.reader.jobIDs(named: "1.jpg")))
        _ = try queue.reader.keys(near: "1.jgp")
        let sample = Scope.jobs([batch: try queue.reader.sample(of: batch, count: 3)])
        _ = try (queue.reader.batchStatuses(in: sample), queue.reader.causes(of: batch, .failed, in: sample))
        _ = try queue.reader.jobs(of: [.make(1)], in: batch)
        _ = try turn(claiming: 1, in: sample)
        _ = try queue.reader.knownDigest(of: .make(0, at: "/pictures/0.jpg"))
        _ = try queue.reader.knownDigest(of: .member("0.jpg", 0, at: 512))
        _ = try queue.reader.paths(ofDefaultKeys: ["0.jpg"], in: batch)
        try depart()
        _ = try queue.records()
        _ = try (show("0.jpg"), queue.reader.jobs(named: "3"))
        _ = try queue.reader.allDoubtfulCalls()
        var cursor = RecordCursor()
        _ = try queue.reader.records(RecordSelection(batches: [batch]), after: &cursor)
        let second = try queue.openBatch(.make("second"), policy: RetryPolicy(), limits: Limits(), now: .start)
        var captions = try queue.reader.captionSearch(for: .make("second"), batch: second, checks: CheckRules(), use: .takeOver)
        _ = try queue.add((0..<9).map { .make($0) }, to: second, &captions, now: .start)
        try queue.endWorker(worker, now: .after(400))
    }

    private func depart() throws {
        var captions = try queue.reader.captionSearch(for: .make(), batch: batch, checks: CheckRules(), use: .tell)
        var added = Added()
        _ = try queue.changed(among: [.make(3)], in: batch, &captions, &added)
        let inputs = Set(try queue.inputs(named: [Array("/pictures".utf8)], of: batch))
        try queue.execute("UPDATE entries SET input = 1 WHERE job > 6")
        _ = try queue.depart(
            DepartureSearch(batch: batch, inputs: inputs, mark: queue.reader.entryMark(), holds: { _ in false }, look: { _ in .gone }),
            now: .start)
        _ = try (queue.reader.missingEntries(), queue.reader.hasOnly(3, in: batch))
        let missing = EntrySelection(isMissing: true)
        _ = try (queue.reader.removal(missing), queue.remove(missing, now: .start))
        _ = try queue.remove(EntrySelection(batch: batch, failure: .imageRejected), now: .start)
    }
}

/// The distinct statements that a connection ran.
private final class StatementLog: Sendable {
    private let seen = Mutex<Set<String>>([])

    func add(_ event: Database.TraceEvent) {
        guard case .statement(let statement) = event else { return }
        let sql = statement.sql
        guard ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(where: sql.hasPrefix) else { return }
        seen.withLock { _ = $0.insert(sql) }
    }

    var all: [String] { seen.withLock { $0.sorted() } }
}

/// Counts the steps of SQLite's virtual machine on one connection.
private final class StepCounter {
    private(set) var steps = 0

    func start(_ db: any Session) {
        let count: @convention(c) (UnsafeMutableRawPointer?) -> CInt = { pointer in
            Unmanaged<StepCounter>.fromOpaque(pointer!).takeUnretainedValue().steps += 1
            return 0
        }
        sqlite3_progress_handler(db.database.sqliteConnection, 1, count, Unmanaged.passUnretained(self).toOpaque())
    }

    func stop(_ db: any Session) { sqlite3_progress_handler(db.database.sqliteConnection, 0, nil, nil) }
}
