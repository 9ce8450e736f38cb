import ArgumentParser
import CutlineCore
import CutlineInput
import CutlineQueue
import CutlineRunner

/// How much a log says; each level includes those after it.
enum LogLevel: String, CaseIterable, ExpressibleByArgument, Comparable {
    case debug, info, notice, warning, error

    static func < (a: LogLevel, b: LogLevel) -> Bool { allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)! }
}

enum LogFormat: String, CaseIterable, ExpressibleByArgument { case text, json }

/// One line of the log (docs/output.md). Prompts and captions come at debug only, keys never.
struct LogEvent: Hashable {
    var level: LogLevel
    var name: String
    /// In the order in which they are written; null where there is nothing to say.
    var fields: [Field]

    struct Field: Hashable {
        var key: String
        var value: JSONValue

        init(_ key: String, _ value: String?) { (self.key, self.value) = (key, value.map(JSONValue.string) ?? .null) }
        init(_ key: String, _ value: Int64?) { (self.key, self.value) = (key, value.map(JSONValue.integer) ?? .null) }
    }

    /// Without its end of line.
    func line(_ format: LogFormat, at now: Timestamp) -> String {
        switch format {
        case .json:
            var text = JSONText()
            text.openObject()
            text.member("time", now.iso8601)
            text.member("level", level.rawValue)
            text.member("event", name)
            for field in fields { text.member(field.key, field.value) }
            text.closeObject()
            return text.text
        case .text:
            let words = fields.filter { $0.value != .null }.map { "\($0.key)=\(Words.clean($0.value.text))" }
            return ([now.iso8601, level.rawValue, name] + words).joined(separator: " ")
        }
    }
}

extension LogEvent {
    /// Nil for what only a progress line is made of.
    init?(_ event: RunnerEvent, isDetailed: Bool, at now: Timestamp) {
        switch event {
        // The second is told with the batch's name.
        case .progress, .flexIsOver: return nil
        case .ended(let claim, let outcome, let effect):
            self.init(claim, outcome, effect, at: now)
            if isDetailed { fields += Self.details(claim, outcome) }
        case .lane(let notice): self.init(notice)
        case .rescued(let rescued):
            self.init(
                level: .warning, name: "rescued", fields: [Field("calls", Int64(rescued.attempts)), Field("held", Int64(rescued.held))])
        case .replayed(let replayed):
            let isWhole = replayed.unreadable.isEmpty && replayed.refused == 0
            self.init(
                level: isWhole ? .notice : .warning, name: "replayed",
                fields: [
                    Field("answers", Int64(replayed.broughtIn)), Field("refused", Int64(replayed.refused)),
                    Field("unreadable_lines", Int64(replayed.unreadable.count)),
                ])
        case .draining(let inFlight): self.init(level: .notice, name: "draining", fields: [Field("in_flight", Int64(inFlight))])
        }
    }

    init(flexIsOverFor batch: String) { self.init(level: .notice, name: "flex_over", fields: [Field("batch", batch)]) }

    init(_ end: RunEnd, at now: Timestamp) {
        switch end {
        case .finished: self.init(level: .info, name: "finished", fields: [])
        case .interrupted: self.init(level: .notice, name: "interrupted", fields: [])
        case .paused(let stops):
            self.init(level: .warning, name: "paused", fields: [Field("message", stops.compactMap { LaneText.end($0, at: now) }.first)])
        case .queueFailed(let error, let saved):
            self.init(level: .error, name: "queue_failed", fields: [Field("message", "\(error)"), Field("saved", saved)])
        }
    }

    init(_ added: Added, to batch: String, skipped: Int) {
        let counts = [
            ("new", added.new), ("known", added.known), ("copies", added.copies), ("edited", added.edited), ("cancelled", added.cancelled),
            ("skipped", skipped), ("reused", added.reused), ("returned", added.returned), ("renamed", added.renamed),
        ]
        self.init(level: .info, name: "added", fields: [Field("batch", batch)] + counts.map { Field($0.0, Int64($0.1)) })
    }

    /// One for what was renamed, one for what is missing, and one for each folder that is empty.
    static func list(_ departures: Departures, of batch: String) -> [LogEvent] {
        var events: [LogEvent] = []
        if departures.renamed > 0 {
            let first = departures.renamings.first
            events.append(
                LogEvent(
                    level: .info, name: "renamed",
                    fields: [
                        Field("batch", batch), Field("entries", Int64(departures.renamed)), Field("first", first?.old),
                        Field("first_now", first?.new),
                    ]))
        }
        if departures.missing + departures.missingBefore > 0 {
            events.append(
                LogEvent(
                    level: departures.missing > 0 ? .warning : .info, name: "missing",
                    fields: [
                        Field("batch", batch), Field("entries", Int64(departures.missing)),
                        Field("before", Int64(departures.missingBefore)), Field("cancelled", Int64(departures.cancelled)),
                        Field("first", departures.missingKeys.first),
                    ]))
        }
        return events
            + departures.kept.sorted { $0.key.text < $1.key.text }.map { folder, count in
                LogEvent(
                    level: .warning, name: "folder_empty",
                    fields: [Field("batch", batch), Field("folder", folder.text), Field("entries", Int64(count))])
            }
    }

    init(_ elsewhere: CaptionsElsewhere, of batch: String) {
        let message = ElsewhereText.line(elsewhere).trimmingSuffix { $0.isNewline }
        self.init(
            level: .warning, name: "known_elsewhere",
            fields: [
                Field("batch", batch), Field("captions", Int64(elsewhere.jobs)), Field("other_batch", elsewhere.batches.first?.batch),
                Field("cost_usd", elsewhere.cost?.decimalText), Field("message", String(message)),
            ])
    }

    private init(_ claim: Claim, _ outcome: Outcome, _ effect: Settled.Effect, at now: Timestamp) {
        self.init(level: .info, name: "call_ended", fields: [Field("job", claim.job.number), Field("n", Int64(claim.n))])
        fields += [Field("effect", effect.word), Field("latency_ms", (now - claim.startedAt).milliseconds)]
        switch outcome {
        case .caption(let caption):
            fields += [
                Field("outcome", "caption"), Field("request_id", caption.requestID),
                Field("total_tokens", caption.usage.totalTokens.map(Int64.init)), Field("cost_usd", caption.usage.cost?.decimalText),
            ]
        case .failure(let failure): describe("failure", failure, effect == .failed || effect == .held ? .warning : .notice)
        case .unknown(let failure): describe("unknown", failure, .warning)
        case .changed:
            (level, fields) = (.info, fields + [Field("outcome", "not_sent"), Field("message", "a picture changed after it was added")])
        case .notSent(let reason): (level, fields) = (.debug, fields + [Field("outcome", "not_sent"), Field("message", reason)])
        }
        if case .fallsBack(let asked) = effect { fields += [Field("provider", asked.provider), Field("model", asked.model)] }
        if case .rejected(let reason) = effect { (level, fields) = (.error, fields + [Field("reason", reason)]) }
    }

    private mutating func describe(_ outcome: String, _ failure: Failure, _ level: LogLevel) {
        self.level = level
        fields += [
            Field("outcome", outcome), Field("request_id", failure.requestID), Field("class", failure.kind.rawValue),
            Field("status", failure.status.map(Int64.init)), Field("message", failure.message),
        ]
    }

    private init(_ notice: LaneNotice) {
        self.init(level: .warning, name: "", fields: [Field("lane", notice.lane)])
        switch notice.action {
        case .blocked(let until, let message):
            (name, fields) = ("lane_blocked", fields + [Field("until", until.iso8601), Field("message", message)])
        case .doubted(let told, let until, let message):
            name = "lane_doubted"
            fields += [Field("told", told.iso8601), Field("until", until.iso8601), Field("message", message)]
        case .looks(let again, let message):
            level = .notice
            (name, fields) = ("lane_looks_again", fields + [Field("until", again.iso8601), Field("message", message)])
        case .opened(let outage):
            name = "lane_outage"
            fields += [
                Field("class", outage.kind.rawValue), Field("status", outage.status.map(Int64.init)), Field("since", outage.since.iso8601),
                Field("until", outage.nextTry.iso8601), Field("message", outage.message),
            ]
        case .recalled(let jobs):
            level = .notice
            (name, fields) = ("jobs_recalled", fields + [Field("jobs", Int64(jobs.count))])
        case .learned(let remedy, let model, let message):
            level = .notice
            (name, fields) = ("lane_learned", fields + [Field("model", model), Field("remedy", remedy.words), Field("message", message)])
        case .paused(let pause):
            name = "lane_paused"
            fields += [Field("model", pause.model), Field("class", pause.kind.rawValue), Field("message", pause.message)]
        }
    }

    private static func details(_ claim: Claim, _ outcome: Outcome) -> [Field] {
        let prompt = Field("prompt", claim.request.prompt)
        guard case .caption(let caption) = outcome else { return [prompt] }
        return [prompt, Field("caption", caption.text)]
    }
}

extension Settled.Effect {
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .retries: "retries"
        case .released: "released"
        case .held: "held"
        case .failed: "failed"
        case .fallsBack: "falls_back"
        case .cancelled: "cancelled"
        case .fenced: "fenced"
        case .repeated: "repeated"
        case .rejected: "rejected"
        }
    }
}
