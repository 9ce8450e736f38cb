/// The first refusal of calls that were started before `heardAt`, with what was heard of the others until the lane goes on.
struct Cut: Codable, Hashable, Sendable {
    /// Calls a second, as the refused call was sent; 0: unpaced.
    var pace: Double
    /// Calls started since the cut before, less the refused ones.
    var accepted: Int
    /// From the cut before.
    var seconds: Double
    /// When the refused call was started, and when its refusal was heard: not before the newest call.
    var startedAt: Timestamp
    var heardAt: Timestamp
    /// About how many calls were started from the refused one on.
    var sent: Int
    /// Of the calls started with the refused one or after it.
    var refused = 1
    var answered = 0

    mutating func answered(startedAt: Timestamp) {
        if startedAt >= self.startedAt { answered += 1 }
    }

    mutating func refusedAgain() {
        refused += 1
        accepted -= 1
    }

    /// Calls a second: no bucket that took so many since it was empty refuses at a lower pace.
    var bound: Double { Double(accepted - 1) / max(seconds, 0.001) }

    /// Most calls from the refused one on were refused too: an empty bucket, not chance. Fewer than three show nothing.
    var isStorm: Bool { refused >= 3 && 2 * refused >= 3 * max(answered, sent - refused) }
}

/// What is counted of the calls whatever their pace, and what it showed of the provider.
struct Ledger: Codable, Hashable, Sendable {
    /// Calls started since the last cut before which something was accepted, less the refused ones.
    private var acceptedSinceCut = 0
    /// That cut; until the first one the first call.
    private var countedFrom: Timestamp?
    /// The same of the span before.
    private var countedBeforeFrom: Timestamp?
    private var acceptedBefore = 0
    private var newest = Timestamp(milliseconds: 0)
    /// All refusals of calls that were started until then are one event.
    private(set) var cutAt = Timestamp(milliseconds: 0)
    /// Cuts in a row between which nothing was accepted.
    private(set) var fruitless = 0
    /// The end of the pause after the last cut.
    var resumedAt = Timestamp(milliseconds: 0)
    /// How many calls more than the rate allows the provider took at most before it refused: its burst.
    private(set) var credit = 0.0
    /// Seconds in which nothing was accepted, the longest: a provider that counts in windows must be probed that long.
    private(set) var dry = 0.0
    /// Milliseconds from start to refusal, the longest; a probe is judged when its refusals must have been heard.
    private(set) var verdict = 0.0

    /// A call that hung for longer says nothing of how soon refusals come.
    private static let longestVerdict = 20_000.0

    mutating func started(at now: Timestamp) {
        acceptedSinceCut += 1
        countedFrom = countedFrom ?? now
        newest = max(newest, now)
    }

    mutating func withdraw(startedAt: Timestamp) {
        if startedAt > cutAt { acceptedSinceCut = max(0, acceptedSinceCut - 1) }
    }

    mutating func refused(startedAt: Timestamp, at now: Timestamp) {
        verdict = max(verdict, min(Double((now - startedAt).milliseconds), Self.longestVerdict))
        if startedAt > cutAt { acceptedSinceCut = max(0, acceptedSinceCut - 1) } else { acceptedBefore = max(0, acceptedBefore - 1) }
    }

    mutating func cut(pace: Double, sent: Int, startedAt: Timestamp, at now: Timestamp) -> Cut {
        // A turn may hear an end after it, or another process, has started more calls.
        cutAt = max(now, newest)
        return Cut(
            pace: pace, accepted: acceptedSinceCut, seconds: Double((cutAt - (countedFrom ?? startedAt)).milliseconds) / 1_000,
            startedAt: startedAt, heardAt: cutAt, sent: sent)
    }

    mutating func count(from cut: Cut) {
        acceptedBefore = cut.accepted
        countedBeforeFrom = countedFrom
        countedFrom = cut.heardAt
        acceptedSinceCut = 0
        fruitless = 0
    }

    mutating func probeWasClean() { fruitless = 0 }

    mutating func nothingAccepted() {
        fruitless += 1
        acceptedSinceCut = 0
    }

    /// By chance two refusals follow each other with nothing accepted between them, hardly three.
    var isDry: Bool { fruitless >= 3 }

    /// Seconds to wait, beside what was waited since the refusal: half as long as nothing was accepted so far, a minute at most.
    func pauseAfterDrySpell(at now: Timestamp) -> Double {
        guard let countedFrom else { return 0 }
        let (dry, waited) = ((cutAt - countedFrom).milliseconds, (now - cutAt).milliseconds)
        return max(0, min(60, Double(dry) / 2_000) - Double(waited) / 1_000)
    }

    /// A bucket gives something after each pause: a provider that does not counts in windows, or slowly. What it took until now must last
    /// until now.
    func spread(at now: Timestamp) -> (rate: Double, dry: Double)? {
        guard let countedFrom, let countedBeforeFrom, acceptedBefore > 0 else { return nil }
        let dry = Double((now - countedFrom).milliseconds) / 1_000
        let before = Double((countedFrom - countedBeforeFrom).milliseconds) / 1_000
        return (max(RateSearch.slowest, Double(acceptedBefore) / max(1, before + min(dry, 60))), dry)
    }

    mutating func windowWasDry(for seconds: Double) {
        dry = max(dry, seconds)
        credit = max(credit, Double(acceptedBefore))
    }

    mutating func measureCredit(_ cut: Cut, above rate: Double) {
        let seconds = Double((cut.heardAt - resumedAt).milliseconds) / 1_000
        credit = max(0.9 * credit, Double(cut.accepted) - rate * seconds)
    }

    mutating func forgetFuture(_ now: Timestamp) {
        (cutAt, newest) = (min(cutAt, now), min(newest, now))
        countedFrom = countedFrom.map { min($0, now) }
    }
}
