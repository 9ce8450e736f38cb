/// Finds the rate that a provider allows and did not tell. Until the first refusal it sets no pace; from then on it probes paces
/// between one that was taken and one that was refused.
///
/// A server's bucket is empty when it refuses: the calls it took between two refusals per second are a lower bound of its rate,
/// however large its burst. It holds no clock.
package struct RateSearch: Codable, Hashable, Sendable {
    private enum Phase: Codable, Hashable, Sendable {
        /// Nothing but the first pace was refused: each clean probe doubles it.
        case doubling
        /// Between `low` and `high`.
        case narrowing
        case holding(until: Timestamp)
        /// Whether the provider allows more now; each clean probe doubles the step.
        case climbing(step: Double)
    }

    /// The first refusal of calls that were started before `cutAt`; what it teaches is worked out when the lane goes on, for until then
    /// more refusals of the same event are heard.
    private struct Cut: Codable, Hashable, Sendable {
        var pace: Double
        /// Calls started since the cut before, less the refused ones.
        var accepted: Int
        var seconds: Double
        /// When the refused call was started.
        var startedAt: Timestamp
    }

    private struct Probe: Codable, Hashable, Sendable {
        var begin: Timestamp
        var calls = 0
        /// Of the probe before: its calls may still be refused.
        var paceBefore: Double
    }

    /// Calls per second; nil where nothing was refused yet.
    package private(set) var rate: Double?
    private var phase = Phase.doubling
    /// The last pace confirmed clean, or a measured lower bound.
    private var low = 0.0
    /// The pace that was refused.
    private var high: Double?
    /// Refusals in a row at a pace that was thought clean.
    private var falls = 0
    /// Cuts in a row between which nothing was accepted.
    private var fruitless = 0
    private var probe: Probe?
    private var cut: Cut?
    private var cutAt: Timestamp?
    /// The last cut before which something was accepted: from it on accepted calls are counted.
    private var countedFrom: Timestamp?
    private var startedSinceCut = 0
    /// The same of the span before.
    private var countedBeforeFrom: Timestamp?
    private var acceptedBefore = 0
    /// How many calls more than the rate allows the provider took at most before it refused: its burst.
    private var credit = 0.0
    /// The end of the pause after the last cut.
    private var resumedAt: Timestamp?
    /// Seconds in which nothing was accepted, the longest: a provider that counts in windows must be probed that long.
    private var dry = 0.0
    /// Milliseconds from start to refusal, the longest.
    private var verdict = 0.0
    /// Kept until the first cut is worked out.
    private var recent: RecentStarts? = RecentStarts()
    /// Milliseconds since 1970, with fractions.
    private var spentUntil = 0.0

    /// Once in two minutes: who allows less counts by the day.
    private static let slowest = 1 / 120.0

    package init() {}

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
        startedSinceCut += 1
        countedFrom = countedFrom ?? now
        recent?.add(1, at: now)
        probe?.calls += 1
        if let rate { spentUntil = start(rate, now) + 1_000 / rate }
    }

    /// A call that did not count after all.
    mutating func notSent(startedAt: Timestamp) {
        recent?.add(-1, at: startedAt)
        startedSinceCut = max(0, startedSinceCut - 1)
        probe?.calls -= 1
    }

    /// All refusals of calls that were started before a cut are one event.
    mutating func refused(startedAt: Timestamp, at now: Timestamp) {
        recent?.add(-1, at: startedAt)
        let delay = Double((now - startedAt).milliseconds)
        verdict = max(verdict, min(delay, 20_000))
        if let cutAt, startedAt < cutAt {
            cut?.accepted -= 1
            return
        }
        cut = Cut(
            pace: pace(of: startedAt, at: now), accepted: startedSinceCut - 1,
            seconds: Double((now - (countedFrom ?? startedAt)).milliseconds) / 1_000, startedAt: startedAt)
        cutAt = now
    }

    /// What was really sent, where slots or a lack of jobs kept it below the pace.
    private func pace(of startedAt: Timestamp, at now: Timestamp) -> Double {
        guard let rate, let probe else { return 0 }
        if startedAt < probe.begin { return probe.paceBefore }
        let seconds = Double((now - probe.begin).milliseconds) / 1_000
        return seconds < 1 ? rate : min(rate, max(1, 1.1 * Double(probe.calls)) / seconds)
    }

    /// Works out what was heard: to be called before each `wait`, and kept even where the lane refuses then.
    mutating func advance(to now: Timestamp) {
        forgetFuture(now)
        if let cut { return learn(from: cut, at: now) }
        guard let rate, let probe else { return }
        let seconds = Double((now - probe.begin).milliseconds) / 1_000
        guard seconds >= length(of: rate) + min(10, max(0.2, verdict * 3 / 1_000)) else { return }
        // A pace that was not used is not confirmed.
        if Double(probe.calls) >= 0.85 * seconds * rate - 1 { probeWasClean(at: now) }
        self.probe = Probe(begin: now, paceBefore: rate)
    }

    /// Seconds: two at least, ten calls, and what it takes to use up the provider's burst.
    private func length(of rate: Double) -> Double {
        if case .doubling = phase { return max(1, 3 / rate) }
        let excess = rate > low ? min(max(3, dry), 1.3 * credit / (rate - low)) : 0
        return max(2, min(60, 10 / rate), excess)
    }

    private mutating func probeWasClean(at now: Timestamp) {
        guard let rate else { return }
        falls = 0
        fruitless = 0
        switch phase {
        case .doubling:
            low = rate
            self.rate = rate * 2
        case .narrowing:
            low = rate
            narrow(at: now)
        case .holding(let until):
            if now >= until { climb(by: 0.015) }
        case .climbing(let step):
            low = rate
            climb(by: min(1, step * 2))
        }
    }

    private mutating func climb(by step: Double) {
        phase = .climbing(step: step)
        rate = low * (1 + step)
    }

    private mutating func narrow(at now: Timestamp) {
        guard let high else { return }
        if high <= low * 1.04 { return hold(at: now) }
        phase = .narrowing
        rate = max(Self.slowest, low > 0 ? max((low * high).squareRoot(), high / 2) : high * 0.7)
    }

    private mutating func hold(at now: Timestamp) {
        phase = .holding(until: now + .seconds(20))
        low = max(low, Self.slowest)
        rate = low
    }

    private mutating func learn(from cut: Cut, at now: Timestamp) {
        self.cut = nil
        let before = rate ?? 0
        if rate == nil {
            let accepted = recent?.count(inSecondBefore: cut.startedAt) ?? 0
            rate = max(0.9, 0.9 * Double(accepted))
            recent = nil
            count(from: cutAt, acceptedBefore: cut.accepted)
        } else if cut.accepted <= 0 {
            // Nothing was accepted since the last cut: the pause was too short, the pace is not at fault.
            fruitless += 1
            startedSinceCut = 0
            if fruitless >= 2 { spread(at: now) }
        } else {
            narrow(after: cut, at: now)
            fruitless = 0
            count(from: cutAt, acceptedBefore: cut.accepted)
        }
        let rest = fruitless == 0 ? 0 : pauseAfterDrySpell(at: now)
        spentUntil = Double(now.milliseconds) + rest * 1_000 - 1_000 / (rate ?? 1)
        resumedAt = now + .milliseconds(Int64(rest * 1_000))
        probe = Probe(begin: now + .milliseconds(Int64(rest * 1_000)), paceBefore: before)
    }

    /// Seconds to wait, beside what was waited since the refusal: half as long as nothing was accepted so far, a minute at most.
    private func pauseAfterDrySpell(at now: Timestamp) -> Double {
        guard let cutAt, let countedFrom else { return 0 }
        let (dry, waited) = ((cutAt - countedFrom).milliseconds, (now - cutAt).milliseconds)
        return max(0, min(60, Double(dry) / 2_000) - Double(waited) / 1_000)
    }

    private mutating func count(from time: Timestamp?, acceptedBefore accepted: Int) {
        acceptedBefore = accepted
        countedBeforeFrom = countedFrom
        countedFrom = time
        startedSinceCut = 0
    }

    /// A bucket gives something after each pause: this provider counts in windows, or slowly. What it took until now must last until now.
    /// One that takes nothing for longer than a minute's window has other trouble: the search begins again from below.
    private mutating func spread(at now: Timestamp) {
        guard let rate, let countedFrom, let countedBeforeFrom, acceptedBefore > 0 else { return }
        let dry = Double((now - countedFrom).milliseconds) / 1_000
        let before = Double((countedFrom - countedBeforeFrom).milliseconds) / 1_000
        let average = max(Self.slowest, Double(acceptedBefore) / max(1, before + min(dry, 60)))
        guard average < rate else { return }
        if dry > 75 {
            (low, high, self.rate, phase) = (0, nil, average, .doubling)
        } else {
            self.dry = max(self.dry, dry)
            credit = max(credit, Double(acceptedBefore))
            (low, high) = (average, rate)
            hold(at: now)
        }
    }

    private mutating func narrow(after cut: Cut, at now: Timestamp) {
        let bound = min(Double(cut.accepted - 1) / max(cut.seconds, 0.001), cut.pace)
        high = cut.pace
        guard cut.pace > low * 1.001 else { return fall(from: cut.pace, bound: bound, at: now) }
        low = max(low, min(bound, cut.pace / 1.015))
        measureCredit(cut)
        narrow(at: now)
    }

    private mutating func measureCredit(_ cut: Cut) {
        guard let cutAt, let resumedAt else { return }
        let seconds = Double((cutAt - resumedAt).milliseconds) / 1_000
        credit = max(0.9 * credit, Double(cut.accepted) - low * seconds)
    }

    /// What was thought clean was refused: a large burst had hidden that it was too much, or the provider allows less now.
    private mutating func fall(from pace: Double, bound: Double, at now: Timestamp) {
        falls += 1
        let share = [0.95, 0.9, 0.8, 0.7][min(falls, 4) - 1]
        low = falls == 1 ? max(share * pace, min(bound, 0.97 * pace)) : share * pace
        hold(at: now)
    }

    /// A clock that was set back must not stop the lane until it has caught up.
    private mutating func forgetFuture(_ now: Timestamp) {
        if let cutAt, cutAt > now { self.cutAt = now }
        if let countedFrom, countedFrom > now { self.countedFrom = now }
        if let probe, probe.begin > now + .seconds(60) { self.probe?.begin = now }
        if case .holding(let until) = phase, until > now + .seconds(60) { phase = .holding(until: now) }
        spentUntil = min(spentUntil, Double(now.milliseconds) + 60_000)
    }
}

/// How many calls were started in each quarter of the last four seconds.
struct RecentStarts: Codable, Hashable, Sendable {
    private static let width: Int64 = 250
    private var counts = [Int](repeating: 0, count: 16)
    /// The number of the newest quarter.
    private var newest: Int64 = 0

    mutating func add(_ count: Int, at time: Timestamp) {
        let quarter = time.milliseconds / Self.width
        if quarter > newest { shift(by: quarter - newest) }
        let age = Int(clamping: newest - quarter)
        guard counts.indices.contains(age) else { return }
        counts[age] = max(0, counts[age] + count)
    }

    private mutating func shift(by quarters: Int64) {
        let empty = [Int](repeating: 0, count: Int(min(quarters, Int64(counts.count))))
        counts = empty + counts.dropLast(empty.count)
        newest += quarters
    }

    /// What was started in the quarter of `time` and in the four before, but not more than a second's worth of it.
    func count(inSecondBefore time: Timestamp) -> Int {
        let age = Int(clamping: newest - time.milliseconds / Self.width)
        return (age...(age + 3)).reduce(0) { $0 + (counts.indices.contains($1) ? counts[$1] : 0) }
    }
}
