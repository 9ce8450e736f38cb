// MARK: - Whose fault it is

extension Lane {
    /// Whose fault a failure is, before the lane takes note of it; nil: what its class says.
    package func blame(for failure: Failure, model: String, startedAt: Timestamp, evidence: JobEvidence, at now: Timestamp) -> Blame? {
        if failure.remedy != nil || failure.stopsLane == true || failure.isDud { return nil }
        if failure.isOutage { return breaker.spares(evidence) ? .lane : nil }
        if failure.kind == .rateLimited, let excess = failure.excess {
            return .excess(isConfirmed: isConfirmed(excess, of: model, startedAt: startedAt))
        }
        let state = models[model] ?? ModelState()
        switch failure.kind.concerns {
        case .key, .job: return nil
        case .model:
            if evidence.othersWereAnswered { return .job }
            var streak = state.streak(for: failure)
            let verdict = streak.refused(evidence, startedAt: startedAt, isProven: state.answeredAt != nil, at: now)
            return verdict == .job ? .job : .lane
        case .request:
            let isJudged = state.refusals.map { $0.matches(failure) && (state.pause != nil || $0.look != nil) } ?? false
            return isJudged ? .lane : nil
        }
    }

    /// When the model answered last, since a person started a worker.
    package func answeredAt(_ model: String) -> Timestamp? { models[model]?.answeredAt }

    /// A minute's window holds nothing else where no call was taken for a minute, and none is under way beside this one.
    private func isConfirmed(_ excess: Excess, of model: String, startedAt: Timestamp) -> Bool {
        if let ceiling = models[model]?.ceiling, excess.requested > ceiling { return true }
        return isAlone(startedAt: startedAt, underWay: 1)
    }

    private func isAlone(startedAt: Timestamp, underWay: Int) -> Bool {
        inFlight <= underWay && takenAt.map { startedAt - $0 >= .seconds(60) } ?? true
    }
}

// MARK: - Failures

extension Lane {
    mutating func fail(_ failure: Failure, _ call: FailedCall, at now: Timestamp) -> [LaneAction] {
        let isByChance = countForPace(failure, call, at: now)
        // Whatever else it says, an answer shows that the provider works; a refusal for the pace may come from the door before it.
        if failure.status != nil, !failure.isOutage {
            if failure.kind == .rateLimited, outage == nil { breaker.reached() } else { breaker.answered(startedAt: call.startedAt) }
        }
        if let remedy = failure.remedy { return learn(remedy, from: failure, model: call.model) }
        if failure.stopsLane == true { return pause(Pause(kind: failure.kind, message: failure.message)) }
        if failure.isDud { return pauseIfDudsAlike(failure, model: call.model, at: now) }
        if failure.isOutage { return outageActions(failure, call, isCharged: failure.kind != .unreachable, at: now) }
        if failure.retryAfter != nil, failure.kind == .quotaExhausted || failure.kind == .overloaded {
            return wait.refused(failure, startedAt: call.startedAt, at: now)
        }
        switch failure.kind.scope {
        // What comes by chance concerns the call: a wait would not make it come less often.
        case .pace where isByChance: return []
        case .pace: return refusedForPace(failure, call, at: now)
        case .lane, .job: return judge(failure, call, at: now)
        case .transient, .ours: return []
        }
    }

    /// A refusal says nothing of how many calls may be in flight: it cuts the pace. An outage says nothing of either.
    ///
    /// - Returns: whether the pace does not explain the refusal.
    private mutating func countForPace(_ failure: Failure, _ call: FailedCall, at now: Timestamp) -> Bool {
        if failure.kind == .rateLimited {
            return failure.excess == nil && rate.refused(startedAt: call.startedAt, isTold: limits.pace != nil, at: now) == .chance
        }
        if outage == nil, failure.isLocal != true {
            slots.callEnded(setback: failure.kind == .overloaded || failure.kind == .timeout, at: now)
        }
        return false
    }

    /// What can never fit is no matter of pace: nobody else has to wait for it.
    private mutating func refusedForPace(_ failure: Failure, _ call: FailedCall, at now: Timestamp) -> [LaneAction] {
        guard let excess = failure.excess else { return wait.refused(failure, startedAt: call.startedAt, at: now) }
        // The call that ended is no longer under way.
        guard isAlone(startedAt: call.startedAt, underWay: 0) else { return [] }
        models[call.model, default: ModelState()].ceiling = excess.limit
        return []
    }

    private mutating func learn(_ remedy: Remedy, from failure: Failure, model: String) -> [LaneAction] {
        guard models[model, default: ModelState()].quirks.learn(remedy) else { return [] }
        return [.learned(remedy, model: model, message: failure.message)]
    }

    private mutating func judge(_ failure: Failure, _ call: FailedCall, at now: Timestamp) -> [LaneAction] {
        var state = models[call.model] ?? ModelState()
        let isProven = state.answeredAt != nil
        switch failure.kind.concerns {
        case .key:
            var streak = keyRefusals.flatMap { $0.kind == failure.kind ? $0 : nil } ?? RefusalStreak(failure)
            let verdict = streak.refused(call.evidence, startedAt: call.startedAt, isProven: isProven, at: now)
            keyRefusals = streak
            return obey(verdict, streak, failure, model: nil)
        case .model where call.evidence.othersWereAnswered: return []
        case .model, .request:
            var streak = state.streak(for: failure)
            let verdict = streak.refused(call.evidence, startedAt: call.startedAt, isProven: isProven, at: now)
            state.refusals = verdict == .job ? nil : streak
            models[call.model] = state
            return obey(verdict, streak, failure, model: call.model)
        case .job:
            // The key is good and the model is there: it looked at the picture.
            (keyRefusals, state.refusals) = (nil, nil)
            if models[call.model] != nil { models[call.model] = state }
            return []
        }
    }

    private mutating func obey(
        _ verdict: RefusalStreak.Judgement, _ streak: RefusalStreak, _ failure: Failure, model: String?
    ) -> [LaneAction] {
        switch verdict {
        case .none, .job: return []
        case .look(let again): return [.looks(again: again, message: failure.message)]
        case .pause:
            let isOfRequest = failure.kind.concerns == .request
            let message = isOfRequest ? "\(streak.jobs.count) jobs in a row were refused alike: \(failure.message)" : failure.message
            let actions = pause(Pause(kind: failure.kind, message: message, model: model))
            return isOfRequest && !actions.isEmpty ? actions + [.recalled(streak.jobs)] : actions
        }
    }

    /// Five duds alike would be the first of a whole batch's, all of them paid for.
    private mutating func pauseIfDudsAlike(_ dud: Failure, model: String, at now: Timestamp) -> [LaneAction] {
        var state = models[model] ?? ModelState()
        defer { models[model] = state }
        var streak = state.duds
        streak?.add(dud)
        let counted = streak ?? DudStreak(dud)
        state.duds = counted
        guard let cause = counted.pause(after: dud, of: model), state.pause == nil else { return [] }
        (state.pause, state.trial) = (cause, Look(at: now))
        return [.paused(cause)]
    }

    mutating func outageActions(_ failure: Failure, _ call: FailedCall, isCharged: Bool, at now: Timestamp) -> [LaneAction] {
        switch breaker.failed(failure, call.evidence, isCharged: isCharged, startedAt: call.startedAt, at: now) {
        case .none: return []
        case .opened(let outage, let jobs): return [.opened(outage)] + (jobs.isEmpty ? [] : [.recalled(jobs)])
        case .givenUp: return pause(Pause(kind: failure.kind, message: failure.message))
        }
    }

    /// Sends nothing more, or nothing more to one model, until a person acts.
    package mutating func pause(_ cause: Pause) -> [LaneAction] {
        if let model = cause.model {
            guard models[model]?.pause == nil else { return [] }
            models[model, default: ModelState()].pause = cause
        } else {
            guard pause == nil else { return [] }
            pause = cause
        }
        return [.paused(cause)]
    }
}

extension ModelState {
    /// That of refusals like this one, or a new one.
    fileprivate func streak(for failure: Failure) -> RefusalStreak {
        refusals.flatMap { $0.matches(failure) ? $0 : nil } ?? RefusalStreak(failure)
    }
}
