/// Which share of the calls is refused by chance, whatever the pace, and whether refusals come more often than that.
struct ChanceRefusals: Codable, Hashable, Sendable {
    struct Tally: Codable, Hashable, Sendable {
        var calls = 0
        var refusals = 0
    }

    /// Refusals that no limit explains so far.
    private struct Doubts: Codable, Hashable, Sendable {
        var events = 0
        /// Since the first of them.
        var seen = Tally()
    }

    /// What a lower pace showed of the share.
    private enum Evidence: String, Codable {
        /// No lower pace was looked at.
        case none
        /// Nothing was refused at a lower pace, in calls too few to be sure.
        case weak
        /// As many were refused at a lower pace.
        case strong
    }

    /// A run of calls in which refusals come more often than by chance.
    private struct Run: Codable, Hashable, Sendable {
        /// How much likelier they are if there is a limit.
        var odds = 1.0
        var calls = 0
        var refusals = 0
    }

    /// Calls and refusals at paces that are no matter of dispute; old ones fade.
    private var calls = 0.0
    private var refusals = 0.0
    private var run = Run()
    private var doubts = Doubts()
    private var evidence = Evidence.none
    /// A pace at which most calls were refused, or more than at a lower one: there is a limit near it.
    private var limitedPace: Double?

    /// A larger share is no chance: a provider that refuses every other call wants fewer calls.
    static let highestShare = 0.4
    /// Below, a refusal is rare enough to be taken for the pace's.
    private static let lowestShare = 0.002
    /// Calls a second: fewer, of which most are refused, were sent at once rather than too fast.
    private static let manyCalls = 10.0
    /// A share that may be taken for chance before a lower pace was looked at: if there is a limit, the next pace shows it.
    private static let few = 0.12
    /// A smaller share is not worth a look at a lower pace.
    private static let rare = 0.008
    /// Calls: so many tell 3 % from 1 %, and are sent within seconds or minutes.
    private static let memory = 300.0
    /// How much more than by chance is too much.
    private static let excess = 0.15
    /// Odds at which too many is too many: chance reaches them once in some thousand calls, and where it is 3 %, four refusals in a row do.
    private static let alarm = 600.0

    var isKnown: Bool { share > 0 }

    /// Of all calls.
    var share: Double {
        let share = refusals / max(calls, 1)
        return share < Self.lowestShare ? 0 : min(share, Self.highestShare)
    }

    /// Of the calls, where refusals come by chance alone, and where there is a limit besides.
    private var shares: (chance: Double, feared: Double) { (share, min(0.7, share + Self.excess)) }

    mutating func started() {
        guard isKnown else { return }
        let (chance, feared) = shares
        run.odds *= (1 - feared) / (1 - chance)
        run.calls += 1
        if run.odds <= 1 { run = Run() }
    }

    /// Whether a refusal is one of those that come by chance; else too many came together (CUSUM; Page, "Continuous inspection schemes").
    mutating func absorbs() -> Bool {
        guard isKnown else { return false }
        let (chance, feared) = shares
        // When the refused call was started it was counted as accepted, which is taken back.
        run.odds = max(1, run.odds) * feared / chance * (1 - chance) / (1 - feared)
        run.calls = max(1, run.calls)
        run.refusals += 1
        return run.odds < Self.alarm
    }

    /// What is known of the refusals that were too many.
    mutating func describe(_ cut: inout Cut) {
        guard run.refusals > 0 else { return }
        (cut.refused, cut.answered) = (run.refusals, max(0, run.calls - run.refusals))
        run = Run()
    }

    /// Whether a trial at a pace that is not proven brought more refusals than chance explains: two standard deviations and one more.
    func isTooMuch(_ refusals: Int, of calls: Int) -> Bool {
        guard isKnown else { return false }
        let expected = share * Double(calls)
        return Double(refusals) > expected + 2 * expected.squareRoot() + 1
    }

    /// What a comparison saw at the lower pace.
    mutating func observe(_ refusals: Int, of calls: Int) {
        let fading = min(1, Self.memory / max(self.calls + Double(calls), 1))
        self.calls = self.calls * fading + Double(calls)
        self.refusals = self.refusals * fading + Double(refusals)
        evidence = .strong
        forgetDoubts()
    }

    /// The pace explains every refusal.
    mutating func rejectChance(at pace: Double) {
        (calls, refusals, limitedPace) = (0, 0, pace)
        forgetDoubts()
    }

    /// Refusals before which nothing was accepted are none of their own, but they count.
    mutating func sawNothingAccepted(_ cut: Cut) {
        guard doubts.events > 0 else { return }
        doubts.seen.calls += cut.refused
        doubts.seen.refusals += cut.refused
    }

    mutating func forgetDoubts() {
        doubts = Doubts()
        run = Run()
    }

    // MARK: Doubts

    /// What to make of a refusal when the lane goes on.
    enum Opinion: Hashable, Sendable {
        case limit
        /// By chance, for all that is known: no limit was ever seen, and few calls were refused.
        case presumed
        /// No limit explains the second of these, of so many calls since the first.
        case doubtful(Tally)
        /// There is a limit, and the share that is taken for chance was seen at no lower pace.
        case unverified
    }

    /// Whether a limit was seen near a pace: one that was met at three times the pace does not explain what is refused here.
    func isLimited(near pace: Double) -> Bool { limitedPace.map { $0 <= 3 * pace && pace <= 3 * $0 } ?? false }

    /// Many calls of which most are refused show a limit; of a few, that they were sent at once.
    mutating func judgeFirst(_ cut: Cut, rate: Double) {
        if cut.isStorm { limitedPace = rate < Self.manyCalls ? nil : rate } else { doubts.events = 1 }
    }

    mutating func judge(_ cut: Cut, low: Double) -> Opinion {
        // Where a share is known, only refusals beyond it become a cut.
        if cut.isStorm || (isKnown && cut.pace > 1.2 * low) {
            limitedPace = cut.pace
            forgetDoubts()
            guard isKnown else { return .limit }
            if evidence == .weak || Self.isNoChance(cut.refused, of: cut.refused + cut.answered) {
                rejectChance(at: cut.pace)
                return .limit
            }
            return evidence == .strong ? .limit : .unverified
        }
        let isLimited = isLimited(near: cut.pace)
        guard !isLimited || cut.pace <= low * 1.001 else { return .limit }
        doubts.events += 1
        guard doubts.events > 1 else { return .limit }
        doubts.seen.calls += cut.refused + (isKnown ? cut.answered : cut.accepted)
        doubts.seen.refusals += cut.refused
        let (seen, calls) = (doubts.seen, Double(doubts.seen.calls))
        if Self.isNoChance(seen.refusals, of: seen.calls) {
            rejectChance(at: cut.pace)
            return .limit
        }
        guard Double(seen.refusals) >= Self.rare * calls else { return .limit }
        // The provider takes hardly any call, and no lower pace is known to be below a limit.
        if cut.bound <= 0, 2 * seen.refusals > seen.calls { return .limit }
        if !isLimited, !isKnown, Double(seen.refusals) <= Self.few * calls {
            presume(seen, .none)
            return .presumed
        }
        return .doubtful(seen)
    }

    private mutating func presume(_ seen: Tally, _ evidence: Evidence) {
        (calls, refusals, self.evidence) = (Double(seen.calls + 1), Double(seen.refusals + 1), evidence)
        forgetDoubts()
    }

    /// So many more than half that it is no chance; looked at with each call, it would else be reached in time.
    private static func isNoChance(_ refusals: Int, of calls: Int) -> Bool { refusals > calls / 2 + 2 }

    /// Whether the calls at the lower pace say all; where a share is known, they are counted to the end.
    func isDecided(by trial: RateSearch.Trial, _ comparison: Comparison) -> Bool {
        if Self.isNoChance(trial.refusals, of: trial.calls) { return true }
        return !isKnown && trial.refusals > 0 && (comparison.isBelowBound || trial.calls >= Comparison.telling)
    }

    /// What a comparison shows.
    enum Explanation: Hashable, Sendable {
        case paceExplains
        /// The pace explains every refusal, and the lower pace is too high as well.
        case lowerPaceExplains
        /// The pace explains the refusals beyond the share that was known.
        case paceExplainsMost
        case chance
    }

    mutating func verdict(_ comparison: Comparison, refusals: Int, of calls: Int) -> Explanation {
        let pooled = Tally(calls: comparison.seen.calls + calls, refusals: comparison.seen.refusals + refusals)
        if Self.isNoChance(refusals, of: calls) {
            rejectChance(at: comparison.lowerPace)
            return .lowerPaceExplains
        }
        if refusals > 0 {
            let isAsKnown = isKnown && !isTooMuch(refusals, of: calls)
            if !isAsKnown { (self.calls, self.refusals) = (0, 0) }
            observe(pooled.refusals, of: pooled.calls)
            return isAsKnown ? .paceExplainsMost : .chance
        }
        // The share may be smaller than it seemed. No limit was ever seen, and if there is one it shows at once at twice the pace.
        if comparison.purpose == .release, !isKnown, Double(pooled.refusals) <= Self.few * Double(pooled.calls) {
            presume(pooled, .weak)
            return .chance
        }
        rejectChance(at: comparison.pace)
        return .paceExplains
    }
}
