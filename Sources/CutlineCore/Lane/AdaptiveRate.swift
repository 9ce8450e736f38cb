/// Finds the rate that a provider allows and did not tell (docs/adaptive-rate.md draws it). It sets no pace until a call is refused; from
/// then on it tries paces between one that was taken and one that was refused, and tells refusals that the pace explains from those that
/// come by chance.
///
/// Two facts carry it. A server's bucket is empty when it refuses, so the calls that it took between two refusals per second are a lower
/// bound of its rate, however large its burst. And what comes by chance comes as often at half the pace.
///
/// It holds no clock: it may be set back, and calls end in any order.
package struct AdaptiveRate: Codable, Hashable, Sendable {
    /// What a refusal is to the lane.
    package enum Refusal: Hashable, Sendable {
        /// The pace was too high for all that is known: the lane waits, and then goes on more slowly.
        case limit
        /// A refusal of a known event: its call was under way when the first refusal of the event came.
        case known
        /// The pace does not explain it: it concerns the call, not the lane.
        case chance
    }

    private enum Phase: Codable, Hashable, Sendable {
        /// Nothing is paced. A refusal → `overrun`; where a limit was told and kept, the first in a while is put down to the edge of the
        /// provider's window (`excused`: until when the next is not) and only waited for.
        case free(RecentStarts, excused: Timestamp? = nil)
        /// The first refusal, and the lane is silent; what it teaches is worked out when the lane goes on, for until then more refusals of
        /// calls that were under way are heard. → `searching`.
        case overrun(Cut, RecentStarts)
        /// At a pace. A refusal that is not by chance → `resting`.
        case searching(RateSearch)
        /// As `overrun`, from a pace. → `searching`.
        case resting(Cut, RateSearch)
    }

    private var phase = Phase.free(RecentStarts())
    private var ledger = Ledger()
    private var chance = ChanceRefusals()
    /// Milliseconds since 1970, with fractions, up to which the pace is used.
    private var spentUntil = 0.0

    /// A told limit that is right is met at the edges of windows, seldom; one that is too high is met again at once.
    private static let excuseLasts = Duration.seconds(60)

    package init() {}

    /// Calls per second; nil where nothing was refused yet.
    package var rate: Double? {
        switch phase {
        case .free, .overrun: nil
        case .searching(let search), .resting(_, let search): search.rate
        }
    }

    /// When a call may start at the earliest; nil: now. Call `advance` before.
    func wait(at now: Timestamp) -> Timestamp? {
        guard let rate else { return nil }
        // A Double of today's milliseconds is exact to a quarter of a microsecond; without the allowance a call that is due now waits.
        let due = start(rate, now) + 1_000 / rate - 0.01
        return due <= Double(now.milliseconds) ? nil : Timestamp(milliseconds: Int64(due.rounded(.up)))
    }

    /// A worker that woke up late may make up for 2 ms, and for 10 where calls follow each other faster than that.
    private func start(_ rate: Double, _ now: Timestamp) -> Double {
        max(spentUntil, Double(now.milliseconds) - max(1_000 / rate + 2, 10))
    }

    mutating func started(at now: Timestamp) {
        ledger.started(at: now)
        chance.started()
        switch phase {
        case .free(var recent, let excused):
            recent.add(1, at: now)
            phase = .free(recent, excused: excused)
        case .searching(var search):
            search.trial.calls += 1
            phase = .searching(search)
        case .overrun, .resting: break
        }
        if let rate { spentUntil = start(rate, now) + 1_000 / rate }
    }

    /// A call that did not count after all.
    mutating func notSent(startedAt: Timestamp) {
        ledger.withdraw(startedAt: startedAt)
        switch phase {
        case .free(var recent, let excused):
            recent.add(-1, at: startedAt)
            phase = .free(recent, excused: excused)
        case .searching(var search) where startedAt >= search.trial.begin:
            search.trial.calls = max(0, search.trial.calls - 1)
            phase = .searching(search)
        case .searching, .overrun, .resting: break
        }
    }

    /// While the lane is silent the answers to what was under way show whether the provider refused all or some.
    mutating func answered(startedAt: Timestamp) {
        switch phase {
        case .overrun(var cut, let recent):
            cut.answered(startedAt: startedAt)
            phase = .overrun(cut, recent)
        case .resting(var cut, let search):
            cut.answered(startedAt: startedAt)
            phase = .resting(cut, search)
        case .free, .searching: break
        }
    }

    /// - Parameter isTold: whether a limit on requests was told, which the refused call kept.
    mutating func refused(startedAt: Timestamp, isTold: Bool = false, at now: Timestamp) -> Refusal {
        ledger.refused(startedAt: startedAt, at: now)
        switch phase {
        case .free(var recent, let excused):
            recent.add(-1, at: startedAt)
            if isTold, let refusal = excuse(startedAt: startedAt, excused, recent, at: now) { return refusal }
            phase = .overrun(ledger.cut(pace: 0, sent: recent.count(since: startedAt), startedAt: startedAt, at: now), recent)
            return .limit
        case .overrun(var cut, var recent):
            recent.add(-1, at: startedAt)
            cut.refusedAgain()
            phase = .overrun(cut, recent)
            return .known
        case .resting(var cut, let search):
            cut.refusedAgain()
            phase = .resting(cut, search)
            return .known
        case .searching(let search):
            return refused(startedAt: startedAt, at: now, while: search)
        }
    }

    /// Nil: it is one too many to be excused.
    private mutating func excuse(startedAt: Timestamp, _ excused: Timestamp?, _ recent: RecentStarts, at now: Timestamp) -> Refusal? {
        if startedAt <= ledger.cutAt {
            phase = .free(recent, excused: excused)
            return .known
        }
        if let excused, now < excused { return nil }
        let cut = ledger.cut(pace: 0, sent: recent.count(since: startedAt), startedAt: startedAt, at: now)
        ledger.count(from: cut)
        phase = .free(recent, excused: now + Self.excuseLasts)
        return .limit
    }

    private mutating func refused(startedAt: Timestamp, at now: Timestamp, while search: RateSearch) -> Refusal {
        var search = search
        // Of a call from before the last cut, or from a pace so long ago that faster ones were found clean since: its pace was judged.
        guard startedAt > ledger.cutAt, let pace = search.pace(of: startedAt, at: now), pace >= 0.999 * search.low else {
            return chance.isKnown ? .chance : .known
        }
        search.trial.refused(startedAt: startedAt)
        if search.isComparing {
            if search.isDecided(chance) { search.endComparison(&chance, at: now) }
            phase = .searching(search)
            return .chance
        }
        if chance.absorbs() {
            phase = .searching(search)
            return .chance
        }
        let seconds = Double((now - startedAt).milliseconds) / 1_000
        var cut = ledger.cut(pace: pace, sent: Int(pace * seconds), startedAt: startedAt, at: now)
        chance.describe(&cut)
        phase = .resting(cut, search)
        return .limit
    }

    /// Works out what was heard: to be called before each `wait`, and kept even where the lane refuses then.
    mutating func advance(to now: Timestamp) {
        forgetFuture(now)
        switch phase {
        case .free: return
        case .overrun(let cut, let recent):
            let first = max(0.9, 0.9 * Double(recent.count(inSecondBefore: cut.startedAt)))
            var search = RateSearch(rate: first, stage: .doubling(clean: 0), at: now)
            chance.judgeFirst(cut, rate: first)
            ledger.count(from: cut)
            goOn(&search, at: now)
        case .resting(let cut, var search):
            learn(from: cut, &search, at: now)
            goOn(&search, at: now)
        case .searching(var search):
            guard search.isTrialOver(ledger, at: now) else { return }
            search.conclude(&chance, &ledger, at: now)
            phase = .searching(search)
        }
    }

    private mutating func learn(from cut: Cut, _ search: inout RateSearch, at now: Timestamp) {
        guard cut.accepted > 0 else {
            // Nothing was accepted since the last cut: the pause was too short, the pace is not at fault.
            ledger.nothingAccepted()
            chance.sawNothingAccepted(cut)
            guard ledger.isDry, let spread = ledger.spread(at: now) else { return }
            chance.forgetDoubts()
            search.spread(spread, &ledger, at: now)
            return
        }
        switch chance.judge(cut, low: search.low) {
        case .limit: search.narrow(after: cut, &ledger, at: now)
        case .presumed: search.goOn(at: now)
        case .doubtful(let seen): search.compare(cut, seen, chance, at: now)
        case .unverified: search.verify(after: cut, chance, at: now)
        }
        ledger.count(from: cut)
    }

    /// The lane was silent since the refusal; where it was silent in vain, it is for half as long again as nothing was accepted.
    private mutating func goOn(_ search: inout RateSearch, at now: Timestamp) {
        let rest = ledger.fruitless == 0 ? 0 : ledger.pauseAfterDrySpell(at: now)
        spentUntil = Double(now.milliseconds) + rest * 1_000 - (search.isComparing ? 0 : 1_000 / search.rate)
        ledger.resumedAt = now + .milliseconds(Int64(rest * 1_000))
        search.begin(at: ledger.resumedAt)
        phase = .searching(search)
    }

    /// A clock that was set back must not stop the lane until it has caught up.
    private mutating func forgetFuture(_ now: Timestamp) {
        ledger.forgetFuture(now)
        if case .free(let recent, let excused?) = phase, excused > now + Self.excuseLasts { phase = .free(recent) }
        if case .searching(var search) = phase, search.forgetFuture(now) { phase = .searching(search) }
        spentUntil = min(spentUntil, Double(now.milliseconds) + 60_000)
    }
}
