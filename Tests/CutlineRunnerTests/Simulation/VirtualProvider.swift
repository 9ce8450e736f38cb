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

/// Why a call ended as it did.
enum Cause: Hashable {
    /// Of the mood that the provider was in; `well` brings captions.
    case mood(Mood)
    /// More than the provider takes.
    case capacity
    /// A refusal that has nothing to do with the pace.
    case chance
    /// By its number in the plan.
    case outage(Int)
    /// A single refusal of the key, the account or the address among good answers.
    case stray
    /// There is no such model.
    case misspelt
    /// This picture always fails.
    case picture
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
    var cause: Cause
    /// When the request came, in real time.
    var arrivedAt: Timestamp
    /// Whether it was within what the provider takes.
    var isAdmitted = false
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
    /// Given up before it was whole: it counts neither here nor there.
    var isTakenBack = false
    var isSent: Bool { script != nil && !isTakenBack }
    /// In real time.
    var handedOverAt: Timestamp?
    /// When its worker heard the end of it, in real time.
    var heardAt: Timestamp?

    var isBilled: Bool { handedOverAt != nil && script?.isBilled == true }
    var model: String { claim.request.model }
}

/// A provider that follows a script, and keeps books about what reached it.
struct VirtualProvider {
    var mood = Mood.well
    var calls: [AttemptID: ProviderCall] = [:]
    /// Those that last, by their number in the plan.
    var outages: Set<Int> = []
    /// Lanes whose next call is refused although all is well, and with what.
    var strays: [Int: Int] = [:]
    private var capacities: [CapacityKey: Capacity] = [:]
    /// Where they changed since the beginning.
    private var rules: [Int: Capacity.Rule] = [:]
    let plan: SimulationPlan

    private struct CapacityKey: Hashable {
        var lane: Int
        var model: String?
    }

    /// A request as it arrives, and what the dice say of its way and its answer.
    private struct Arrival {
        let claim: Claim
        let batch: SimulationPlan.BatchPlan
        let lane: Int
        let now: Timestamp
        let isHealed: Bool
        let upload: Duration
        let latency: Duration
        let isBilled: Bool

        func script(_ ending: CallScript.Ending, _ cause: Cause, isBilled: Bool = false) -> CallScript {
            CallScript(upload: upload, ending: ending, isBilled: isBilled, cause: cause, arrivedAt: now)
        }

        func refusal(
            _ kind: FailureClass, _ status: Int, _ cause: Cause, billed: Billed = .no, retryAfter: Duration? = nil, late: Duration = .zero,
            isBilled: Bool = false
        ) -> CallScript {
            let failure = Failure(kind, "said the provider", status: status, billed: billed, retryAfter: retryAfter)
            return script(.answers(.failure(failure), after: latency + late), cause, isBilled: isBilled)
        }
    }

    init(plan: SimulationPlan) { self.plan = plan }

    /// A request arrives.
    mutating func script(
        for claim: Claim, of batch: SimulationPlan.BatchPlan, lane: Int, isHealed: Bool, at now: Timestamp, _ chance: inout Chance
    ) -> CallScript {
        var mood = mood
        if !isHealed, chance.happens(plan.trouble) { mood = chance.pick(Mood.allCases) }
        let upload = chance.happens(0.1) && !isHealed && !plan.isCalm ? chance.seconds(0...20) : chance.milliseconds(1...300)
        let isBilled = chance.happens(0.5)
        let arrival = Arrival(
            claim: claim, batch: batch, lane: lane, now: now, isHealed: isHealed, upload: upload,
            latency: chance.milliseconds(plan.latency), isBilled: isBilled)
        if let script = outOfOrder(arrival) ?? refusedForPace(arrival, &chance) { return script }
        if batch.badPicture?.name == claim.picture { return refused(arrival, for: batch.badPicture!) }
        var script = script(for: arrival, in: mood, &chance)
        script.isAdmitted = true
        return script
    }

    private func refused(_ arrival: Arrival, for picture: SimulationPlan.BadPicture) -> CallScript {
        var script =
            picture.status == 400
            ? arrival.refusal(.imageRejected, 400, .picture)
            : arrival.refusal(.serverError, picture.status, .picture, billed: .unknown, isBilled: arrival.isBilled)
        script.isAdmitted = true
        return script
    }

    // MARK: - Whoever asks

    /// What has nothing to do with the job or with the pace.
    private mutating func outOfOrder(_ arrival: Arrival) -> CallScript? {
        let model = arrival.claim.request.model
        if let number = outages.sorted().first(where: { plan.outages[$0].concerns(lane: arrival.lane, model: model) }) {
            let outage = plan.outages[number]
            switch outage.kind {
            case .answers(_, let billed):
                let isBilled = billed == .unknown && arrival.isBilled
                return arrival.script(.answers(.failure(outage.failure), after: arrival.latency), .outage(number), isBilled: isBilled)
            case .gatewayTimeout:
                return arrival.script(
                    .answers(.unknown(outage.failure), after: arrival.latency), .outage(number), isBilled: arrival.isBilled)
            case .unreachable: return arrival.script(.fails(outage.failure, after: arrival.latency), .outage(number))
            }
        }
        guard !arrival.isHealed else { return nil }
        if arrival.batch.isMisspelt { return arrival.refusal(.modelNotFound, 404, .misspelt) }
        switch strays.removeValue(forKey: arrival.lane) {
        case 401: return arrival.refusal(.unauthorized, 401, .stray)
        case 403: return arrival.refusal(.forbidden, 403, .stray)
        case let status?: return arrival.refusal(.wrongEndpoint, status, .stray)
        case nil: return nil
        }
    }

    // MARK: - The pace

    mutating func setCapacity(_ rule: Capacity.Rule, ofLane lane: Int) {
        rules[lane] = rule
        for key in capacities.keys where key.lane == lane { capacities[key]?.rule = rule }
    }

    private mutating func refusedForPace(_ arrival: Arrival, _ chance: inout Chance) -> CallScript? {
        guard let limit = plan.lanes[arrival.lane].capacity else { return nil }
        let key = CapacityKey(lane: arrival.lane, model: limit.isByModel ? arrival.claim.request.model : nil)
        let isUnlucky = !arrival.isHealed && chance.happens(limit.refusedByChance)
        let lateness = arrival.isHealed ? .zero : limit.lateness * chance.fraction()
        if isUnlucky { return arrival.refusal(.rateLimited, 429, .chance, late: lateness) }
        guard let free = capacities[key, default: Capacity(rules[arrival.lane] ?? limit.rule)].take(at: arrival.now) else { return nil }
        let rest = free - arrival.upload - arrival.latency - lateness
        let wait = Duration.seconds(max(1, (rest.milliseconds + 999) / 1_000))
        return arrival.refusal(.rateLimited, 429, .capacity, retryAfter: limit.tellsWait ? wait : nil, late: lateness)
    }

    // MARK: - Moods

    private func script(for arrival: Arrival, in mood: Mood, _ chance: inout Chance) -> CallScript {
        let cause = Cause.mood(mood)
        let caption = Self.caption(arrival.claim, tokens: arrival.batch.tokens)
        let latency = arrival.latency
        let wait: Duration? = chance.happens(0.5) ? chance.milliseconds(100...30_000) : nil
        func answer(_ outcome: Outcome, after delay: Duration? = nil, isBilled: Bool = true) -> CallScript {
            arrival.script(.answers(outcome, after: delay ?? latency), cause, isBilled: isBilled)
        }
        switch mood {
        case .well: return answer(caption)
        case .limiting: return arrival.refusal(.rateLimited, 429, cause, retryAfter: wait)
        case .failing: return arrival.refusal(.serverError, 500, cause, billed: .unknown, isBilled: arrival.isBilled)
        case .overloaded: return arrival.refusal(.overloaded, 503, cause, retryAfter: wait)
        case .silent: return arrival.script(.silence, cause, isBilled: arrival.isBilled)
        case .unreachable: return arrival.script(.fails(Failure(.unreachable, "no connection"), after: latency), cause)
        case .breaking where chance.happens(0.5):
            return arrival.script(.fails(Failure(.connectionLost, "broken"), after: arrival.upload / 2), cause)
        case .breaking: return answer(.unknown(Failure(.connectionLost, "broken", billed: .unknown)), isBilled: arrival.isBilled)
        case .refusingKeys: return arrival.refusal(.unauthorized, 401, cause)
        case .exhausted:
            return arrival.refusal(.quotaExhausted, 429, cause, retryAfter: chance.happens(0.8) ? chance.seconds(60...900) : nil)
        case .babbling: return arrival.refusal(.malformedAnswer, 200, cause, billed: .unknown, isBilled: true)
        case .slow: return answer(caption, after: plan.options.timeout * (0.5 + chance.fraction()))
        case .fussy where chance.happens(0.5): return arrival.refusal(.imageRejected, 400, cause)
        case .fussy: return answer(caption)
        }
    }

    private static func caption(_ claim: Claim, tokens: Int) -> Outcome {
        let usage = Usage(inputTokens: tokens - 100, outputTokens: 100)
        return .caption(Caption(text: "caption \(claim.attempt.number)", finishReason: .stop, usage: usage))
    }
}
