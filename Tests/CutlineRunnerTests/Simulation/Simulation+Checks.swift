import CutlineCore
import CutlineQueue
import SystemPackage

@testable import CutlineQueue
@testable import CutlineRunner

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The rules, and where they are looked at.
extension Simulation {
    /// After each step: what is cheap; now and then all that `doctor` checks.
    func checkStep(_ happening: Happening) throws {
        if let unlawfulClaim { throw unlawfulClaim }
        if case .worker(_, .beat) = happening, steps % 8 != 0 { return }
        // Hundreds of jobs are not counted again at each step.
        if plan.isCalm, steps % 64 != 0 { return }
        if mayHaveChanged { try checkStates() }
        guard steps % (plan.isCalm ? 2_048 : 32) == 0 else { return }
        try checkAll()
    }

    private func checkAll() throws {
        let violations = try monitor.reader.violations()
        guard violations.isEmpty else { throw SimulationFailure(rule: "the queue obeys its laws", detail: "\(violations)") }
        try checkAcknowledged()
        try checkLimits()
        try checkBudgets()
    }

    /// Of one call's caption: the queue said that it has it.
    func observe(_ event: RunnerEvent, of process: VirtualWorker) throws {
        guard case .ended(let claim, .caption, let effect) = event else { return }
        if case .rejected = effect { return }
        acknowledged.insert(claim.attempt)
        guard try isStored(claim.attempt) else {
            throw SimulationFailure(rule: "an acknowledged caption is stored", detail: "attempt \(claim.attempt.number)")
        }
    }

    /// A call is repeated only where the one before it is settled: whoever hands a body over has the job, and nobody else.
    func checkHandOver(_ call: ProviderCall) throws {
        let attempt = call.claim.attempt
        let row = try monitor.reader.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT phase, lease, state FROM attempts JOIN jobs ON jobs.id = attempts.job WHERE attempts.id = ?")
            return try Row.fetchOne(statement, arguments: [attempt.number])
        }
        guard let row else { throw SimulationFailure(rule: "a call is written down before it leaves", detail: "attempt \(attempt.number)") }
        // A clock that was put forward and back again lets others believe that the lease ran out.
        guard !jumps.contains(where: { $0.at >= call.claimedAt && $0.by < .zero }) else { return }
        // The caption of an earlier call, which had been given up, may have come meanwhile: then nobody holds the job any more.
        let (lease, state) = (row["lease"] as Int64?, row["state"] as String)
        guard row["phase"] == "open", lease == attempt.number || lease == nil && state == JobState.succeeded.rawValue else {
            throw SimulationFailure(
                rule: "a body is handed over only by who holds the job",
                detail: "attempt \(attempt.number) is \(row["phase"] as String), the lease \(lease ?? 0), the job \(state)")
        }
    }

    private func checkStates() throws {
        mayHaveChanged = false
        let rows = try monitor.reader.read { try Row.fetchAll($0.cachedStatement(sql: "SELECT id, state FROM jobs")) }
        for row in rows {
            let (id, state) = (row["id"] as Int64, JobState(rawValue: row["state"])!)
            defer { states[id] = state }
            guard let before = states[id], before != state, before.isFinished else { continue }
            // What failed for the lane's fault is given back once that is known.
            if before == .failed, state != .cancelled, recalled.contains(id) { continue }
            guard state == .succeeded, before != .succeeded else {
                throw SimulationFailure(rule: "what is finished stays so", detail: "job \(id): \(before) became \(state)")
            }
        }
    }

    private func isStored(_ attempt: AttemptID) throws -> Bool {
        try monitor.reader.read { db in
            let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM captions WHERE attempt = ?)")
            return try Bool.fetchOne(statement, arguments: [attempt.number])!
        }
    }

    private func storedCaptions() throws -> Set<AttemptID> {
        try monitor.reader.read { db in Set(try Int64.fetchAll(db, sql: "SELECT attempt FROM captions").map(AttemptID.init)) }
    }

    /// Captions in the file beside the queue.
    private func savedCaptions() -> Set<AttemptID> {
        guard let path = monitor.reader.rescueFile, let file = FileManager.default.contents(atPath: path.string) else { return [] }
        let settlements = file.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONDecoder().decode(Settlement.self, from: $0) }
        return Set(settlements.map(\.attempt))
    }

    private func checkAcknowledged() throws {
        let lost = acknowledged.subtracting(try storedCaptions()).subtracting(savedCaptions())
        guard lost.isEmpty else { throw SimulationFailure(rule: "an acknowledged caption stays", detail: "\(lost)") }
    }

    /// Whoever ends without being killed leaves every caption behind that it was handed, or says how many are lost.
    func checkEnd(of process: VirtualWorker, _ end: RunEnd) throws {
        let missing = Set(process.heard).subtracting(try storedCaptions()).subtracting(savedCaptions())
        var admitted = 0
        if case .queueFailed(let error as LostAnswers, _) = end { admitted = error.count }
        guard missing.count > admitted else { return }
        throw SimulationFailure(
            rule: "a caption that was received is stored", detail: "missing \(missing), \(admitted) admitted as lost, end \(end)")
    }

    // MARK: - The provider's books

    /// No window of a told limit ever holds more. Windows in which the wall clock was set are left out: the queue's own time jumped.
    func checkLimits() throws {
        for (number, lane) in plan.lanes.enumerated() {
            let calls = provider.calls.values.filter { $0.lane == number && $0.isSent }.sorted { $0.claimedAt < $1.claimedAt }
            for (kind, limits) in lane.limits.windows {
                for limit in limits {
                    if let resets = limit.resets {
                        try checkDays(limit, resets, calls)
                    } else {
                        try checkWindows(limit, calls, kind.rawValue) { Self.units(of: kind, in: $0) }
                    }
                }
            }
        }
    }

    /// What a call without an answer used is not known to the lane, which keeps what it reserved: of a prompt 1,000 tokens.
    private static func units(of kind: MeterKind, in call: ProviderCall) -> Int {
        switch kind {
        case .requests: 1
        case .tokens: call.isBilled ? call.tokens : 0
        case .inputTokens: call.isBilled ? min(call.tokens - 100, 1_000) : 0
        case .outputTokens: call.isBilled ? 100 : 0
        }
    }

    private func checkDays(_ limit: RateLimit, _ resets: DailyReset, _ calls: [ProviderCall]) throws {
        guard jumps.isEmpty else { return }
        var (day, count): (Range<Timestamp>?, Int) = (nil, 0)
        for call in calls {
            if day?.contains(call.claimedAt) != true { (day, count) = (resets.day(of: call.claimedAt), 0) }
            count += 1
            guard count > limit.count else { continue }
            throw SimulationFailure(
                rule: "a told limit holds in every day", detail: "\(count) requests until \(call.claimedAt), \(limit.count) allowed")
        }
    }

    private func checkWindows(_ limit: RateLimit, _ calls: [ProviderCall], _ unit: String, of units: (ProviderCall) -> Int) throws {
        let length = Duration.milliseconds(Int64(limit.window * 1_000))
        var (first, sum) = (0, 0)
        for call in calls {
            sum += units(call)
            while call.claimedAt - calls[first].claimedAt >= length {
                sum -= units(calls[first])
                first += 1
            }
            let start = calls[first].claimedAt
            guard sum > limit.count, !jumps.contains(where: { $0.at >= start && $0.at <= call.claimedAt }) else { continue }
            throw SimulationFailure(
                rule: "a told limit holds in every window", detail: "\(sum) \(unit) from \(start) to \(call.claimedAt), \(limit) allowed")
        }
    }

    /// Never exceeded where the most that a call can cost is known, else by no more than one call.
    func checkBudgets() throws {
        for (id, batch) in batches where !areBudgetsLifted && !batch.budget.isUnlimited {
            let calls = provider.calls.values.count { $0.claim.batch == id && $0.isBilled }
            let certain = max(0, batch.isBounded ? calls : calls - 1)
            let spent = Spending(cost: Money(nanodollars: batch.cost.nanodollars * Int64(certain)), tokens: batch.tokens * certain)
            guard batch.budget.covers(spent) else {
                throw SimulationFailure(rule: "a budget holds", detail: "\(calls) calls of batch \(id.number): \(spent), \(batch.budget)")
            }
        }
    }

    // MARK: - The end

    func remaining(besidesMisspelt isSelective: Bool = false) throws -> Int {
        try monitor.reader.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT batch, count(*) AS jobs FROM jobs WHERE state IN ('queued', 'running') GROUP BY batch")
            return rows.filter { !isSelective || !batches[BatchID($0["batch"])]!.isMisspelt }.reduce(0) { $0 + ($1["jobs"] as Int) }
        }
    }

    func unfinished() throws -> String {
        let jobs = try monitor.reader.read { try Row.fetchAll($0, sql: "SELECT * FROM jobs WHERE state IN ('queued', 'running')") }
        let lanes = try monitor.reader.read { try String.fetchAll($0, sql: "SELECT rule FROM lanes") }
        let seconds = (clock.now() - Self.beginning).milliseconds / 1_000
        return "now \(seconds) s, \(workers.count { $0 != nil }) workers; \(jobs.prefix(5).map(Self.summary)); \(lanes)"
    }

    func checkEnd() throws {
        try checkStates()
        try checkAll()
        let health = try monitor.reader.health().filter { $0.level == .damage }
        guard health.isEmpty else { throw SimulationFailure(rule: "the file is whole", detail: "\(health)") }
        let rows = try monitor.reader.read { try Row.fetchAll($0, sql: "SELECT * FROM attempts ORDER BY id") }
        let jobs = try monitor.reader.read { try Row.fetchAll($0, sql: "SELECT * FROM jobs") }
        for row in rows { try checkTruth(of: row) }
        let attempts = Dictionary(grouping: rows) { $0["job"] as Int64 }
        let records = outageRecords()
        // Where a job goes on elsewhere it begins anew.
        func ended(_ job: Row) -> [Row] { (attempts[job["id"]] ?? []).filter { $0["route"] as Int64 == job["route"] } }
        for job in jobs { try checkPolicy(job, ended(job)) }
        try together([
            { for job in jobs { try self.checkCauses(job, ended(job), records) } },
            { for (_, record) in records.sorted(by: { $0.key < $1.key }) where self.plan.isCalm { try self.checkWaste(record) } },
            { if self.plan.isCalm { try self.checkCalmJobs(jobs) } },
            { if self.plan.isCalm { try self.checkCalmRuns() } },
            { if self.plan.isCalm { try self.checkThroughput() } },
        ])
    }

    /// What one law finds does not hide what another one does.
    private func together(_ laws: [() throws -> Void]) throws {
        var failures: [SimulationFailure] = []
        for law in laws {
            do { try law() } catch let failure as SimulationFailure { failures.append(failure) }
        }
        guard failures.isEmpty else { throw SimulationFailures(all: failures) }
    }

    /// What the queue says of an attempt is what the provider's books say.
    private func checkTruth(of attempt: Row) throws {
        guard let call = provider.calls[AttemptID(attempt["id"])] else { return }
        let (phase, billed) = (attempt["phase"] as String, attempt["billed"] as String)
        guard call.isBilled, billed == "no" || phase == "released" else { return }
        throw SimulationFailure(
            rule: "what was billed is not called free", detail: "attempt \(attempt["id"] as Int64) is \(phase), \(billed)")
    }

    private func checkPolicy(_ job: Row, _ attempts: [Row]) throws {
        let policy = batches[BatchID(job["batch"])]!.policy
        let id: Int64 = job["id"]
        let (failures, unanswered, crashes) = (job["failures"] as Int, job["unanswered"] as Int, job["crashes"] as Int)
        let allowed: (unanswered: Int, crashes: Int, together: Int) =
            switch policy.onUnknown {
            case .hold: (1, 1, 1)
            case .retry(nil): (2, 6, 8)
            case .retry(let times?): (times + 1, times + 1, times + 1)
            }
        guard failures <= policy.maxAttempts, unanswered <= allowed.unanswered, crashes <= allowed.crashes,
            unanswered + crashes <= allowed.together
        else { throw SimulationFailure(rule: "a job is called no more than its policy allows", detail: "job \(id): \(policy), \(job)") }
        let paid = attempts.count { provider.calls[AttemptID($0["id"])]?.isBilled == true }
        // What an outage may have billed is counted with its attempt, though the job is not charged.
        let failed = attempts.count { $0["phase"] == "failed" }
        guard paid <= 1 + failed + unanswered + crashes else {
            throw SimulationFailure(rule: "every call that was paid for is accounted for", detail: "job \(id): \(paid) paid, \(job)")
        }
        switch JobState(rawValue: job["state"])! {
        case .held where unanswered + crashes == 0: throw SimulationFailure(rule: "a job is held for a reason", detail: "\(job)")
        case .failed where failures == 0: throw SimulationFailure(rule: "a job fails for a reason", detail: "\(job)")
        case .cancelled, .queued, .running: throw SimulationFailure(rule: "everything ends", detail: "\(job)")
        case .succeeded, .held, .failed: break
        }
    }
}
