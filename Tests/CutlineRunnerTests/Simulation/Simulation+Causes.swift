import CutlineCore
import CutlineQueue

@testable import CutlineQueue
@testable import CutlineRunner

/// Whose fault it was: laws on outages, on refusals that pass and on pictures, by the provider's books and the queue's tables.
extension Simulation {
    /// A lane cannot tell its own trouble from a job's before a handful of jobs shows the same.
    private static let handful = 5

    /// What is known of an outage at the end.
    struct OutageRecord {
        let outage: ProviderOutage
        let began: Timestamp
        let ended: Timestamp
        /// When the last call was answered that had come before it and was no refusal: until then there are successes between the failures.
        let quietFrom: Timestamp
        /// How many processes began under it.
        let starts: Int
        /// In the order in which their ends were heard, if they were.
        let calls: [ProviderCall]
        /// Whether jobs enough failed by it, and no clock was set: where hardly one was left, nobody could tell it from the jobs' own faults.
        let isJudged: Bool
    }

    func outageRecords() -> [Int: OutageRecord] {
        Dictionary(uniqueKeysWithValues: outages.keys.map { ($0, record(of: $0)) })
    }

    private func record(of number: Int) -> OutageRecord {
        let (outage, began, ended) = (plan.outages[number], outages[number]!.began, outages[number]!.ended ?? clock.real)
        let before = provider.calls.values.filter {
            guard let script = $0.script, isOfItsOwn(script.cause) else { return false }
            return script.arrivedAt <= began && outage.concerns(lane: $0.lane, model: $0.model)
        }
        let quietFrom = before.compactMap(\.heardAt).filter { $0 > began }.max() ?? began
        let calls = provider.calls.values.filter { $0.script?.cause == .outage(number) }
        let jobs = Set(calls.filter { $0.claimedAt >= quietFrom }.map(\.claim.job))
        return OutageRecord(
            outage: outage, began: began, ended: ended, quietFrom: quietFrom, starts: starts.count { $0 > began && $0 <= ended },
            calls: calls.sorted { ($0.heardAt ?? ended, $0.claim.attempt) < ($1.heardAt ?? ended, $1.claim.attempt) },
            isJudged: jumps.isEmpty && jobs.count >= Self.handful)
    }

    // MARK: - Jobs

    /// An outage takes at most one attempt of a job's and lets none fail; a refusal for the pace, of the key or of the model takes none.
    ///
    /// Counted are failures, not calls: of the job's failures so many must have had another cause.
    func checkCauses(_ job: Row, _ attempts: [Row], _ records: [Int: OutageRecord]) throws {
        let failed = attempts.filter { $0["phase"] == "failed" }.map { provider.calls[AttemptID($0["id"])] }
        // The book of an attempt whose process died before it was sent is empty.
        let calls = failed.compactMap(\.self).filter(\.isSent)
        guard calls.count == failed.count else { return }
        let (failures, own) = (job["failures"] as Int, calls.count { isOfItsOwn($0.script!.cause) })
        let tolls = Dictionary(grouping: calls, by: outage).compactMap { number, calls in number.map { toll(of: records[$0]!, calls) } }
        let allowed = tolls.reduce(own, +)
        guard failures <= allowed else {
            throw SimulationFailure(
                rule: "an outage costs a job at most one attempt, a passing refusal none",
                detail: "\(Self.summary(of: job)), \(allowed) failures allowed: \(history(of: calls))")
        }
        guard job["state"] == "failed", let last = calls.last, !isOfItsOwn(last.script!.cause) else { return }
        // Who may be tried once only, or has failed before, is at the end with the one attempt that an outage may cost.
        let policy = batches[BatchID(job["batch"])]!.policy
        if let number = outage(of: last), allowed >= policy.maxAttempts || !records[number]!.isJudged { return }
        throw SimulationFailure(
            rule: "no job fails for an outage or a passing refusal",
            detail: "\(Self.summary(of: job)), \(policy): \(history(of: calls))")
    }

    /// Whether the job, or the answer to this one call, can have been at fault.
    private func isOfItsOwn(_ cause: Cause) -> Bool {
        switch cause {
        case .mood, .picture: true
        case .capacity, .chance, .outage, .stray, .misspelt: false
        }
    }

    private func outage(of call: ProviderCall) -> Int? {
        guard case .outage(let number)? = call.script?.cause else { return nil }
        return number
    }

    /// What an outage may have cost a job: one attempt, and one for each process that began anew under it. Calls that were heard of before the
    /// last good answer are not counted: until then nobody could know.
    private func toll(of record: OutageRecord, _ failed: [ProviderCall]) -> Int {
        guard record.isJudged else { return failed.count }
        return failed.count { $0.heardAt.map { $0 <= record.quietFrom } ?? true } + 1 + record.starts
    }

    static func summary(of job: Row) -> String {
        let counts = ["failures", "unanswered", "crashes", "attempts"].map { "\($0) \(job[$0] as Int)" }
        return "job \(job["id"] as Int64) of batch \(job["batch"] as Int64), \(job["state"] as String): " + counts.joined(separator: ", ")
    }

    /// Calls with when they were claimed and heard of, in seconds.
    private func history(of calls: [ProviderCall]) -> String {
        calls.sorted { $0.claimedAt < $1.claimedAt }.map { call in
            let times = [call.claimedAt, call.heardAt].map { $0.map { "\(($0 - Self.beginning).milliseconds / 1_000)" } ?? "?" }
            return "\(call.claim.attempt.number) of \(call.worker) \(times[0])…\(times[1]) \(call.script.map { "\($0.cause)" } ?? "unsent")"
        }.joined(separator: "; ")
    }

    // MARK: - Calls

    /// An outage wastes a handful of calls, those that are under way when it shows, and one for each pause; beyond that not two in a hundred.
    /// Whoever begins anew under it may try once. Judged in calm worlds only: elsewhere a stopped process, or a queue that fails,
    /// keeps to itself what it has heard.
    func checkWaste(_ record: OutageRecord) throws {
        let wasted = record.calls.filter { $0.claimedAt >= record.quietFrom && $0.heardAt != nil }
        guard wasted.count > Self.handful else { return }
        // What is heard is told in the next turn, some milliseconds later.
        let shown = wasted[Self.handful - 1].heardAt! + .milliseconds(50)
        let late = wasted.count { $0.claimedAt >= shown }
        let probes = ProviderOutage.probes(in: record.ended - record.began)
        let allowed = 2 + probes + record.starts + provider.calls.count / 50
        guard late > allowed else { return }
        throw SimulationFailure(
            rule: "an outage wastes no more than a handful of calls, and a probe a pause",
            detail: """
                \(late) calls after it showed, \(allowed) allowed, of \(provider.calls.count); \(record.outage), \(record.starts) starts, \
                shown at \((shown - Self.beginning).milliseconds / 1_000): \(history(of: wasted))
                """)
    }

    // MARK: - Calm worlds

    /// Where so little goes wrong, everything ends well: a stray refusal stops nobody, a model that does not exist stops its own batch
    /// alone, a picture that is bad fails alone.
    func checkCalmRuns() throws {
        let unknown = plan.outages.contains(where: \.leavesOutcomesUnknown)
        // A provider that never answered may be given up.
        let early = plan.outages.contains { $0.begin == .zero }
        if let (at, stops, unfinished) = givenUp.first(where: { $0.unfinished > 0 }), !unknown, !early {
            throw SimulationFailure(
                rule: "nothing that passes, and no other model's name, ends a run",
                detail: "\((at - Self.beginning).milliseconds) ms, \(unfinished) jobs left: \(stops)")
        }
        if let unfinishedAtHealing {
            throw SimulationFailure(rule: "the work of a calm world is done in time", detail: unfinishedAtHealing)
        }
    }

    func checkCalmJobs(_ jobs: [Row]) throws {
        let calls = Dictionary(grouping: provider.calls.values) { $0.claim.job }
        for job in jobs { try checkEnd(ofCalm: job, calls[JobID(job["id"])] ?? []) }
    }

    private func checkEnd(ofCalm job: Row, _ calls: [ProviderCall]) throws {
        let batch = batches[BatchID(job["batch"])]!
        let isBad = calls.contains { $0.script?.cause == .picture }
        // The rule for unknown outcomes may hold it; so may a process that dies.
        let wasUnknown = (job["unanswered"] as Int) + (job["crashes"] as Int) > 0
        switch JobState(rawValue: job["state"])! {
        case .succeeded where !isBad: return
        case .held where wasUnknown: return
        case .failed where isBad && (batch.badPicture?.status == 400 || job["failures"] as Int == batch.policy.maxAttempts): return
        case .succeeded, .held, .failed, .queued, .running, .cancelled: break
        }
        throw SimulationFailure(
            rule: "in a calm world bad pictures fail, and nothing else does",
            detail: "\(Self.summary(of: job)), \(batch.policy): \(history(of: calls))")
    }

    /// Nil: everything ended by itself but the batch whose model does not exist, and that is as it was.
    func unfinishedOfCalmWorld() throws -> String? {
        guard try remaining(besidesMisspelt: true) == 0 else { return try unfinished() }
        let jobs = try monitor.reader.read { try Row.fetchAll($0, sql: "SELECT * FROM jobs WHERE state <> 'queued' OR failures > 0") }
        let harmed = jobs.first { batches[BatchID($0["batch"])]!.isMisspelt }
        return harmed.map { "a job was harmed whose model does not exist: \($0)" }
    }
}
