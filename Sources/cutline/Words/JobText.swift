import CutlineCore
import CutlineExport
import CutlineQueue

extension JobStatus {
    /// The record of the export, with `priority` and `attempt_log` (docs/output.md).
    var json: String {
        var text = JSONText()
        text.openObject()
        text.members(of: record)
        text.member("priority", priority.word)
        text.member("attempt_log", attempts) { $0.write($1) }
        text.closeObject()
        return text.text + "\n"
    }

    func text(at now: Timestamp) -> String {
        var lines = ["\(Words.clean(record.key)) (entry \(record.id)) of batch \"\(Words.clean(record.batch))\": \(state(at: now))"]
        lines.append("  images   \(Words.clean(record.images.joined(separator: ", ")))")
        if priority != .normal { lines.append("  priority \(priority.word)") }
        if let missingSince { lines.append("  missing  since \(missingSince.iso8601): the file is gone from the input") }
        lines.append(
            "  asked    \(record.provider), \(Words.clean(record.requestedModel)): \(Words.shortened(Words.clean(record.prompt), to: 200))")
        if let caption = record.caption { lines.append("  caption  \(Words.clean(caption.text))") }
        if let flags = record.caption?.flags, !flags.isEmpty { lines.append("  flags    \(flags.words)") }
        if record.caption?.flags.contains(.truncated) == true {
            lines.append("  cut      at the token limit; more --max-tokens give a whole one")
        }
        return (lines + timeline(at: now)).joined(separator: "\n") + "\n"
    }

    /// What happened when, oldest first.
    private func timeline(at now: Timestamp) -> [String] {
        // An entry that was edited, or is a copy, may be younger than its job's attempts.
        let isElsewhere = Set(attempts.map(\.asked)).count > 1
        let before = attempts.filter { $0.startedAt < record.createdAt }.map { $0.line(isElsewhere: isElsewhere) }
        let after = attempts.filter { $0.startedAt >= record.createdAt }.map { $0.line(isElsewhere: isElsewhere) }
        var lines = before + ["  \(record.createdAt.iso8601)  added"] + after
        if let availableAt, availableAt > now { lines.append("  \(availableAt.iso8601)  to be tried again") }
        return lines
    }

    private func state(at now: Timestamp) -> String {
        if isReopened { return "\(record.state.rawValue), and asked for a better caption" }
        guard let availableAt, availableAt > now else { return record.state.rawValue }
        return "queued, delayed for \(Words.duration(availableAt - now))"
    }
}

extension AttemptStatus {
    /// - Parameter isElsewhere: whether the job was asked at several places.
    fileprivate func line(isElsewhere: Bool) -> String {
        if let reusedFrom {
            let flagged = flags.isEmpty ? "" : ", flagged \(flags.words)"
            return
                "  \(startedAt.iso8601)  the caption was taken over from batch \"\(Words.clean(reusedFrom))\", where it was paid for\(flagged)"
        }
        let place = isElsewhere ? " at \(asked.provider), \(Words.clean(asked.model))," : ""
        var words = ["  \(startedAt.iso8601)  attempt \(n)\(place) \(said)\(problem.map { ": \($0.line)" } ?? "")"]
        if let tokens = usage.totalTokens { words.append("\(Words.number(tokens)) tokens") }
        if let cost = usage.cost { words.append(Words.money(cost)) }
        if let tierWords { words.append(tierWords) }
        if let doubt { words.append(doubt.remark) }
        if let mayHaveCost, usage.cost == nil { words.append(DoubtText.cost(mayHaveCost)) }
        if !flags.isEmpty { words.append("flagged \(flags.words)") }
        let answer = rejectedAnswer.map { "\n      not accepted: \(Words.shortened(Words.clean($0), to: 200))" } ?? ""
        let raw = rawAnswer.map { "\n      as it came: \(Words.shortened(Words.clean($0), to: 200))" } ?? ""
        return words.joined(separator: ", ") + inPlace.map { "\n      sent \($0.words)" }.joined() + answer + raw
    }

    /// `asked at flex, served as default`; nil where neither was ever said.
    private var tierWords: String? {
        let served = usage.servedTier.map { "served as \(Words.clean($0))" }
        return tier == .standard ? served : ["asked at \(tier.rawValue)", served].compactMap(\.self).joined(separator: ", ")
    }

    /// `failed after 512 ms`.
    private var said: String {
        let end =
            switch phase {
            case .open: "is in flight"
            case .unknown: "has no known outcome"
            case .released: "was not counted"
            case .succeeded, .failed: phase.rawValue
            }
        return end + (latency.map { " after \(Words.duration($0))" } ?? "")
    }
}

extension PictureInPlace {
    /// `image/jpeg 1568 × 1176, 319,883 bytes, in place of picture 1; libvips 8.14.1`
    fileprivate var words: String {
        "\(format.mimeType) \(width) × \(height), \(Words.count(bytes, "byte")), in place of picture \(image)\(maker.map { "; \(Words.clean($0))" } ?? "")"
    }
}

extension Record.Problem {
    /// `invalid_request (400): the provider's sentence`.
    var line: String { "\(kind.rawValue)\(status.map { " (\($0))" } ?? ""): \(Words.clean(message))" }
}

extension Doubt {
    /// Beside what the attempt came to.
    fileprivate var remark: String {
        switch self {
        case .unknown, .failed: "maybe billed"
        case .paid: "billed"
        case .duplicate: "duplicate caption"
        }
    }
}

extension JSONText {
    fileprivate mutating func write(_ attempt: AttemptStatus) {
        openObject()
        member("n", attempt.n)
        member("provider", attempt.asked.provider)
        member("requested_model", attempt.asked.model)
        member("phase", attempt.phase.rawValue)
        member("billed", attempt.billed.rawValue)
        member("started_at", attempt.startedAt.iso8601)
        member("ended_at", attempt.endedAt?.iso8601)
        member("latency_ms", attempt.latency.map { Int($0.milliseconds) })
        member("request_id", attempt.requestID)
        member("error", attempt.problem)
        member("input_tokens", attempt.usage.inputTokens)
        member("output_tokens", attempt.usage.outputTokens)
        member("cost_usd", attempt.usage.cost)
        member("tier", attempt.tier.rawValue)
        member("service_tier", attempt.usage.servedTier)
        member("doubt", attempt.doubt?.rawValue)
        var (most, about): (Money?, Money?)
        if case .atMost(let money)? = attempt.mayHaveCost { most = money }
        if case .about(let money)? = attempt.mayHaveCost { about = money }
        member("at_most_usd", most)
        member("about_usd", about)
        member("duplicate_caption", attempt.duplicateCaption)
        member("rejected_answer", attempt.rejectedAnswer)
        member("raw_answer", attempt.rawAnswer)
        member("flags", attempt.flags.map(\.rawValue))
        member("reused_from", attempt.reusedFrom)
        member("prepared", attempt.inPlace) { text, picture in
            text.openObject()
            text.member("image", picture.image)
            text.member("type", picture.format.mimeType)
            text.member("width", picture.width)
            text.member("height", picture.height)
            text.member("bytes", picture.bytes)
            text.member("made_by", picture.maker)
            text.closeObject()
        }
        closeObject()
    }
}

extension [CaptionFlag] {
    fileprivate var words: String { map(\.rawValue).joined(separator: ", ") }
}
