import CutlineCore
import CutlineQueue

/// How a provider is.
enum Mood: CaseIterable {
    case well
    /// 429, some with and some without a wait.
    case limiting
    /// 5xx
    case failing
    /// It names a wait.
    case overloaded
    /// It takes requests and says nothing.
    case silent
    case unreachable
    /// Connections break before or after the request has left.
    case breaking
    case refusingKeys
    /// The day's quota is used up.
    case exhausted
    /// Answers that nobody can read.
    case babbling
    /// Answers come, but hardly in time.
    case slow
    /// It does not like some pictures.
    case fussy
}

/// What becomes of one request.
struct CallScript {
    enum Ending {
        /// The connection fails before everything is handed over.
        case fails(Failure, after: Duration)
        case answers(Outcome, after: Duration)
        case silence
    }

    var upload: Duration
    var ending: Ending
    /// Whether it counts as paid, whatever the worker hears.
    var isBilled: Bool
}

/// A call in the provider's own books.
struct ProviderCall {
    let claim: Claim
    let worker: Int
    let lane: Int
    let tokens: Int
    /// In real time; that of the turn, for what is claimed is sent at once.
    let claimedAt: Timestamp
    var script: CallScript?
    var isSent: Bool { script != nil }
    /// In real time.
    var handedOverAt: Timestamp?

    var isBilled: Bool { handedOverAt != nil && script?.isBilled == true }
}

/// A provider that follows a script, and keeps books about what reached it.
struct VirtualProvider {
    var mood = Mood.well
    var calls: [AttemptID: ProviderCall] = [:]
    let plan: SimulationPlan

    init(plan: SimulationPlan) { self.plan = plan }

    /// A request arrives.
    mutating func script(for claim: Claim, tokens: Int, isHealed: Bool, _ chance: inout Chance) -> CallScript {
        var mood = mood
        if !isHealed, chance.happens(plan.trouble) { mood = chance.pick(Mood.allCases) }
        let upload = chance.happens(0.1) && !isHealed ? chance.seconds(0...20) : chance.milliseconds(1...300)
        let isBilled = chance.happens(0.5)
        let latency = chance.milliseconds(50...4_000)
        let caption = Self.caption(claim, tokens: tokens)
        let sentence = "said the provider"
        func answer(_ kind: FailureClass, _ status: Int, billed: Billed = .no, retryAfter: Duration? = nil) -> CallScript.Ending {
            .answers(.failure(Failure(kind, sentence, status: status, billed: billed, retryAfter: retryAfter)), after: latency)
        }
        func script(_ ending: CallScript.Ending, isBilled: Bool = false) -> CallScript {
            CallScript(upload: upload, ending: ending, isBilled: isBilled)
        }
        let wait: Duration? = chance.happens(0.5) ? chance.milliseconds(100...30_000) : nil
        switch mood {
        case .well: return script(.answers(caption, after: latency), isBilled: true)
        case .limiting: return script(answer(.rateLimited, 429, retryAfter: wait))
        case .failing: return script(answer(.serverError, 500, billed: .unknown), isBilled: isBilled)
        case .overloaded: return script(answer(.overloaded, 503, retryAfter: wait))
        case .silent: return script(.silence, isBilled: isBilled)
        case .unreachable: return script(.fails(Failure(.unreachable, "no connection"), after: latency))
        case .breaking where chance.happens(0.5): return script(.fails(Failure(.connectionLost, "broken"), after: upload / 2))
        case .breaking:
            return script(.answers(.unknown(Failure(.connectionLost, "broken", billed: .unknown)), after: latency), isBilled: isBilled)
        case .refusingKeys: return script(answer(.unauthorized, 401))
        case .exhausted: return script(answer(.quotaExhausted, 429, retryAfter: chance.happens(0.8) ? chance.seconds(60...900) : nil))
        case .babbling: return script(answer(.malformedAnswer, 200, billed: .unknown), isBilled: true)
        case .slow: return script(.answers(caption, after: plan.options.timeout * (0.5 + chance.fraction())), isBilled: true)
        case .fussy where chance.happens(0.5): return script(answer(.imageRejected, 400))
        case .fussy: return script(.answers(caption, after: latency), isBilled: true)
        }
    }

    private static func caption(_ claim: Claim, tokens: Int) -> Outcome {
        let usage = Usage(inputTokens: tokens - 100, outputTokens: 100)
        return .caption(Caption(text: "caption \(claim.attempt.number)", finishReason: .stop, usage: usage))
    }
}
