import CutlineCore
import CutlineQueue

/// The answer of `status`.
struct QueueStatus {
    let queue: String
    /// Without trials.
    let batches: [BatchStatus]
    let trials: [BatchStatus]
    /// Entries whose picture is missing, by batch.
    let missing: [BatchID: Int]
    let lanes: [LaneStatus]
    let workers: [WorkerHealth]
    /// `--queue PATH`, where commands that are advised need it.
    private let queueWords: [String]

    init(of reader: QueueReader, in scope: Scope = .all, named name: String, queueWords: [String]) throws {
        queue = name
        self.queueWords = queueWords
        let statuses = try scope == .all ? reader.batchStatuses() : reader.batchStatuses(in: scope)
        (batches, trials) = (statuses.filter { !$0.isTrial }, statuses.filter(\.isTrial))
        missing = try reader.missingEntries()
        lanes = try reader.laneStatuses()
        workers = try reader.workerHealth()
    }

    /// One line of JSON (docs/output.md).
    func json(at now: Timestamp) -> String {
        var text = JSONText()
        text.openObject()
        text.member("queue", queue)
        text.member("batches", batches) { $0.write($1, missing: missing[$1.id] ?? 0) }
        text.member("trials", trials) { $0.write($1, missing: missing[$1.id] ?? 0) }
        text.member("lanes", lanes) { $0.write($1, at: now) }
        text.member("workers", workers) { $0.write($1) }
        text.closeObject()
        return text.text + "\n"
    }

    /// What the money does: budgets, what is still to come, and what may have been paid for nothing.
    private var notes: [String] {
        let doubts = all.flatMap { DoubtText.notes($0) }
        return all.flatMap { BudgetText.notes($0) } + doubts
            + (doubts.isEmpty ? [] : ["each of them: \(DoubtText.command(queueWords))"])
    }

    func table(at now: Timestamp) -> String {
        Words.table(rows)
            + (trials.isEmpty ? "" : "a trial was made by `cutline compare`; `work` and `export` take it where --batch names it\n")
            + notes.map { "\($0)\n" }.joined() + all.map { $0.flagNote + $0.reuseNote + missingNote($0) }.joined()
            + lanes.map { $0.notes(at: now) }.joined()
            + workerNotes.map { "\($0)\n" }.joined()
    }

    private func missingNote(_ batch: BatchStatus) -> String {
        guard let count = missing[batch.id] else { return "" }
        let command = RetryCommand(batch: batch.name, queue: queueWords).words("remove", ["--missing"])
        return "\(Words.clean(batch.name)): \(Words.count(count, "picture")) missing; `\(command)` takes what is missing out for good\n"
    }

    private var all: [BatchStatus] { batches + trials }

    /// Trials stand below the batches, under a head of their own.
    private var rows: [[String]] {
        [("batch", batches), ("trial", trials)].flatMap { name, statuses -> [[String]] in
            guard !statuses.isEmpty || trials.isEmpty && name == "batch" else { return [] }
            return [[name, "provider", "model"] + Self.states.map(\.rawValue) + ["tokens", "cost"]] + statuses.map(Self.row)
        }
    }

    private static let states: [JobState] = [.queued, .running, .succeeded, .failed, .held, .cancelled]

    private static func row(_ batch: BatchStatus) -> [String] {
        [Words.clean(batch.name), batch.provider, Words.clean(batch.model)] + states.map { Words.number(batch.count($0)) }
            + [batch.usage.totalTokens.map(Words.number) ?? "–", batch.usage.cost.map(Words.money) ?? "–"]
    }

    /// The kernel says who works: a process that was killed did not sign off.
    private var workerNotes: [String] {
        let alive = workers.count { $0.life == .alive }
        let ended = workers.compactMap { health in
            switch health.life {
            case .alive: String?.none
            case .dead: "\(health.worker.name) ended without signing off; `cutline work` takes its jobs back"
            case .unclear: "\(health.worker.name) may have ended: its lock file is missing; its jobs are taken back when their time is up"
            }
        }
        return (alive == 0 ? [] : ["\(Words.count(alive, "worker")) at work"]) + ended
    }
}

extension JSONText {
    fileprivate mutating func write(_ batch: BatchStatus, missing: Int) {
        openObject()
        member("name", batch.name)
        member("provider", batch.provider)
        member("model", batch.model)
        openObject("counts")
        for state in [JobState.queued, .running, .succeeded, .failed, .held, .cancelled] { member(state.rawValue, batch.count(state)) }
        closeObject()
        openObject("usage")
        member("input_tokens", batch.usage.inputTokens)
        member("output_tokens", batch.usage.outputTokens)
        member("cost_usd", batch.usage.cost)
        closeObject()
        openObject("attempts")
        member("total", batch.attempts)
        member("failed", batch.failedAttempts)
        member("unknown", batch.unknownAttempts)
        member("duplicate_captions", batch.duplicateCaptions)
        closeObject()
        writeMoney(of: batch)
        openObject("flags")
        for flag in CaptionFlag.allCases { if let count = batch.flags[flag] { member(flag.rawValue, count) } }
        closeObject()
        member("reused", batch.reusedCaptions)
        member("missing", missing)
        closeObject()
    }

    private mutating func writeMoney(of batch: BatchStatus) {
        member("doubtful", batch.sortedDoubts) { text, doubt in
            text.openObject()
            text.member("doubt", doubt.0.rawValue)
            text.member("calls", doubt.1.calls)
            text.write(doubt.1.mayHaveCost(batch.trend))
            text.closeObject()
        }
        member("estimate", object: batch.restCost) { text, cost in
            text.member("remaining_jobs", batch.remaining)
            text.member("cost_usd", cost)
        }
        member("budget", object: batch.budget?.budget) { text, budget in
            text.member("max_cost_usd", budget.maxCost)
            text.member("max_tokens_total", budget.maxTokens)
            text.member("committed_cost_usd", batch.committed.cost)
            text.member("committed_tokens", batch.committed.tokens)
            text.member("set_aside_cost_usd", batch.setAside.cost)
            text.member("set_aside_tokens", batch.setAside.tokens)
            text.member("calls_of_unknown_cost", batch.setAsideCalls.cost)
            text.member("calls_of_unknown_use", batch.setAsideCalls.tokens)
        }
    }

    fileprivate mutating func write(_ status: LaneStatus, at now: Timestamp) {
        openObject()
        member("name", status.name)
        member("paused", object: status.lane.paused) { $0.members(of: $1) }
        member("paused_models", status.lane.pausedModels) { text, pause in
            text.openObject()
            text.members(of: pause)
            text.closeObject()
        }
        member("outage", object: status.lane.outage) { $0.members(of: $1) }
        member("blocked_until", status.blockedUntil(at: now)?.iso8601)
        member("waits", object: status.usedUpLimit(at: now)?.wait) {
            $0.member("for", $1.kind.rawValue)
            $0.member("until", $1.until.iso8601)
        }
        member("limits", status.limits(at: now))
        member("in_flight", status.lane.inFlight)
        member("requests_per_second", status.lane.learnedRate.map { ($0 * 100).rounded() / 100 })
        closeObject()
    }

    private mutating func members(of pause: Pause) {
        member("class", pause.kind.rawValue)
        member("model", pause.model)
        member("message", pause.message)
        member("advice", pause.advice)
    }

    private mutating func members(of outage: Outage) {
        member("class", outage.kind.rawValue)
        member("status", outage.status)
        member("message", outage.message)
        member("since", outage.since.iso8601)
        member("next_try", outage.nextTry.iso8601)
    }

    fileprivate mutating func write(_ health: WorkerHealth) {
        let worker = health.worker
        openObject()
        member("id", Int(worker.id.number))
        member("host", worker.host)
        member("pid", Int(worker.pid))
        member("started_at", worker.startedAt.iso8601)
        member("seen_at", worker.seenAt.iso8601)
        member("alive", health.life.isAlive)
        closeObject()
    }
}

extension BatchStatus {
    fileprivate var reuseNote: String {
        guard reusedCaptions > 0 else { return "" }
        return "\(Words.clean(name)): \(Words.count(reusedCaptions, "caption")) taken over from other batches, free\n"
    }

    fileprivate var flagNote: String {
        guard flaggedCaptions > 0 else { return "" }
        return "\(Words.clean(name)): \(Words.count(flaggedCaptions, "caption")) flagged: \(FlagText.list(flags))\n"
    }
}

extension WorkerHealth.Life {
    /// Nil where that cannot be told.
    fileprivate var isAlive: Bool? {
        switch self {
        case .alive: true
        case .dead: false
        case .unclear: nil
        }
    }
}

extension WorkerStatus {
    fileprivate var name: String { "worker \(pid) on \(Words.clean(host))" }
}

extension LaneStatus {
    /// Nil where the wait that the provider asked for is over.
    fileprivate func blockedUntil(at now: Timestamp) -> Timestamp? { lane.blockedUntil.flatMap { $0 > now ? $0 : nil } }

    fileprivate func notes(at now: Timestamp) -> String {
        let pauses = lane.pausedModels.isEmpty ? [lane.paused].compactMap(\.self) : lane.pausedModels
        if !pauses.isEmpty { return pauses.map { "\(LaneText.paused(name, $0))\n" }.joined() }
        if let outage = lane.outage { return "\(outage.words(of: name, at: now))\n" }
        if let until = blockedUntil(at: now) {
            return "\(Words.clean(name)) waits \(Words.duration(until - now)) more, as the provider asked\n"
        }
        return usedUpLimit(at: now).map { "\(Words.clean(name)): \($0.text)\n" } ?? ""
    }

    /// In the form of a job file, each window with what is in it.
    fileprivate func limits(at now: Timestamp) -> JSONValue {
        var members: [String: JSONValue] = [:]
        members["concurrency"] = lane.limits.concurrency.map { .integer(Int64($0)) }
        for (kind, windows) in Dictionary(grouping: lane.meters(at: now).windows, by: \.kind) {
            members[kind.rawValue] = .array(
                windows.map { .object($0.pace.limit.members.merging(["used": .integer(Int64($0.pace.used))]) { $1 }) })
        }
        return .object(members)
    }
}
