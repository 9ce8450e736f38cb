/// Why a lane, or one of its models, sends nothing until a person acts.
package struct Pause: Codable, Hashable, Sendable {
    package var kind: FailureClass
    /// The provider's own sentence.
    package var message: String
    /// The only model that it stops; nil: the lane.
    package var model: String?
    /// Whether answers that were cut at the token limit are the cause; nil: they are not.
    package var answersAreCut: Bool?

    package init(kind: FailureClass, message: String, model: String? = nil, answersAreCut: Bool? = nil) {
        self.kind = kind
        self.message = message
        self.model = model
        self.answersAreCut = answersAreCut
    }
}

/// Why a lane does not take a call now.
package enum LaneRefusal: Hashable, Sendable {
    case paused(Pause)
    /// Every slot is taken; an ended call frees one.
    case slots
    case until(Timestamp, LaneWait)
    /// Its provider is out of order.
    case outage(Outage)
    /// The budgets of its batches do not cover another call.
    case budget(BudgetStop)
}

/// What a lane waits for; shown to the user.
package enum LaneWait: String, Codable, Sendable {
    /// The limit on requests or on tokens.
    case requests, tokens
    /// The provider asked for a pause.
    case provider
    /// Whether a refusal was a passing one.
    case secondLook = "second_look"
}

/// What the lane hears of a call.
package enum LaneEvent: Equatable, Sendable {
    case answered(usedTokens: Int?)
    case failed(Failure)
    case unanswered(Failure)
    case notSent
}

extension LaneEvent {
    /// Whether it counts with the provider, as far as is known.
    fileprivate var wasTaken: Bool {
        switch self {
        case .answered, .unanswered: true
        case .failed(let failure): failure.kind.scope != .pace && failure.kind != .unreachable
        case .notSent: false
        }
    }
}

/// What a lane did about an event; the worker tells the user.
package enum LaneAction: Hashable, Sendable {
    case blocked(until: Timestamp, message: String)
    /// The provider asked for more than is believed; told: until when.
    case doubted(told: Timestamp, until: Timestamp, message: String)
    case paused(Pause)
    /// Calls are made one by one, and not before, to see whether a refusal stays.
    case looks(again: Timestamp, message: String)
    case opened(Outage)
    /// These jobs failed for what turned out not to be their fault: they go back to the queue.
    case recalled([JobID])
    /// From now on the model's requests are sent changed.
    case learned(Remedy, model: String, message: String)
}

/// The jobs that share one rate limit. A state machine without I/O or clock: events go in, actions come out, and its value is
/// stored in the queue, so that all processes obey one limit.
package struct Lane: Codable, Hashable, Sendable {
    package private(set) var limits: Limits
    package internal(set) var slots: Slots
    package private(set) var inFlight = 0
    var pause: Pause?
    var models: [String: ModelState] = [:]
    /// Refusals of the key or of the account's money, whatever model was asked.
    var keyRefusals: RefusalStreak?
    var wait = AskedWait()
    var breaker = Breaker()
    /// When the last call was sent that the provider did not refuse for its pace.
    var takenAt: Timestamp?
    private var requests: Pace?
    private var tokens: Pace?
    /// Where no limit on requests was told.
    var search: RateSearch?
    private var announcedRequests: AnnouncedPace?
    private var announcedTokens: AnnouncedPace?
    private var tokensInFlight: Int?
    private var surplus: TokenSurplus?
    private var retries: RetryBudget?

    package init(limits: Limits, at now: Timestamp) {
        self.limits = limits
        slots = Slots(told: limits.concurrency, requests: limits.requests)
        requests = limits.requests.map { Pace($0, at: now) }
        tokens = limits.tokens.map { Pace($0, at: now) }
        search = limits.requests == nil ? RateSearch() : nil
    }

    /// Calls per second, found where none were told; nil before the first refusal.
    package var learnedRate: Double? { search?.rate }

    /// Takes limits that a new run brought; what was spent under unchanged ones stays spent.
    package mutating func adopt(_ limits: Limits, at now: Timestamp) {
        if limits.concurrency != self.limits.concurrency || limits.requests != self.limits.requests {
            let isPaced = limits.requests != nil || limits.tokens != nil || announcedRequests != nil || announcedTokens != nil
            slots.setLimit(told: limits.concurrency, requests: limits.requests, isPaced: isPaced)
        }
        if limits.requests != self.limits.requests { requests = limits.requests.map { Pace($0, after: requests, at: now) } }
        if limits.tokens != self.limits.tokens { tokens = limits.tokens.map { Pace($0, after: tokens, at: now) } }
        search = limits.requests == nil ? search ?? RateSearch() : nil
        self.limits = limits
    }

    /// What stops it until a person acts: its own pause, or that of its models where all that it knows are paused.
    package var paused: Pause? {
        if let pause { return pause }
        let pauses = models.sorted { $0.key < $1.key }.map(\.value.pause)
        return pauses.contains(nil) ? nil : pauses.first ?? nil
    }

    /// Of models that alone are paused.
    package var pausedModels: [Pause] { models.sorted { $0.key < $1.key }.compactMap(\.value.pause) }

    package var blockedUntil: Timestamp? { wait.until }

    package var outage: Outage? { breaker.outage }

    /// Why the lane takes no call at all now, whatever its slots, its pace and the model; nil where it may take one.
    package func standstill(at now: Timestamp) -> LaneRefusal? {
        if let pause { return .paused(pause) }
        return wait.refusal(at: now) ?? breaker.refusal(inFlight: inFlight, at: now) ?? keyRefusals?.look?.refusal(at: now)
    }

    /// Why it takes no call to this model now.
    package func standstill(of model: String, at now: Timestamp) -> LaneRefusal? { models[model]?.standstill(at: now) }

    /// Whether the next call to this model is to be one of another job than those before it, the farther away the better.
    package func looksElsewhere(for model: String) -> Bool { (keyRefusals ?? models[model]?.refusals)?.look != nil }

    /// Reserves one call and returns nil, or spends nothing and says why not.
    package mutating func tryReserve(model: String = "", estimatedTokens: Int, at now: Timestamp) -> LaneRefusal? {
        if let refusal = standstill(at: now) ?? standstill(of: model, at: now) { return refusal }
        guard inFlight < slots.current else { return .slots }
        search?.advance(to: now)
        requests?.advance(to: now)
        tokens?.advance(to: now)
        let units = Double(estimatedTokens)
        if let wait = search?.wait(at: now) ?? announcedRequests?.wait(for: 1, at: now) ?? requests?.wait(for: 1, at: now) {
            return .until(wait, .requests)
        }
        if let wait = announcedTokens?.wait(for: units, at: now) ?? tokenWait(for: estimatedTokens, at: now) {
            return .until(wait, .tokens)
        }
        requests?.spend(1, at: now)
        tokens?.spend(estimatedTokens, at: now)
        search?.started(at: now)
        announcedRequests?.spend(1, at: now)
        announcedTokens?.spend(units, at: now)
        tokensInFlight = (tokensInFlight ?? 0) + estimatedTokens
        inFlight += 1
        slots.callStarted(inFlight: inFlight)
        wait.callStarted()
        keyRefusals?.callStarted()
        models[model]?.callStarted()
        return nil
    }

    private func tokenWait(for estimated: Int, at now: Timestamp) -> Timestamp? {
        guard let tokens else { return nil }
        return tokens.wait(for: estimated, leaving: surplus?.room(forCalls: inFlight + 1, of: tokens.limit) ?? 0, at: now)
    }

    /// What was learned of a model.
    package func quirks(of model: String) -> Quirks { models[model]?.quirks ?? Quirks() }

    /// Hears how a call to `model` ended that was reserved with `estimatedTokens` and sent at `startedAt`.
    package mutating func apply(
        _ event: LaneEvent, model: String, estimatedTokens: Int, startedAt: Timestamp, at now: Timestamp,
        evidence: JobEvidence = JobEvidence()
    ) -> [LaneAction] {
        inFlight = max(0, inFlight - 1)
        tokensInFlight = inFlight == 0 ? 0 : max(0, (tokensInFlight ?? 0) - estimatedTokens)
        wait.callEnded(startedAt: startedAt)
        keyRefusals?.callEnded(startedAt: startedAt)
        models[model]?.callEnded(startedAt: startedAt)
        if event.wasTaken { takenAt = max(takenAt ?? startedAt, startedAt) }
        switch event {
        case .notSent:
            search?.notSent(startedAt: startedAt)
            requests?.reconcile(by: -1, reservedAt: startedAt, at: now)
            tokens?.reconcile(by: -estimatedTokens, reservedAt: startedAt, at: now)
            return []
        case .answered(let used):
            retries?.answered()
            tokens?.reconcile(by: (used ?? estimatedTokens) - estimatedTokens, reservedAt: startedAt, at: now)
            if tokens != nil, let used { surplus = (surplus ?? TokenSurplus()).adding(used - estimatedTokens) }
            slots.callEnded(setback: false, at: now)
            breaker.answered(startedAt: startedAt)
            wait.answered()
            keyRefusals = nil
            models[model, default: ModelState()].answered(at: now)
            return []
        case .failed(let failure):
            let used = failure.usage?.totalTokens ?? (failure.billed == .no ? 0 : estimatedTokens)
            tokens?.reconcile(by: used - estimatedTokens, reservedAt: startedAt, at: now)
            return fail(failure, FailedCall(model: model, startedAt: startedAt, evidence: evidence), at: now)
        case .unanswered(let failure):
            if outage == nil { slots.callEnded(setback: true, at: now) }
            return outageActions(failure, FailedCall(model: model, startedAt: startedAt, evidence: evidence), at: now)
        }
    }

    /// How much longer a repetition of a failed call must wait, that storms of them do not follow an outage.
    package mutating func takeRetry(at now: Timestamp) -> Duration {
        var budget = retries ?? RetryBudget(at: now)
        defer { retries = budget }
        return budget.take(at: now)
    }

    /// What the provider says of its limits beside the answer to a call that was sent at `startedAt`. It never loosens anything.
    package mutating func hear(_ announced: Announced, startedAt: Timestamp, at now: Timestamp) {
        requests?.advance(to: now)
        tokens?.advance(to: now)
        if let allowance = announced[.requests].flatMap({ Self.news($0, told: requests) }) {
            let pace = AnnouncedPace(allowance, underWay: Double(inFlight), startedAt: startedAt, at: now, after: announcedRequests)
            announcedRequests = pace ?? announcedRequests
        }
        if let allowance = announced[.tokens].flatMap({ Self.news($0, told: tokens) }) {
            let underWay = Double(tokensInFlight ?? 0)
            let pace = AnnouncedPace(allowance, underWay: underWay, startedAt: startedAt, at: now, after: announcedTokens)
            announcedTokens = pace ?? announcedTokens
        }
    }

    /// A lane that keeps a told limit has spent what the headers miss, and gets it back in time: only where nothing is left though it has
    /// not spent all does it wait a little, for others spend too. How long is left to the provider, which says so when it refuses.
    private static func news(_ allowance: Announced.Allowance, told pace: Pace?) -> Announced.Allowance? {
        guard let pace else { return allowance }
        guard allowance.remaining == 0, Double(pace.free) > 0.02 * Double(pace.limit.count) else { return nil }
        return Announced.Allowance(limit: allowance.limit, remaining: 0, resetsIn: min(allowance.resetsIn, .seconds(2)))
    }

    /// The calls of a dead worker are no longer in flight.
    package mutating func forget(calls: Int) {
        let rest = max(0, inFlight - calls)
        tokensInFlight = inFlight == 0 ? 0 : (tokensInFlight ?? 0) / inFlight * rest
        inFlight = rest
        wait.forget()
        keyRefusals?.forget()
        models = models.mapValues { state in
            var state = state
            state.forget()
            return state
        }
    }

    /// A worker that starts lifts what a person may have mended; the same refusal pauses the lane, or the model, again.
    package mutating func resume() {
        (pause, keyRefusals, breaker) = (nil, nil, Breaker())
        models = models.mapValues { state in
            var state = state
            state.resume()
            return state
        }
    }
}
