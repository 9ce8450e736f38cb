/// Why a lane sends nothing until a person acts.
package struct Pause: Codable, Hashable, Sendable {
    package var kind: FailureClass
    /// The provider's own sentence.
    package var message: String
    /// Whether answers that were cut at the token limit are the cause; nil: they are not.
    package var answersAreCut: Bool?

    package init(kind: FailureClass, message: String, answersAreCut: Bool? = nil) {
        self.kind = kind
        self.message = message
        self.answersAreCut = answersAreCut
    }
}

/// Why a lane does not take a call now.
package enum LaneRefusal: Hashable, Sendable {
    case paused(Pause)
    /// Every slot is taken; an ended call frees one.
    case slots
    case until(Timestamp, LaneWait)
    /// The budgets of its batches do not cover another call.
    case budget(BudgetStop)
}

/// What a lane waits for; shown to the user.
package enum LaneWait: String, Codable, Sendable {
    /// The limit on requests or on tokens.
    case requests, tokens
    /// The provider asked for a pause.
    case provider
    /// The connection failed five times in a row.
    case breaker
}

/// What the lane hears of a call.
package enum LaneEvent: Equatable, Sendable {
    case answered(usedTokens: Int?)
    case failed(Failure)
    case unanswered(Failure)
    case notSent
}

/// What a lane did about an event; the worker tells the user.
package enum LaneAction: Hashable, Sendable {
    case blocked(until: Timestamp, message: String)
    case paused(Pause)
    case opened(until: Timestamp, message: String)
    /// From now on the model's requests are sent changed.
    case learned(Remedy, model: String, message: String)
}

/// The jobs that share one rate limit. A state machine without I/O or clock: events go in, actions come out, and its value is
/// stored in the queue, so that all processes obey one limit.
package struct Lane: Codable, Hashable, Sendable {
    package private(set) var limits: Limits
    package private(set) var slots: Slots
    package private(set) var inFlight = 0
    package private(set) var paused: Pause?
    package private(set) var blockedUntil: Timestamp?
    private var requests: Pace?
    private var tokens: Pace?
    private var breaker = Breaker()
    /// Refusal events since the last answer; the wait doubles with each.
    private var refusalEvents = 0
    private var lastBlock: Timestamp?
    /// By model; nil and absent: nothing. (A lane that was stored before it could learn has no such member.)
    private var learned: [String: Quirks]?
    private var refusals: RefusalStreak?
    /// By model; absent: its last answer was a caption.
    private var duds: [String: DudStreak]?
    /// Since duds paused the lane and until a caption comes: meanwhile calls are made one by one.
    private var isOnTrial: Bool?
    /// Where no limit on requests was told.
    private var rate: AdaptiveRate?
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
        rate = limits.requests == nil ? AdaptiveRate() : nil
    }

    /// Calls per second, found where none were told; nil before the first refusal.
    package var learnedRate: Double? { rate?.rate }

    /// Takes limits that a new run brought; what was spent under unchanged ones stays spent.
    package mutating func adopt(_ limits: Limits, at now: Timestamp) {
        if limits.concurrency != self.limits.concurrency || limits.requests != self.limits.requests {
            let isPaced = limits.requests != nil || limits.tokens != nil || announcedRequests != nil || announcedTokens != nil
            slots.setLimit(told: limits.concurrency, requests: limits.requests, isPaced: isPaced)
        }
        if limits.requests != self.limits.requests { requests = limits.requests.map { Pace($0, after: requests, at: now) } }
        if limits.tokens != self.limits.tokens { tokens = limits.tokens.map { Pace($0, after: tokens, at: now) } }
        rate = limits.requests == nil ? rate ?? AdaptiveRate() : nil
        self.limits = limits
    }

    /// Why the lane takes no call at all now, whatever its slots and its pace; nil where it may take one.
    package func standstill(at now: Timestamp) -> LaneRefusal? {
        if let paused { return .paused(paused) }
        if let blockedUntil, blockedUntil > now { return .until(blockedUntil, .provider) }
        return breaker.refusal(inFlight: inFlight, at: now)
    }

    /// Reserves one call and returns nil, or spends nothing and says why not.
    package mutating func tryReserve(estimatedTokens: Int, at now: Timestamp) -> LaneRefusal? {
        if let refusal = standstill(at: now) { return refusal }
        guard inFlight < concurrency else { return .slots }
        rate?.advance(to: now)
        requests?.advance(to: now)
        tokens?.advance(to: now)
        let units = Double(estimatedTokens)
        if let wait = rate?.wait(at: now) ?? announcedRequests?.wait(for: 1, at: now) ?? requests?.wait(for: 1, at: now) {
            return .until(wait, .requests)
        }
        if let wait = announcedTokens?.wait(for: units, at: now) ?? tokenWait(for: estimatedTokens, at: now) {
            return .until(wait, .tokens)
        }
        requests?.spend(1, at: now)
        tokens?.spend(estimatedTokens, at: now)
        rate?.started(at: now)
        announcedRequests?.spend(1, at: now)
        announcedTokens?.spend(units, at: now)
        tokensInFlight = (tokensInFlight ?? 0) + estimatedTokens
        blockedUntil = nil
        inFlight += 1
        slots.callStarted(inFlight: inFlight)
        return nil
    }

    /// How many calls may be under way at once.
    package var concurrency: Int { isOnTrial == true ? 1 : slots.current }

    private func tokenWait(for estimated: Int, at now: Timestamp) -> Timestamp? {
        guard let tokens else { return nil }
        return tokens.wait(for: estimated, leaving: surplus?.room(forCalls: inFlight + 1, of: tokens.limit) ?? 0, at: now)
    }

    /// What was learned of a model.
    package func quirks(of model: String) -> Quirks { learned?[model] ?? Quirks() }

    /// Whether the lane is paused because calls were refused like this one: then the request is at fault, not the job.
    package func isPaused(byRefusalsLike failure: Failure) -> Bool { paused?.kind == failure.kind && refusals?.matches(failure) ?? false }

    /// Hears how a call to `model` ended that was reserved with `estimatedTokens` and sent at `startedAt`.
    package mutating func apply(
        _ event: LaneEvent, model: String, estimatedTokens: Int, startedAt: Timestamp, at now: Timestamp
    ) -> [LaneAction] {
        inFlight = max(0, inFlight - 1)
        tokensInFlight = inFlight == 0 ? 0 : max(0, (tokensInFlight ?? 0) - estimatedTokens)
        switch event {
        case .notSent:
            rate?.notSent(startedAt: startedAt)
            requests?.reconcile(by: -1, reservedAt: startedAt, at: now)
            tokens?.reconcile(by: -estimatedTokens, reservedAt: startedAt, at: now)
            return []
        case .answered(let used):
            rate?.answered(startedAt: startedAt)
            retries?.answered()
            tokens?.reconcile(by: (used ?? estimatedTokens) - estimatedTokens, reservedAt: startedAt, at: now)
            if tokens != nil, let used { surplus = (surplus ?? TokenSurplus()).adding(used - estimatedTokens) }
            slots.callEnded(setback: false, at: now)
            breaker.close()
            (refusalEvents, refusals) = (0, nil)
            duds?[model] = nil
            isOnTrial = nil
            return []
        case .failed(let failure):
            let actions = fail(failure, model: model, estimatedTokens: estimatedTokens, startedAt: startedAt, at: now)
            return actions + learn(from: failure, model: model)
        case .unanswered(let failure):
            slots.callEnded(setback: true, at: now)
            return breakerActions(failure, startedAt: startedAt, at: now)
        }
    }

    private mutating func fail(
        _ failure: Failure, model: String, estimatedTokens: Int, startedAt: Timestamp, at now: Timestamp
    ) -> [LaneAction] {
        let used = failure.usage?.totalTokens ?? (failure.billed == .no ? 0 : estimatedTokens)
        tokens?.reconcile(by: used - estimatedTokens, reservedAt: startedAt, at: now)
        // A refusal says nothing of how many calls may be in flight: it cuts the pace.
        var isByChance = false
        if failure.kind == .rateLimited {
            isByChance = rate?.refused(startedAt: startedAt, at: now) == .chance
        } else {
            slots.callEnded(setback: failure.kind == .overloaded || failure.kind == .timeout, at: now)
        }
        // Whatever it says, an answer shows that the connection works.
        if failure.status != nil, !failure.kind.isTransport { breaker.close() }
        if failure.remedy != nil { return [] }
        if failure.stopsLane == true { return pause(Pause(kind: failure.kind, message: failure.message)) }
        if failure.isDud { return pauseIfDudsAlike(failure, model: model) }
        switch failure.kind.scope {
        case .lane: return pauseOrBlock(failure, startedAt: startedAt, at: now)
        // What comes by chance concerns the call: a wait would not make it come less often.
        case .pace where isByChance: return []
        case .pace: return block(failure, startedAt: startedAt, at: now)
        case .transient where failure.kind == .overloaded && failure.retryAfter != nil:
            return block(failure, startedAt: startedAt, at: now)
        case .transient where failure.kind.isTransport: return breakerActions(failure, startedAt: startedAt, at: now)
        case .job: return pauseIfAlike(failure)
        case .transient, .ours: return []
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
        if let allowance = announced.requests.flatMap({ Self.news($0, told: requests) }) {
            let pace = AnnouncedPace(allowance, underWay: Double(inFlight), startedAt: startedAt, at: now, after: announcedRequests)
            announcedRequests = pace ?? announcedRequests
        }
        if let allowance = announced.tokens.flatMap({ Self.news($0, told: tokens) }) {
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

    private mutating func learn(from failure: Failure, model: String) -> [LaneAction] {
        guard let remedy = failure.remedy else { return [] }
        var quirks = quirks(of: model)
        guard quirks.learn(remedy) else { return [] }
        learned = (learned ?? [:]).merging([model: quirks]) { $1 }
        return [.learned(remedy, model: model, message: failure.message)]
    }

    /// Five refusals alike would be the first of a whole batch's.
    private mutating func pauseIfAlike(_ failure: Failure) -> [LaneAction] {
        var streak = refusals ?? RefusalStreak()
        streak.add(failure)
        refusals = streak
        guard streak.count >= RefusalStreak.limit else { return [] }
        return pause(Pause(kind: failure.kind, message: "\(streak.count) jobs in a row were refused alike: \(failure.message)"))
    }

    /// Five duds alike would be the first of a whole batch's, all of them paid for.
    private mutating func pauseIfDudsAlike(_ dud: Failure, model: String) -> [LaneAction] {
        var streak = duds?[model]
        streak?.add(dud)
        let counted = streak ?? DudStreak(dud)
        duds = (duds ?? [:]).merging([model: counted]) { $1 }
        guard let cause = counted.pause(after: dud, of: model) else { return [] }
        isOnTrial = true
        return pause(cause)
    }

    /// A quota that ends at a told time is waited for; everything else waits for a person.
    private mutating func pauseOrBlock(_ failure: Failure, startedAt: Timestamp, at now: Timestamp) -> [LaneAction] {
        if failure.kind == .quotaExhausted, failure.retryAfter != nil {
            return block(failure, startedAt: startedAt, at: now)
        }
        return pause(Pause(kind: failure.kind, message: failure.message))
    }

    /// Sends nothing more until a person acts.
    package mutating func pause(_ pause: Pause) -> [LaneAction] {
        guard paused == nil else { return [] }
        paused = pause
        return [.paused(pause)]
    }

    /// All refusals of calls that were sent before the lane was blocked are one event.
    private mutating func block(_ failure: Failure, startedAt: Timestamp, at now: Timestamp) -> [LaneAction] {
        let isNewEvent = lastBlock.map { startedAt >= $0 } ?? true
        if isNewEvent {
            refusalEvents += 1
            lastBlock = now
        }
        let ownWait = Duration.milliseconds(min(60_000, 1_000 << min(6, max(0, refusalEvents - 1))))
        let until = now + (failure.retryAfter ?? ownWait)
        guard isNewEvent || failure.retryAfter != nil, blockedUntil.map({ until > $0 }) ?? true else { return [] }
        blockedUntil = until
        return isNewEvent ? [.blocked(until: until, message: failure.message)] : []
    }

    private mutating func breakerActions(_ failure: Failure, startedAt: Timestamp, at now: Timestamp) -> [LaneAction] {
        switch breaker.failed(startedAt: startedAt, at: now) {
        case .none: return []
        case .opened(let until): return [.opened(until: until, message: failure.message)]
        case .givenUp: return pause(Pause(kind: failure.kind, message: failure.message))
        }
    }

    /// The calls of a dead worker are no longer in flight.
    package mutating func forget(calls: Int) {
        let rest = max(0, inFlight - calls)
        tokensInFlight = inFlight == 0 ? 0 : (tokensInFlight ?? 0) / inFlight * rest
        inFlight = rest
    }

    /// A worker that starts lifts what a person may have mended; the same refusal pauses the lane again.
    package mutating func resume() {
        // The last path that was tried was none either: begin with the first again.
        if paused?.kind == .wrongEndpoint { learned = learned?.mapValues { $0.withoutChatPath } }
        (paused, refusals) = (nil, nil)
        duds = duds?.mapValues { streak in
            var streak = streak
            streak.resume()
            return streak
        }
        breaker = Breaker()
    }
}
