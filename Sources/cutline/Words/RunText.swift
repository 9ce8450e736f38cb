import CutlineCore
import CutlineQueue
import CutlineRunner
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The sentences of a run.
enum RunText {
    /// `120 / 1,000 done · 41.2/s · ETA 21.3 s · 2 failed · 64 in flight · 36,000 tokens · $0.04 · hackclub waits 30.0 s`
    static func progress(_ totals: RunTotals, _ run: RunProgress, since start: Int, elapsed: Duration, at now: Timestamp) -> String {
        let done = max(0, totals.done - start)
        var parts = ["\(Words.number(totals.done)) / \(Words.number(totals.total)) done"]
        // The line at the start has no rate to tell.
        if done > 0 || elapsed >= .seconds(1) { parts.append(Words.rate(done, in: elapsed)) }
        if let eta = eta(totals, done: done, in: elapsed, stops: run.stops, at: now) { parts.append(eta) }
        if totals.failed > 0 { parts.append("\(Words.number(totals.failed)) failed") }
        if totals.held > 0 { parts.append("\(Words.number(totals.held)) held") }
        parts.append("\(Words.number(run.inFlight)) in flight")
        if let tokens = totals.tokens { parts.append("\(Words.number(tokens)) tokens") }
        if let cost = totals.cost { parts.append(Words.money(cost)) }
        if let rest = totals.rest { parts.append(rest) }
        parts += run.stops.compactMap { LaneText.wait($0, at: now) }
        return parts.joined(separator: " · ")
    }

    /// At the pace of `done` jobs in `time`, but not sooner than a lane opens again or a told limit lets them go; nil where that says nothing.
    static func eta(_ totals: RunTotals, done: Int, in time: Duration, stops: [LaneStop], at now: Timestamp) -> String? {
        let left = totals.total - totals.done
        guard done > 0, left > 0 else { return nil }
        let atThisPace = Double(time.milliseconds) * Double(left) / Double(done)
        let soonest = stops.count == 1 ? soonest(of: left, at: stops[0], now) : 0
        return "ETA \(Words.duration(.milliseconds(Int64(max(atThisPace, soonest)))))"
    }

    /// Milliseconds.
    private static func soonest(of calls: Int, at stop: LaneStop, _ now: Timestamp) -> Double {
        var wait = 0.0
        if let time = stop.refusal.opensAt { wait = Double((time - now).milliseconds) }
        return max(wait, stop.requests.map { Double((calls - 1) / max($0.count, 1)) * $0.window * 1_000 }.max() ?? 0)
    }

    static func flexIsOver(batch: String) -> String {
        "the time for flex is over: what is left of batch \"\(Words.clean(batch))\" goes on at the standard tier and its price"
    }

    static func rescued(_ rescued: Rescued) -> String {
        guard rescued.attempts > 0 else { return "" }
        let held = rescued.held > 0 ? ", \(Words.number(rescued.held)) held" : ""
        return
            "an earlier worker died with \(Words.count(rescued.attempts, "call")) in flight, which may have been billed; their jobs are queued again\(held)"
    }

    /// - Parameter file: where it is still there.
    static func replayed(_ replayed: Replayed, from file: FilePath?) -> [String] {
        var lines: [String] = []
        if replayed.broughtIn > 0 {
            lines.append("brought in \(Words.count(replayed.broughtIn, "answer")) that an earlier run had saved beside the queue")
        }
        guard let file else { return lines }
        if let kept = kept(replayed) { lines.append("\(Words.clean(file.text)) stays: \(kept)") }
        return lines
    }

    /// Why the file beside the queue is not removed.
    static func kept(_ replayed: Replayed) -> String? {
        var reasons: [String] = []
        if let first = replayed.unreadable.first {
            let more = replayed.unreadable.count - 1
            reasons.append(
                "line \(Words.number(first))\(more > 0 ? " and \(Words.number(more)) more" : "") cannot be read; was it written by another version of Cutline? Use that one, or look at the line"
            )
        }
        if replayed.refused > 0 {
            reasons.append("\(Words.count(replayed.refused, "answer")) to calls that this queue does not have; was a backup restored?")
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    static func summary(_ batches: [BatchStatus], elapsed: Duration) -> String {
        let totals = RunTotals(batches)
        let captioned = totals.done - totals.failed - totals.held
        return
            "\(Words.number(captioned)) of \(Words.count(totals.total, "job")) captioned\(reused(totals))\(spent(totals)) (\(Words.duration(elapsed)))"
    }

    /// What went wrong and what to do about it, a line each.
    ///
    /// - Parameters:
    ///   - stopped: a line for each batch and state in which jobs stopped.
    ///   - queue: `--queue PATH` where it was given, else empty.
    static func troubles(_ batches: [BatchStatus], stopped: [String], queue: [String], _ end: RunEnd, at now: Timestamp) -> [String] {
        let doubts = DoubtText.ending(batches, queue: queue).map { [$0] } ?? []
        return doubts + stopped + ending(end, RetryCommand(of: batches, queue: queue), at: now) + rest(batches, end)
    }

    /// What is still to come where it stopped early.
    private static func rest(_ batches: [BatchStatus], _ end: RunEnd) -> [String] {
        if case .finished = end { return [] }
        return RunTotals(batches).rest.map { [$0] } ?? []
    }

    /// A batch that is asked on several lanes has one budget.
    private static func once(_ stops: [LaneStop]) -> [LaneStop] {
        var said: Set<String> = []
        return stops.filter { stop in
            guard case .budget(let budget) = stop.refusal else { return true }
            return said.insert(budget.batch).inserted
        }
    }

    private static func ending(_ end: RunEnd, _ retry: RetryCommand, at now: Timestamp) -> [String] {
        switch end {
        case .finished: []
        case .paused(let stops): once(stops).compactMap { LaneText.end($0, retry, at: now) }
        case .interrupted: ["stopped; run the same command again to continue"]
        case .queueFailed(_, let saved):
            saved.map { ["the queue could not be written; what had been paid for is saved in \($0), and the next run brings it in"] } ?? []
        }
    }

    /// What becomes of all that fails like this.
    static func fallsBack(from model: String, _ kind: FailureClass, to asked: Asked) -> String {
        "what ends with \(kind.rawValue) at \(Words.clean(model)) goes on to \(asked.provider), \(Words.clean(asked.model))"
    }

    /// A file that was edited between adding and sending.
    static func changed(_ images: [ImageSource]) -> String {
        let files = images.compactMap { image in
            if case .file(let file) = image { Words.clean(file.place.text) } else { nil }
        }
        return "\(files.joined(separator: ", ")) changed after it was added; it is sent as it is now, in a few seconds"
    }

    private static func reused(_ totals: RunTotals) -> String {
        totals.reused > 0 ? ", \(Words.number(totals.reused)) of them taken over" : ""
    }

    private static func spent(_ totals: RunTotals) -> String {
        let tokens = totals.tokens.map { ", \(Words.number($0)) tokens" } ?? ""
        return tokens + (totals.cost.map { ", \(Words.money($0))" } ?? "")
    }
}

/// What lanes do, in sentences.
enum LaneText {
    /// Nil for a pause, which progress shows until the end names its cause.
    static func line(_ notice: LaneNotice, at now: Timestamp) -> String? {
        switch notice.action {
        case .blocked(let until, let message):
            "\(Words.clean(notice.lane)) asks for a pause of \(Words.duration(until - now)): \(Words.clean(message))"
        case .doubted(let told, let until, let message):
            "\(Words.clean(notice.lane)) asks for a pause of \(Words.duration(told - now)), which is hard to believe; trying again in \(Words.duration(until - now)): \(Words.clean(message))"
        // Where others go on, progress does not show it.
        case .paused(let pause): pause.model == nil ? nil : paused(notice.lane, pause)
        case .looks(let again, let message):
            again > now
                ? "\(Words.clean(notice.lane)) refused a call; looking again in \(Words.duration(again - now)): \(Words.clean(message))"
                : nil
        case .opened(let outage): "\(outage.words(of: notice.lane, at: now)): \(Words.clean(outage.message))"
        case .recalled(let jobs): "\(Words.count(jobs.count, "job")) that failed meanwhile \(jobs.count == 1 ? "is" : "are") queued again"
        case .learned(.chatPath, _, let message): "\(Words.clean(notice.lane)): \(Words.clean(message))"
        case .learned(let remedy, let model, let message):
            "\(Words.clean(notice.lane)) refused a request to \(Words.clean(model)); from now on Cutline \(Words.clean(remedy.words)): \(Words.clean(message))"
        }
    }

    /// At a limit calls wait all the time; from here on nothing seems to happen.
    private static let longWait = Duration.seconds(5)

    /// Part of a line of progress; nil where there is nothing to wait for but an ended call.
    static func wait(_ stop: LaneStop, at now: Timestamp) -> String? {
        switch stop.refusal {
        case .paused(let pause): "\(pause.subject(in: stop.lane)) is paused: \(Words.clean(pause.message))"
        case .slots: nil
        case .budget(let stop): BudgetText.wait(stop)
        case .outage(let outage): outage.words(of: stop.lane, at: now)
        case .until(let time, let reason):
            switch reason {
            case .pace: stop.learnedRate.map { "pace \(Words.rate($0)), learned" }
            case .limit(let kind, let window):
                window.flatMap { LimitText.usedUp(kind, $0, until: time, at: now) }
                    ?? "at the limit on \(LimitText.name(kind))"
                    + (time - now >= longWait ? ", goes on in \(Words.duration(time - now))" : "")
            case .provider: "\(Words.clean(stop.lane)) asked to wait \(Words.duration(time - now))"
            case .secondLook: "\(Words.clean(stop.lane)) refused a call, looking again in \(Words.duration(time - now))"
            }
        }
    }

    /// What happened and what to do, a line each.
    static func paused(_ lane: String, _ pause: Pause, _ retry: RetryCommand = RetryCommand()) -> String {
        "\(pause.subject(in: lane)) is paused (\(pause.kind.rawValue)): \(Words.clean(pause.message))\nto go on: \(pause.advice(retry))"
    }

    /// Why a run stopped early.
    static func end(_ stop: LaneStop, _ retry: RetryCommand = RetryCommand(), at now: Timestamp) -> String? {
        switch stop.refusal {
        case .paused(let pause): paused(stop.lane, pause, retry)
        case .budget(let stop): BudgetText.end(stop)
        case .outage(let outage):
            "\(outage.condition(of: stop.lane, at: outage.nextTry)): \(Words.clean(outage.message))\nto go on: run again later, or without --no-wait, which goes on by itself"
        case .until(let time, .limit(let kind, let window?)):
            "\(Words.clean(stop.lane)): \(LimitText.usedUp(kind, window, until: time, at: now) ?? "at the limit on \(LimitText.name(kind))"); "
                + "run again then, or without --no-wait"
        case .until(let time, _): "\(Words.clean(stop.lane)) opens again at \(time.iso8601); run again then, or without --no-wait"
        case .slots: nil
        }
    }
}

extension Pause {
    /// What is paused.
    func subject(in lane: String) -> String { model.map { "\(Words.clean(lane)), model \(Words.clean($0))," } ?? Words.clean(lane) }
}

extension Outage {
    /// `mine answers with 503 since 14:02; trying again at 14:09`, to the second where it is soon.
    func words(of lane: String, at now: Timestamp, in zone: TimeZone = .current) -> String {
        guard nextTry > now else { return "\(condition(of: lane, at: now, in: zone)); trying again" }
        let isSoon = nextTry - now < .seconds(60)
        return
            "\(condition(of: lane, at: now, in: zone)); trying again at \(Words.clock(nextTry, near: now, withSeconds: isSoon, in: zone))"
    }

    func condition(of lane: String, at now: Timestamp, in zone: TimeZone = .current) -> String {
        "\(Words.clean(lane)) \(status.map { "answers with \($0)" } ?? "does not answer") since \(Words.clock(since, near: now, in: zone))"
    }
}
