import CutlineCore
import CutlineQueue

/// The answer of `status`.
struct QueueStatus {
    let queue: String
    let batches: [BatchStatus]
    let lanes: [LaneStatus]
    let workers: [WorkerStatus]

    init(of reader: QueueReader, named name: String) throws {
        queue = name
        batches = try reader.batchStatuses()
        lanes = try reader.laneStatuses()
        workers = try reader.workerStatuses()
    }

    /// One line of JSON (docs/output.md).
    func json(at now: Timestamp) -> String {
        var text = JSONText()
        text.openObject()
        text.key("queue")
        text.value(queue)
        text.list("batches", batches) { $0.write($1) }
        text.list("lanes", lanes) { $0.write($1, at: now) }
        text.list("workers", workers) { $0.write($1) }
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self) + "\n"
    }

    func table(at now: Timestamp) -> String {
        var rows = [["batch", "provider", "model", "queued", "running", "succeeded", "failed", "held", "cancelled", "tokens", "cost"]]
        for batch in batches {
            let tokens = batch.usage.totalTokens.map(Words.number) ?? "–"
            rows.append(
                [Words.clean(batch.name), batch.provider, Words.clean(batch.model)]
                    + [JobState.queued, .running, .succeeded, .failed, .held, .cancelled].map { Words.number(batch.count($0)) }
                    + [tokens, batch.usage.cost.map(Words.money) ?? "–"])
        }
        return Words.table(rows) + batches.map(\.moneyNotes).joined() + batches.map(\.flagNote).joined()
            + lanes.map { $0.notes(at: now) }.joined()
            + (workers.isEmpty ? "" : "\(Words.count(workers.count, "worker")) at work\n")
    }
}

extension JSONText {
    fileprivate mutating func list<Element>(_ key: String, _ elements: [Element], _ write: (inout JSONText, Element) -> Void) {
        self.key(key)
        openArray()
        for element in elements { write(&self, element) }
        closeArray()
    }

    fileprivate mutating func write(_ batch: BatchStatus) {
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
        key("flags")
        openObject()
        for flag in CaptionFlag.allCases { if let count = batch.flags[flag] { member(flag.rawValue, count) } }
        closeObject()
        closeObject()
    }

    fileprivate mutating func write(_ status: LaneStatus, at now: Timestamp) {
        openObject()
        member("name", status.name)
        key("paused")
        if let pause = status.lane.paused {
            openObject()
            member("class", pause.kind.rawValue)
            member("message", pause.message)
            member("advice", pause.advice)
            closeObject()
        } else {
            null()
        }
        member("blocked_until", status.blockedUntil(at: now)?.iso8601)
        member("in_flight", status.lane.inFlight)
        closeObject()
    }

    fileprivate mutating func write(_ worker: WorkerStatus) {
        openObject()
        member("id", Int(worker.id.number))
        member("host", worker.host)
        member("pid", Int(worker.pid))
        member("started_at", worker.startedAt.iso8601)
        member("seen_at", worker.seenAt.iso8601)
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
    fileprivate var flagNote: String {
        guard flaggedCaptions > 0 else { return "" }
        return "\(Words.clean(name)): \(Words.count(flaggedCaptions, "caption")) flagged: \(FlagText.list(flags))\n"
    }

    /// What may have been paid for nothing.
    fileprivate var moneyNotes: String {
        var notes = ""
        if unknownAttempts > 0 {
            notes +=
                "\(Words.clean(name)): \(Words.count(unknownAttempts, "call")) without an answer, maybe billed\(estimate(unknownAttempts))\n"
        }
        if duplicateCaptions > 0 {
            notes += "\(Words.clean(name)): \(Words.count(duplicateCaptions, "duplicate caption")) paid for\(estimate(duplicateCaptions))\n"
        }
        return notes
    }

    /// At the average cost of this batch's captions, where costs are known.
    func estimatedCost(of calls: Int) -> Money? {
        guard let cost = usage.cost, count(.succeeded) > 0 else { return nil }
        let average = cost.nanodollars / Int64(count(.succeeded) + duplicateCaptions)
        return Money(nanodollars: average * Int64(calls))
    }

    private func estimate(_ calls: Int) -> String { estimatedCost(of: calls).map { " (≈ \(Words.money($0)))" } ?? "" }
}

extension LaneStatus {
    /// Nil where the wait that the provider asked for is over.
    fileprivate func blockedUntil(at now: Timestamp) -> Timestamp? { lane.blockedUntil.flatMap { $0 > now ? $0 : nil } }

    fileprivate func notes(at now: Timestamp) -> String {
        if let pause = lane.paused {
            return "\(LaneText.paused(name, pause))\n"
        }
        guard let until = blockedUntil(at: now) else { return "" }
        return "\(name) waits \(Words.duration(until - now)) more, as the provider asked\n"
    }
}
