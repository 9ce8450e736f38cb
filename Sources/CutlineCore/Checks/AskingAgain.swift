/// What is changed where a job is asked again because of its flags.
package enum AskingAgain: Hashable, Sendable {
    /// The answer may be longer.
    case longer
    /// The answer may be another one.
    case otherwise

    /// What an answer without a caption asks for: more room where the limit cut it.
    package init(after dud: Failure) { self = dud.finishReason == .length ? .longer : .otherwise }
}

extension CheckRules {
    /// Whether a job is asked again, and how; nil: what came is taken.
    ///
    /// - Parameter before: how often it was asked again already.
    package func askingAgain(for flags: [CaptionFlag], before: Int) -> AskingAgain? {
        guard before < retries ?? Self.defaultRetries, let retried else { return nil }
        let causes = flags.filter(retried.contains)
        guard !causes.isEmpty else { return nil }
        // More tokens only lengthen a loop.
        return causes.contains(.truncated) && !flags.contains(.repetition) ? .longer : .otherwise
    }

    /// The same for an answer that was no caption.
    package func askingAgain(after failure: Failure, before: Int) -> AskingAgain? {
        guard let flag = CaptionFlag(of: failure.kind) else { return nil }
        return askingAgain(for: failure.finishReason == .length ? [flag, .truncated] : [flag], before: before)
    }
}

extension CaptionFlag {
    /// The place of the best among a job's captions, by their flags: first those that say something, then the least flagged, of equals the last:
    /// it was asked for with more care.
    ///
    /// - Parameter flags: at least one list, in the order in which the captions came.
    package static func best(of flags: [[CaptionFlag]]) -> Int {
        func rank(_ flags: [CaptionFlag]) -> Int {
            (flags.contains(.empty) ? 200 : 0) + (flags.contains(.refusal) ? 100 : 0) + flags.count
        }
        return flags.indices.reversed().min { rank(flags[$0]) < rank(flags[$1]) } ?? 0
    }
}

/// How a job was asked again so far.
package struct AskedBefore: Hashable, Sendable {
    package var longer: Int
    package var otherwise: Int
    /// The longest answer so far, in tokens.
    package var longest: Int?

    package init(longer: Int = 0, otherwise: Int = 0, longest: Int? = nil) {
        self.longer = longer
        self.otherwise = otherwise
        self.longest = longest
    }
}

extension Quirks {
    /// Whether a request that is asked again would be the same, because the model does not take what would be changed.
    ///
    /// - Parameter text: whether a text is added to the prompt.
    package func leavesUnchanged(_ change: AskingAgain, addingText text: Bool) -> Bool {
        guard !text else { return false }
        return switch change {
        case .longer: !dropped.isDisjoint(with: Parameters.answerLimitNames)
        case .otherwise: dropped.contains("temperature")
        }
    }
}

extension CaptionRequest {
    /// Changes the request of a job that is asked again. What the job is, its fingerprint, stays as it was.
    ///
    /// - Parameter text: what is added to the prompt.
    package mutating func change(after before: AskedBefore, adding text: String?) {
        guard before.longer + before.otherwise > 0 else { return }
        if let text { prompt = prompt.isEmpty ? text : "\(prompt)\n\n\(text)" }
        if before.longer > 0 { parameters.raiseAnswerLimit(before) }
        if before.otherwise > 0 { parameters.changeTemperature(times: before.otherwise) }
    }
}

extension Parameters {
    /// Twice as much each time, eight times as much at most; where nothing was asked for, twice the longest answer that came. Never less than
    /// was asked for, or came, before.
    fileprivate mutating func raiseAnswerLimit(_ before: AskedBefore) {
        let limit: Int
        if let asked = answerLimit {
            limit = max(asked, min(asked, Self.greatest / 8) << min(before.longer, 3))
        } else {
            let longest = min(before.longest ?? 1_024, Self.greatest)
            limit = max(longest, min(2 * longest, Self.greatest / 8))
        }
        limitAnswer(to: limit)
    }

    private static var greatest: Int { 1_048_576 }

    /// By 0.2 each time, up to 1, the most that every provider takes, or up to 2 where more than 1 was asked for. Where nothing was asked for
    /// it is 1: what most models use anyway, but no model's zero. What was at the top already goes down instead: it must be another one.
    fileprivate mutating func changeTemperature(times: Int) {
        guard let asked = temperature else { return temperature = 1 }
        let most = asked > 1 ? 2.0 : 1.0
        let step = asked < most ? 0.2 : -0.2
        let changed = ((asked + step * Double(times)) * 100).rounded() / 100
        temperature = asked > most ? asked : max(0, min(most, changed))
    }
}
