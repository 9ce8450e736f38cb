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
package enum LaneWait: Hashable, Sendable {
    /// A limit: the window that was told, or nil for what the provider announces.
    case limit(MeterKind, RateLimit?)
    /// The pace that the lane found itself.
    case pace
    /// The provider asked for a pause.
    case provider
    /// The connection failed five times in a row.
    case breaker
}

/// What the lane hears of a call.
package enum LaneEvent: Equatable, Sendable {
    case answered(Usage)
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
    /// What was told and announced of requests and tokens.
    private var meters: Meters
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
    /// Where no limit on requests was told, or only one of a day or more.
    private var search: RateSearch?
    private var retries: RetryBudget?

    package init(limits: Limits, at now: Timestamp) {
        self.limits = limits
        slots = Slots(told: limits.concurrency, requests: limits.pace)
        meters = Meters(limits, at: now)
        search = limits.pace == nil ? RateSearch() : nil
    }

    /// Calls per second, found where none were told; nil before the first refusal.
    package var learnedRate: Double? { search?.rate }

    /// Takes limits that a new run brought; what was spent under unchanged ones stays spent.
    package mutating func adopt(_ limits: Limits, at now: Timestamp) {
        meters.adopt(limits, at: now)
        if limits.concurrency != self.limits.concurrency || limits[.requests] != self.limits[.requests] {
            slots.setLimit(told: limits.concurrency, requests: limits.pace, isPaced: meters.holdBack)
        }
        search = limits.pace == nil ? search ?? RateSearch() : nil
        self.limits = limits
    }

    /// Why the lane takes no call at all now, whatever its slots and its pace; nil where it may take one.
    package func standstill(at now: Timestamp) -> LaneRefusal? {
        if let paused { return .paused(paused) }
        if let blockedUntil, blockedUntil > now { return .until(blockedUntil, .provider) }
        return breaker.refusal(inFlight: inFlight, at: now)
    }

    /// Reserves one call and returns nil, or spends nothing and says why not.
    package mutating func tryReserve(_ call: CallUnits, at now: Timestamp) -> LaneRefusal? {
        if let refusal = standstill(at: now) { return refusal }
        guard inFlight < concurrency else { return .slots }
        search?.advance(to: now)
        meters.advance(to: now)
        if let wait = wait(for: call, at: now) { return .until(wait.until, wait.reason) }
        search?.started(at: now)
        meters.spend(call, at: now)
        blockedUntil = nil
        inFlight += 1
        slots.callStarted(inFlight: inFlight)
        return nil
    }

    /// How many calls may be under way at once.
    package var concurrency: Int { isOnTrial == true ? 1 : slots.current }

    /// The latest of all that a call waits for.
    private func wait(for call: CallUnits, at now: Timestamp) -> (until: Timestamp, reason: LaneWait)? {
        let limit = meters.wait(for: call, calls: inFlight + 1, at: now).map {
            (until: $0.until, reason: LaneWait.limit($0.kind, $0.window))
        }
        guard let pace = search?.wait(at: now) else { return limit }
        guard let limit, limit.until >= pace else { return (pace, .pace) }
        return limit
    }

    /// Its limits as they stand, to be looked at.
    package func meters(at now: Timestamp) -> Meters {
        var meters = meters
        meters.advance(to: now)
        return meters
    }

    /// What was learned of a model.
    package func quirks(of model: String) -> Quirks { learned?[model] ?? Quirks() }

    /// Whether the lane is paused because calls were refused like this one: then the request is at fault, not the job.
    package func isPaused(byRefusalsLike failure: Failure) -> Bool { paused?.kind == failure.kind && refusals?.matches(failure) ?? false }

    /// Hears how a call to `model` ended that was reserved as `call` and sent at `startedAt`.
    package mutating func apply(
        _ event: LaneEvent, model: String, reserved call: CallUnits, startedAt: Timestamp, at now: Timestamp
    ) -> [LaneAction] {
        forget(call)
        switch event {
        case .notSent:
            search?.notSent(startedAt: startedAt)
            meters.giveBack(call, startedAt: startedAt, at: now)
            return []
        case .answered(let usage):
            retries?.answered()
            meters.reconcile(call, as: call.corrected(by: usage), startedAt: startedAt, at: now)
            meters.learn(from: usage, reserved: call)
            slots.callEnded(setback: false, at: now)
            breaker.close()
            (refusalEvents, refusals) = (0, nil)
            duds?[model] = nil
            isOnTrial = nil
            return []
        case .failed(let failure):
            let actions = fail(failure, model: model, reserved: call, startedAt: startedAt, at: now)
            return actions + learn(from: failure, model: model)
        case .unanswered(let failure):
            slots.callEnded(setback: true, at: now)
            return breakerActions(failure, startedAt: startedAt, at: now)
        }
    }

    private mutating func fail(
        _ failure: Failure, model: String, reserved call: CallUnits, startedAt: Timestamp, at now: Timestamp
    ) -> [LaneAction] {
        let used = (failure.billed == .no ? .noTokens : call).corrected(by: failure.usage ?? Usage())
        meters.reconcile(call, as: used, startedAt: startedAt, at: now)
        // A refusal says nothing of how many calls may be in flight: it cuts the pace.
        if failure.kind == .rateLimited {
            search?.refused(startedAt: startedAt, at: now)
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
        meters.hear(announced, startedAt: startedAt, at: now)
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

    /// A call is no longer in flight: it ended, or its worker died.
    package mutating func forget(_ call: CallUnits) {
        inFlight = max(0, inFlight - 1)
        meters.release(call, isLast: inFlight == 0)
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

extension Lane {
    /// A lane may know less than it can: everything but its limits has its value of the beginning.
    package init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        self.init(limits: try stored.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits(), at: Timestamp(milliseconds: 0))
        slots = try stored.decodeIfPresent(Slots.self, forKey: .slots) ?? slots
        inFlight = try stored.decodeIfPresent(Int.self, forKey: .inFlight) ?? inFlight
        paused = try stored.decodeIfPresent(Pause.self, forKey: .paused)
        blockedUntil = try stored.decodeIfPresent(Timestamp.self, forKey: .blockedUntil)
        meters = try stored.decodeIfPresent(Meters.self, forKey: .meters) ?? meters
        breaker = try stored.decodeIfPresent(Breaker.self, forKey: .breaker) ?? breaker
        refusalEvents = try stored.decodeIfPresent(Int.self, forKey: .refusalEvents) ?? refusalEvents
        lastBlock = try stored.decodeIfPresent(Timestamp.self, forKey: .lastBlock)
        learned = try stored.decodeIfPresent([String: Quirks].self, forKey: .learned)
        refusals = try stored.decodeIfPresent(RefusalStreak.self, forKey: .refusals)
        duds = try stored.decodeIfPresent([String: DudStreak].self, forKey: .duds)
        isOnTrial = try stored.decodeIfPresent(Bool.self, forKey: .isOnTrial)
        search = try stored.decodeIfPresent(RateSearch.self, forKey: .search) ?? search
        retries = try stored.decodeIfPresent(RetryBudget.self, forKey: .retries)
    }
}
