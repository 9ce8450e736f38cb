/// The search for a pace between one that was taken and one that was refused.
struct RateSearch: Codable, Hashable, Sendable {
    enum Stage: Codable, Hashable, Sendable {
        /// Nothing but the first pace was refused: each clean trial doubles it. A refusal → `narrowing`, or `comparing`.
        case doubling(clean: Double)
        /// Between a pace that was clean, or a measured lower bound, and one that was refused. When they are near each other → `holding`.
        case narrowing(low: Double, high: Double)
        /// At a pace thought clean, for a while; then → `climbing`. A refusal lowers it a little, and by more with each one in a row.
        case holding(until: Timestamp, falls: Int)
        /// Whether the provider allows more now: each clean trial doubles the step. A refusal → `narrowing`.
        case climbing(low: Double, step: Double)
        /// Whether refusals come by chance: at half the pace they do not become fewer then → `doubling` or `climbing`; else → `narrowing`.
        case comparing(Comparison)
    }

    /// A span at one pace, judged at its end.
    struct Trial: Codable, Hashable, Sendable {
        var begin: Timestamp
        var calls = 0
        /// Refusals that did not end the span.
        var refusals = 0

        mutating func refused(startedAt: Timestamp) {
            if startedAt >= begin { refusals += 1 }
        }
    }

    /// What was sent before the present trial, for refusals that come late.
    private struct Earlier: Codable, Hashable, Sendable {
        var begin: Timestamp
        var rate: Double
    }

    /// Calls per second.
    private(set) var rate: Double
    private(set) var stage: Stage
    var trial: Trial
    /// When it went over to this pace.
    private var since: Timestamp
    private var earlier: [Earlier] = []

    /// One call in two minutes: a provider that allows fewer counts them by the day.
    static let slowest = 1 / 120.0
    /// A probed pace is above the bound by more than the figures' own error, 1.5 %, and the search ends where the two are within 4 %.
    private static let (firstStep, nearEnough) = (0.015, 1.04)
    /// Seconds: a step must bring one call more in this time, else nothing shows it; where a provider allows some calls a minute, that is a third.
    private static let glance = 30.0
    /// Seconds at a pace before a higher one is tried: each try costs a refusal, each second without one what a raised limit would give. Where
    /// the pace is slow, the time of six calls.
    private static let (hold, longestHold, heldCalls) = (20.0, 60.0, 6.0)
    /// The refusal of a call that was sent at a pace older than these is charged to none.
    private static let rememberedPaces = 4

    init(rate: Double, stage: Stage, at now: Timestamp) {
        self.rate = rate
        self.stage = stage
        trial = Trial(begin: now)
        since = now
    }

    /// The highest pace thought clean.
    var low: Double {
        switch stage {
        case .doubling(let clean): clean
        case .narrowing(let low, _), .climbing(let low, _): low
        case .holding: rate
        case .comparing: 0
        }
    }

    func isDecided(_ chance: ChanceRefusals) -> Bool {
        if case .comparing(let comparison) = stage { chance.isDecided(by: trial, comparison) } else { false }
    }

    var isComparing: Bool {
        if case .comparing = stage { true } else { false }
    }

    /// What was really sent when a call was started, where slots or a lack of jobs kept it below the pace; nil: it is not known any more.
    func pace(of startedAt: Timestamp, at now: Timestamp) -> Double? {
        guard startedAt >= since else { return earlier.last { $0.begin <= startedAt }?.rate }
        let seconds = Double((now - trial.begin).milliseconds) / 1_000
        return seconds < 1 || startedAt < trial.begin ? rate : min(rate, max(1, 1.1 * Double(trial.calls)) / seconds)
    }

    mutating func begin(at time: Timestamp) {
        trial = Trial(begin: time)
    }

    /// Goes over to a pace; what was sent until now was sent at the old one.
    private mutating func go(_ stage: Stage, at rate: Double, _ now: Timestamp) {
        if rate != self.rate {
            earlier = Array((earlier + [Earlier(begin: since, rate: self.rate)]).suffix(Self.rememberedPaces))
            since = now
        }
        (self.stage, self.rate) = (stage, rate)
    }

    // MARK: A trial's end

    func isTrialOver(_ ledger: Ledger, at now: Timestamp) -> Bool {
        let seconds = Double((now - trial.begin).milliseconds) / 1_000
        if case .comparing(let comparison) = stage {
            return trial.calls >= comparison.calls || seconds >= max(Comparison.patience, 3 / rate)
        }
        return seconds >= length(ledger) + min(10, max(0.2, ledger.verdict * 3 / 1_000))
    }

    /// By how much a pace must be higher for a trial to show it.
    private static func step(above rate: Double) -> Double { max(firstStep, min(1, 1 / (rate * glance))) }

    /// Seconds: two at least, ten calls, and what it takes to use up the provider's burst.
    private func length(_ ledger: Ledger) -> Double {
        if case .doubling = stage { return min(Self.glance, max(1, 3 / rate)) }
        if case .climbing = stage, rate * Self.glance < 10 { return Self.glance }
        let excess = rate > low ? min(max(3, ledger.dry), 1.3 * ledger.credit / (rate - low)) : 0
        return max(2, min(60, 10 / rate), excess)
    }

    mutating func conclude(_ chance: inout ChanceRefusals, _ ledger: inout Ledger, at now: Timestamp) {
        let seconds = Double((now - trial.begin).milliseconds) / 1_000
        let ended = trial
        defer { trial = Trial(begin: now) }
        if isComparing { return endComparison(&chance, at: now) }
        // A pace counts as confirmed only if nearly as many calls were sent as it allows.
        guard Double(ended.calls) >= 0.85 * seconds * rate - 1 else { return }
        if rate > low * 1.001, chance.isTooMuch(ended.refusals, of: ended.calls) { return narrow(low: low, high: rate, at: now) }
        ledger.probeWasClean()
        trialWasClean(&chance, at: now)
    }

    private mutating func trialWasClean(_ chance: inout ChanceRefusals, at now: Timestamp) {
        switch stage {
        case .doubling: go(.doubling(clean: rate), at: rate * 2, now)
        case .narrowing(_, let high): narrow(low: rate, high: high, at: now)
        case .holding(let until, _):
            stage = .holding(until: until, falls: 0)
            guard now >= until else { return }
            chance.forgetDoubts()
            if chance.isKnown { return look(Comparison(.renew, pace: rate, bound: rate, share: chance.share), at: now) }
            climb(from: rate, by: Self.step(above: rate), at: now)
        case .climbing(_, let step): climb(from: rate, by: min(1, step * 2), at: now)
        case .comparing: break
        }
    }

    private mutating func climb(from low: Double, by step: Double, at now: Timestamp) {
        go(.climbing(low: low, step: step), at: low * (1 + step), now)
    }

    /// The next pace between the two: their geometric mean, for a rate is a matter of factors.
    private mutating func narrow(low: Double, high: Double, at now: Timestamp) {
        if high <= low * max(Self.nearEnough, 1 + Self.step(above: low)) { return hold(low, at: now) }
        go(.narrowing(low: low, high: high), at: max(Self.slowest, low > 0 ? max((low * high).squareRoot(), high / 2) : high * 0.7), now)
    }

    private mutating func hold(_ rate: Double, falls: Int = 0, longest: Double = longestHold, at now: Timestamp) {
        let seconds = max(Self.hold, min(longest, Self.heldCalls / max(rate, Self.slowest)))
        go(.holding(until: now + .milliseconds(Int64(seconds * 1_000)), falls: falls), at: max(rate, Self.slowest), now)
    }

    // MARK: A refusal

    mutating func narrow(after cut: Cut, _ ledger: inout Ledger, at now: Timestamp) {
        let bound = min(cut.bound, cut.pace)
        guard cut.pace > low * 1.001 else { return fall(from: cut.pace, bound: bound, at: now) }
        // No pace was found yet, and a single refusal may be chance.
        if case .doubling(clean: 0) = stage, !cut.isStorm { return go(.doubling(clean: 0), at: max(bound, 0.7 * cut.pace), now) }
        let low = max(low, min(bound, cut.pace / (1 + Self.firstStep)))
        ledger.measureCredit(cut, above: low)
        narrow(low: low, high: cut.pace, at: now)
    }

    /// What was thought clean was refused: a large burst had hidden that it was too much, or the provider allows less now.
    private mutating func fall(from pace: Double, bound: Double, at now: Timestamp) {
        var falls = 1
        if case .holding(_, let before) = stage { falls = before + 1 }
        let share = [0.95, 0.9, 0.8, 0.7][min(falls, 4) - 1]
        hold(falls == 1 ? max(share * pace, min(bound, 0.97 * pace)) : share * pace, falls: falls, at: now)
    }

    private mutating func look(_ comparison: Comparison, at now: Timestamp) {
        go(.comparing(comparison), at: comparison.lowerPace, now)
    }

    mutating func compare(_ cut: Cut, _ seen: ChanceRefusals.Tally, _ chance: ChanceRefusals, at now: Timestamp) {
        // Of few calls a share looks too large, so that 20 accepted ones are added.
        let share = chance.isKnown ? chance.share : Double(seen.refusals) / Double(seen.calls + 20)
        look(
            Comparison(
                chance.isLimited(near: cut.pace) ? .climb : .release, pace: cut.pace, bound: cut.bound, share: share,
                seen: chance.isKnown ? .init() : seen), at: now)
    }

    /// There is a limit below `cut.pace`: now the refusals that were taken for chance may be its own.
    mutating func verify(after cut: Cut, _ chance: ChanceRefusals, at now: Timestamp) {
        let pace = low > 0 ? min(low, cut.pace) : cut.pace / 2
        look(Comparison(.narrow(high: cut.pace), pace: pace, bound: cut.bound, share: chance.share), at: now)
    }

    /// The refusals come by chance, for all that is known.
    mutating func goOn(at now: Timestamp) {
        go(.doubling(clean: low), at: rate, now)
    }

    mutating func endComparison(_ chance: inout ChanceRefusals, at now: Timestamp) {
        guard case .comparing(let comparison) = stage else { return }
        let (seen, lower) = (trial, rate)
        let seconds = max(1, Double((now - trial.begin).milliseconds) / 1_000)
        trial = Trial(begin: now)
        let verdict = chance.verdict(comparison, refusals: seen.refusals, of: seen.calls)
        switch verdict {
        case .paceExplains: narrow(low: lower, high: comparison.high, at: now)
        case .lowerPaceExplains:
            let accepted = Double(seen.calls - seen.refusals) / seconds
            go(.narrowing(low: 0, high: lower), at: max(Self.slowest, lower / 4, min(0.7 * lower, 0.9 * accepted)), now)
        case .paceExplainsMost where comparison.purpose == .climb: narrow(low: lower, high: comparison.high, at: now)
        case .chance, .paceExplainsMost:
            switch comparison.purpose {
            case .narrow(let high) where verdict == .chance: go(.doubling(clean: comparison.pace), at: high, now)
            case .release: go(.doubling(clean: lower), at: comparison.pace, now)
            case .climb, .renew: climb(from: comparison.pace, by: Self.step(above: comparison.pace), at: now)
            case .narrow(let high): narrow(low: comparison.pace, high: high, at: now)
            }
        }
    }

    /// Who takes nothing for longer than a minute's window has other trouble: the search begins again from below.
    mutating func spread(_ spread: (rate: Double, dry: Double), _ ledger: inout Ledger, at now: Timestamp) {
        guard spread.rate < rate else { return }
        if spread.dry > 75 { return go(.doubling(clean: 0), at: spread.rate, now) }
        ledger.windowWasDry(for: spread.dry)
        // What was taken from a window that had begun before says little of it.
        hold(spread.rate, longest: Self.hold, at: now)
    }

    /// Whether something was in the future.
    mutating func forgetFuture(_ now: Timestamp) -> Bool {
        let before = self
        if trial.begin > now + .seconds(60) { (trial.begin, since, earlier) = (now, now, []) }
        if case .holding(let until, let falls) = stage, until > now + .seconds(60) { stage = .holding(until: now, falls: falls) }
        return self != before
    }
}
