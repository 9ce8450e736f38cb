import CutlineCore

/// What the first call to a provider came to.
enum TrialText {
    /// Where the key shows itself to be good, the cost; else what to mend.
    static func line(_ outcome: Outcome, profile: Profile, model: String) -> (text: String, isGood: Bool) {
        let who = "\(profile.name), \(Words.clean(model))"
        switch outcome {
        case .caption(let caption): return ("\(who) answers (one call\(spent(caption.usage)))", true)
        // The few tokens that were allowed may all have been thoughts.
        case .failure(let failure) where failure.kind == .emptyAnswer:
            return ("\(who) answers, with an empty text to a short call (one call\(spent(failure.usage ?? Usage())))", true)
        case .failure(let failure), .unknown(let failure):
            let line = "the check failed: \(who): \(failure.kind.rawValue): \(Words.clean(failure.message))"
            return ("\(line)\nto go on: \(advice(failure, profile))", false)
        case .notSent(let reason): return ("the check could not be made: \(Words.clean(reason))", false)
        case .changed: return ("the check could not be made: its picture changed", false)
        }
    }

    /// What to set, and where to get it.
    static func missingKey(_ profile: Profile, variable: String) -> String {
        let place = keyPages[profile.name].map { "; get a key at \($0)" } ?? ""
        return "\(variable) is not set, so nothing was checked\(place), then: export \(variable)=…"
    }

    private static func advice(_ failure: Failure, _ profile: Profile) -> String {
        switch failure.kind {
        case .unauthorized: "check the key\(profile.apiKeyEnv.map { " in \($0)" } ?? ""), then run the file"
        case .modelNotFound, .noVision:
            "give another --model and --overwrite (`cutline models \(profile.name) --vision` lists those that see)"
        case .forbidden, .quotaExhausted, .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost, .tls,
            .wrongEndpoint, .imageUnreachable, .imageRejected, .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong,
            .contentFiltered, .refused, .emptyAnswer, .malformedAnswer, .schemaMismatch, .unsupportedParameter, .invalidRequest,
            .cancelled:
            Pause(kind: failure.kind, message: failure.message).advice
        }
    }

    private static func spent(_ usage: Usage) -> String {
        let tokens = usage.totalTokens.map { ", \(Words.count($0, "token"))" } ?? ""
        return tokens + (usage.cost.map { ", \(Words.money($0))" } ?? "")
    }

    /// Where providers give keys out.
    private static let keyPages = [
        "hackclub": "https://ai.hackclub.com", "infron": "https://infron.ai", "indoxhub": "https://indoxhub.com",
        "anyfast": "https://www.anyfast.ai", "openai": "https://platform.openai.com", "openrouter": "https://openrouter.ai",
        "gemini": "https://aistudio.google.com", "anthropic": "https://console.anthropic.com", "mistral": "https://console.mistral.ai",
        "groq": "https://console.groq.com", "together": "https://api.together.ai", "fireworks": "https://fireworks.ai",
    ]
}
