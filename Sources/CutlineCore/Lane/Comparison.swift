/// A look at a lower pace: refusals that come there too do not come from the pace.
struct Comparison: Codable, Hashable, Sendable {
    /// Where to go on if they come by chance. The search goes on between the two paces if they do not.
    enum Purpose: Codable, Hashable, Sendable {
        /// The pace in question was refused though no limit is known.
        case release
        /// The pace in question was refused though it was thought clean.
        case climb
        /// What the last comparison showed is old.
        case renew
        /// A pace far above was refused for good.
        case narrow(high: Double)
    }

    let purpose: Purpose
    /// Calls a second: in question, and to compare it with.
    let (pace, lowerPace): (Double, Double)
    /// After so many calls without a refusal it is 95 % certain that fewer are refused at the lower pace.
    let calls: Int

    /// The pace that is too high if the pace is the cause.
    var high: Double {
        if case .narrow(let high) = purpose { min(high, 1.5 * pace) } else { pace }
    }

    /// Seconds; who was not refused until then is taken to have a limit.
    static let patience = 12.0
    /// Of the pace in question; where there is a limit, it was found to be near.
    private static let (far, near) = (0.5, 0.8)
    /// Waits after refusals make the bound of a fast pace too small.
    private static let farthest = 0.25
    /// Where five calls take long, half the pace would cost more than what is found out.
    private static let (slowPace, slowFar, slowFarthest) = (2.0, 0.7, 0.6)

    /// Whether no limit explains a refusal here: more was accepted a second. Else there may be a limit below this pace too.
    let isBelowBound: Bool
    /// So many calls tell a share that chance may have from that of a pace far too high.
    static let telling = 5

    /// What was seen at the higher pace, and was not counted elsewhere.
    let seen: ChanceRefusals.Tally

    /// - Parameter share: of the calls that were refused at the higher pace.
    /// - Parameter bound: accepted calls a second between two refusals: no bucket refuses anything below.
    init(_ purpose: Purpose, pace: Double, bound: Double, share: Double, seen: ChanceRefusals.Tally = .init()) {
        self.purpose = purpose
        self.seen = seen
        self.pace = pace
        let isSlow = pace < Self.slowPace
        let lower = purpose == .release ? (isSlow ? Self.slowFar : Self.far) : Self.near
        lowerPace = max(RateSearch.slowest, (isSlow ? Self.slowFarthest : Self.farthest) * pace, min(lower * pace, 0.9 * bound))
        isBelowBound = lowerPace <= 0.95 * bound
        calls = Int(max(5, min(200, 3 / max(share, 0.001))).rounded())
    }
}
