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
        text.key("queue")
        text.value(queue)
        text.list("batches", batches) { $0.write($1, missing: missing[$1.id] ?? 0) }
        text.list("trials", trials) { $0.write($1, missing: missing[$1.id] ?? 0) }
        text.list("lanes", lanes) { $0.write($1, at: now) }
        text.list("workers", workers) { $0.write($1) }
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self) + "\n"
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
    fileprivate mutating func list<Element>(_ key: String, _ elements: [Element], _ write: (inout JSONText, Element) -> Void) {
        self.key(key)
        openArray()
        for element in elements { write(&self, element) }
        closeArray()
    }

    fileprivate mutating func write(_ batch: BatchStatus, missing: Int) {
        openObject()
        member("name", batch.name)
        member("provider", batch.provider)
        member("model", batch.model)
        key("counts")
        openObject()
        for state in [JobState.queued, .running, .succeeded, .failed, .held, .cancelled] { member(state.rawValue, batch.count(state)) }
        closeObject()
        key("usage")
        openObject()
        member("input_tokens", batch.usage.inputTokens)
        member("output_tokens", batch.usage.outputTokens)
        key("cost_usd")
        value(batch.usage.cost)
        closeObject()
        key("attempts")
        openObject()
        member("total", batch.attempts)
        member("failed", batch.failedAttempts)
        member("unknown", batch.unknownAttempts)
        member("duplicate_captions", batch.duplicateCaptions)
        closeObject()
        writeMoney(of: batch)
        key("flags")
        openObject()
        for flag in CaptionFlag.allCases { if let count = batch.flags[flag] { member(flag.rawValue, count) } }
        closeObject()
        member("reused", batch.reusedCaptions)
        member("missing", missing)
        closeObject()
    }

    private mutating func writeMoney(of batch: BatchStatus) {
        list("doubtful", batch.sortedDoubts) { text, doubt in
            text.openObject()
            text.member("doubt", doubt.0.rawValue)
            text.member("calls", doubt.1.calls)
            text.write(doubt.1.mayHaveCost(batch.trend))
            text.closeObject()
        }
        key("estimate")
        if let cost = batch.restCost {
            openObject()
            member("remaining_jobs", batch.remaining)
            key("cost_usd")
            value(cost)
            closeObject()
        } else {
            null()
        }
        key("budget")
        if let budget = batch.budget?.budget {
            openObject()
            key("max_cost_usd")
            value(budget.maxCost)
            member("max_tokens_total", budget.maxTokens)
            key("committed_cost_usd")
            value(batch.committed.cost)
            member("committed_tokens", batch.committed.tokens)
            key("set_aside_cost_usd")
            value(batch.setAside.cost)
            member("set_aside_tokens", batch.setAside.tokens)
            member("calls_of_unknown_cost", batch.setAsideCalls.cost)
            member("calls_of_unknown_use", batch.setAsideCalls.tokens)
            closeObject()
        } else {
            null()
        }
    }

    fileprivate mutating func write(_ status: LaneStatus, at now: Timestamp) {
        openObject()
        member("name", status.name)
        key("paused")
        if let pause = status.lane.paused { write(pause) } else { null() }
        key("paused_models")
        openArray()
        for pause in status.lane.pausedModels { write(pause) }
        closeArray()
        key("outage")
        if let outage = status.lane.outage { write(outage) } else { null() }
        member("blocked_until", status.blockedUntil(at: now)?.iso8601)
        key("waits")
        if let wait = status.usedUpLimit(at: now)?.wait {
            openObject()
            member("for", wait.kind.rawValue)
            member("until", wait.until.iso8601)
            closeObject()
        } else {
            null()
        }
        key("limits")
        value(status.limits(at: now))
        member("in_flight", status.lane.inFlight)
        key("requests_per_second")
        value(status.lane.learnedRate.map { ($0 * 100).rounded() / 100 })
        closeObject()
    }

    private mutating func write(_ pause: Pause) {
        openObject()
        member("class", pause.kind.rawValue)
        member("model", pause.model)
        member("message", pause.message)
        member("advice", pause.advice)
        closeObject()
    }

    private mutating func write(_ outage: Outage) {
        openObject()
        member("class", outage.kind.rawValue)
        member("status", outage.status)
        member("message", outage.message)
        member("since", outage.since.iso8601)
        member("next_try", outage.nextTry.iso8601)
        closeObject()
    }

    fileprivate mutating func write(_ health: WorkerHealth) {
        let worker = health.worker
        openObject()
        member("id", Int(worker.id.number))
        member("host", worker.host)
        member("pid", Int(worker.pid))
        member("started_at", worker.startedAt.iso8601)
        member("seen_at", worker.seenAt.iso8601)
        key("alive")
        switch health.life {
        case .alive: value(true)
        case .dead: value(false)
        case .unclear: null()
        }
        closeObject()
    }

    mutating func member(_ key: String, _ text: String?) {
        self.key(key)
        value(text)
    }

    mutating func member(_ key: String, _ number: Int?) {
        self.key(key)
        value(number)
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
