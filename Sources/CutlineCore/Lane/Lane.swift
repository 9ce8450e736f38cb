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
    /// What was told and announced of requests and tokens.
    private var meters: Meters
    /// The pace that the provider's refusals show, where none was told or a told one is too high; and which of them come by chance.
    var rate = AdaptiveRate()
    private var retries: RetryBudget?

    package init(limits: Limits, at now: Timestamp) {
        self.limits = limits
        slots = Slots(told: limits.concurrency, requests: limits.pace)
        meters = Meters(limits, at: now)
    }

    /// Calls per second, found where none were told; nil before the first refusal.
    package var learnedRate: Double? { rate.rate }

    /// Takes limits that a new run brought; what was spent under unchanged ones stays spent.
    package mutating func adopt(_ limits: Limits, at now: Timestamp) {
        meters.adopt(limits, at: now)
        if limits.concurrency != self.limits.concurrency || limits[.requests] != self.limits[.requests] {
            slots.setLimit(told: limits.concurrency, requests: limits.pace, isPaced: meters.holdBack)
        }
        // What was refused under another limit says nothing of this one.
        if limits.pace != self.limits.pace { rate = AdaptiveRate() }
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
    package func closedReason(at now: Timestamp) -> LaneRefusal? {
        if let pause { return .paused(pause) }
        return wait.refusal(at: now) ?? breaker.refusal(inFlight: inFlight, at: now) ?? keyRefusals?.look?.refusal(at: now)
    }

    /// Why it takes no call to this model now.
    package func closedReason(of model: String, at now: Timestamp) -> LaneRefusal? { models[model]?.closedReason(at: now) }

    /// Whether the next call to this model is to be one of another job than those before it, the farther away the better.
    package func looksElsewhere(for model: String) -> Bool { (keyRefusals ?? models[model]?.refusals)?.look != nil }

    /// Reserves one call and returns nil, or spends nothing and says why not.
    package mutating func tryReserve(_ call: CallUnits, model: String, at now: Timestamp) -> LaneRefusal? {
        if let refusal = closedReason(at: now) ?? closedReason(of: model, at: now) { return refusal }
        guard inFlight < slots.current else { return .slots }
        rate.advance(to: now)
        let before = meters
        meters.advance(to: now)
        if let wait = wait(for: call, at: now) {
            // A call that must wait leaves the lane as it is: writing it down would wake every worker that waits.
            if !before.isAhead(of: now) { meters = before }
            return .until(wait.until, wait.reason)
        }
        rate.started(at: now)
        meters.spend(call, at: now)
        inFlight += 1
        slots.callStarted(inFlight: inFlight)
        wait.callStarted()
        keyRefusals?.callStarted()
        models[model]?.callStarted()
        return nil
    }

    /// The latest of all that a call waits for.
    private func wait(for call: CallUnits, at now: Timestamp) -> (until: Timestamp, reason: LaneWait)? {
        let limit = meters.wait(for: call, calls: inFlight + 1, at: now).map {
            (until: $0.until, reason: LaneWait.limit($0.kind, $0.window))
        }
        guard let pace = rate.wait(at: now) else { return limit }
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
    package func quirks(of model: String) -> Quirks { models[model]?.quirks ?? Quirks() }

    /// Takes note of how a call to `model` ended that was reserved as `call` at `startedAt`.
    ///
    /// - Parameters:
    ///   - sentAt: when its request had left; nil: it is not known.
    ///   - heardAt: when its end was heard; nil: now. A worker that was held up, or one whose answers were saved, tells it later, and the windows
    ///     must not go back to it.
    package mutating func apply(
        _ event: LaneEvent, model: String, reserved call: CallUnits, startedAt: Timestamp, sentAt: Timestamp? = nil,
        heardAt: Timestamp? = nil, at now: Timestamp, evidence: JobEvidence = JobEvidence()
    ) -> [LaneAction] {
        let heardAt = heardAt ?? now
        release(call)
        let countedAt = meters.count(call, reservedAt: startedAt, as: sentAt, at: now)
        wait.callEnded(startedAt: startedAt)
        keyRefusals?.callEnded(startedAt: startedAt)
        models[model]?.callEnded(startedAt: startedAt)
        if event.wasTaken { takenAt = max(takenAt ?? startedAt, startedAt) }
        switch event {
        case .notSent:
            rate.notSent(startedAt: startedAt)
            meters.giveBack(call, countedAt: countedAt, at: now)
            return []
        case .answered(let usage):
            rate.answered(startedAt: startedAt)
            retries?.answered()
            meters.reconcile(call, as: call.corrected(by: usage), countedAt: countedAt, at: now)
            meters.learn(from: usage, reserved: call)
            slots.callEnded(setback: false, at: heardAt)
            breaker.answered(startedAt: startedAt)
            wait.answered()
            keyRefusals = nil
            models[model, default: ModelState()].answered(at: heardAt)
            return []
        case .failed(let failure):
            let used = (failure.billed == .no ? .noTokens : call).corrected(by: failure.usage ?? Usage())
            meters.reconcile(call, as: used, countedAt: countedAt, at: now)
            return fail(failure, FailedCall(model: model, startedAt: startedAt, evidence: evidence), at: heardAt)
        case .unanswered(let failure):
            if outage == nil { slots.callEnded(setback: true, at: heardAt) }
            return outageActions(
                failure, FailedCall(model: model, startedAt: startedAt, evidence: evidence), isCharged: false, at: heardAt)
        }
    }

    /// How much longer a repetition of a failed call must wait, that storms of them do not follow an outage.
    package mutating func takeRetry(at now: Timestamp) -> Duration {
        var budget = retries ?? RetryBudget(at: now)
        defer { retries = budget }
        return budget.take(at: now)
    }

    /// What the provider says of its limits beside the answer, heard at `heardAt`, to a call that was sent at `startedAt`. It never loosens
    /// anything.
    package mutating func observe(_ announced: Announced, startedAt: Timestamp, heardAt: Timestamp? = nil, at now: Timestamp) {
        meters.observe(announced, startedAt: startedAt, heardAt: heardAt ?? now, at: now)
    }

    /// A call of a dead worker is no longer in flight, and shows nothing.
    package mutating func forget(_ call: CallUnits) {
        release(call)
        wait.forget()
        keyRefusals?.forget()
        models = models.mapValues { state in
            var state = state
            state.forget()
            return state
        }
    }

    private mutating func release(_ call: CallUnits) {
        inFlight = max(0, inFlight - 1)
        meters.release(call, isLast: inFlight == 0)
    }

    /// A worker that starts lifts what a person may have mended; the same refusal pauses the lane, or the model, again.
    package mutating func resume() {
        (pause, keyRefusals) = (nil, nil)
        breaker.resume()
        models = models.mapValues { state in
            var state = state
            state.resume()
            return state
        }
    }
}

extension Lane {
    /// A lane may know less than it can: everything but its limits has its value of the beginning.
    package init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        self.init(limits: try stored.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits(), at: Timestamp(milliseconds: 0))
        slots = try stored.decodeIfPresent(Slots.self, forKey: .slots) ?? slots
        inFlight = try stored.decodeIfPresent(Int.self, forKey: .inFlight) ?? inFlight
        pause = try stored.decodeIfPresent(Pause.self, forKey: .pause)
        models = try stored.decodeIfPresent([String: ModelState].self, forKey: .models) ?? models
        keyRefusals = try stored.decodeIfPresent(RefusalStreak.self, forKey: .keyRefusals)
        wait = try stored.decodeIfPresent(AskedWait.self, forKey: .wait) ?? wait
        breaker = try stored.decodeIfPresent(Breaker.self, forKey: .breaker) ?? breaker
        takenAt = try stored.decodeIfPresent(Timestamp.self, forKey: .takenAt)
        meters = try stored.decodeIfPresent(Meters.self, forKey: .meters) ?? meters
        rate = try stored.decodeIfPresent(AdaptiveRate.self, forKey: .rate) ?? rate
        retries = try stored.decodeIfPresent(RetryBudget.self, forKey: .retries)
    }
}
