import CutlineCore
import CutlineQueue

@testable import CutlineQueue

/// What is seen of a calm world in a moment.
struct ThroughputSample {
    /// Jobs that may be called now.
    var ready: Int
    /// Processes that claim: alive, and asked by nobody to stop.
    var workers: Int
}

/// How fast the work must go.
///
/// A calm world's life is looked at second by second. A second is *judged* where somebody is at work, jobs are ready beyond what the provider
/// takes in ten seconds, and no trouble is near: the times that the plan grants after a start, a change of the limit, an outage, a stray
/// refusal are over. In every span of half a minute of judged seconds (of two whole windows, where the provider counts in windows; of ten,
/// twenty or 120 calls, where it is slow) the provider must have taken half of what it would take. Seconds in which the lane was told to wait are given to
/// it, and the share that is refused by chance whatever the pace.
extension Simulation {
    func look() throws {
        guard provider.outages.isEmpty else {
            samples.append(ThroughputSample(ready: 0, workers: 0))
            return plan(.look, after: .seconds(1))
        }
        let rows = try monitor.reader.read { try Row.fetchAll($0.cachedStatement(sql: Self.openJobs)) }
        let open = rows.filter { !batches[BatchID($0["batch"])]!.isMisspelt }
        let alive = workers.count { $0.map { $0.inbox == nil && $0.signals == 0 } ?? false }
        samples.append(ThroughputSample(ready: open.reduce(0) { $0 + ($1["ready"] as Int) }, workers: alive))
        // Once all is done there is nothing more to see.
        if healedAt == nil, !open.isEmpty { plan(.look, after: .seconds(1)) }
    }

    private static let openJobs = """
        SELECT batch, count(*) FILTER (WHERE state = 'queued' AND available_at IS NULL) AS ready FROM jobs
        WHERE state IN ('queued', 'running') GROUP BY batch
        """

    func checkThroughput() throws {
        let ledger = ThroughputLedger(self)
        for span in ledger.spans where Double(span.taken) < span.allowed * leastShare(at: ledger.rules[span.begin]) - 1 {
            throw SimulationFailure(
                rule: "the lane gets at least half of what the provider takes",
                detail:
                    "from \(span.begin) s for \(span.length) s: \(span.taken) calls of \(Int(span.allowed)), "
                    + "\(ledger.rules[span.begin]): \(arrivals(before: span.begin + span.length))")
        }
    }

    /// Half of what was told; a third of what must be found; and where that is fewer than five calls a second, so that each try
    /// takes long, an eighth. Where chance refuses a tenth or more of so few, limit and chance look alike for long: a sixteenth.
    private func leastShare(at rule: Capacity.Rule) -> Double {
        if rule.rate < 5, plan.lanes[0].capacity!.refusedByChance >= 0.1 { return 1 / 16 }
        return plan.isSlowAndUntold(rule) ? 1 / 8 : plan.isUntold ? 1 / 3 : 1 / 2
    }

    /// The calls of the last minutes, by the second in which they came: `+` taken, `-` not.
    private func arrivals(before end: Int) -> String {
        let calls = provider.calls.values.compactMap { call in
            call.script.map { (Int(($0.arrivedAt - Simulation.beginning).milliseconds / 1_000), $0.isAdmitted ? "+" : "-") }
        }
        return calls.filter { $0.0 > end - 200 && $0.0 < end }.sorted { $0.0 < $1.0 }.map { "\($0.1)\($0.0)" }.joined(separator: " ")
    }

    /// How many spans of this life were judged.
    var judgedSpans: Int { plan.isCalm ? ThroughputLedger(self).spans.count : 0 }
}

/// A life second by second.
private struct ThroughputLedger {
    struct Span {
        let begin: Int
        let length: Int
        /// Calls that the provider took, and that it would have taken.
        let taken: Int
        let allowed: Double
    }

    private let refusedByChance: Double
    private let judged: [Bool]
    private let taken: [Int]
    private let isTold: [Bool]
    let rules: [Capacity.Rule]

    init(_ simulation: Simulation) {
        let count = simulation.samples.count
        func second(_ time: Timestamp) -> Int { Int((time - Simulation.beginning).milliseconds / 1_000) }
        let changes = simulation.capacityChanges.map { (second($0.at), $0.rule) }
        let first = simulation.plan.lanes[0].capacity!.rule
        let rules = (0..<count).map { now in changes.last { $0.0 <= now }?.1 ?? first }
        var (taken, isTold) = ([Int](repeating: 0, count: count), [Bool](repeating: false, count: count))
        for call in simulation.provider.calls.values {
            guard let script = call.script else { continue }
            let arrival = second(script.arrivedAt)
            if script.isAdmitted, arrival < count { taken[arrival] += 1 }
            guard let heard = call.heardAt, case .answers(.failure(let failure), _) = script.ending, let wait = failure.retryAfter else {
                continue
            }
            for told in second(heard)..<max(second(heard), second(heard + wait) + 1) where told < count { isTold[told] = true }
        }
        var judged = simulation.samples.enumerated().map { now, look in
            look.workers > 0 && Double(look.ready) >= max(5, rules[now].rate * 10)
        }
        for trouble in Self.troubles(of: simulation) {
            for now in second(trouble.begin)..<max(second(trouble.begin), second(trouble.end) + 1) where now < count { judged[now] = false }
        }
        refusedByChance = simulation.plan.lanes[0].capacity!.refusedByChance
        (self.rules, self.taken, self.isTold, self.judged) = (rules, taken, isTold, judged)
    }

    /// From when to when nothing is asked of the lane.
    private static func troubles(of simulation: Simulation) -> [(begin: Timestamp, end: Timestamp)] {
        let plan = simulation.plan
        var troubles = simulation.capacityChanges.map { ($0.at, $0.at + plan.learningTime) }
        troubles.append((Simulation.beginning, (simulation.starts.first ?? Simulation.beginning) + plan.learningTime))
        troubles += simulation.starts.map { ($0, $0 + .seconds(30)) }
        for (number, times) in simulation.outages {
            troubles.append((times.began, (times.ended ?? simulation.clock.real) + plan.recoveryTime(after: plan.outages[number])))
        }
        for call in simulation.provider.calls.values where call.script?.cause == .stray {
            troubles.append((call.claimedAt, (call.heardAt ?? call.claimedAt) + SimulationPlan.secondLooks))
        }
        return troubles
    }

    var spans: [Span] {
        var spans: [Span] = []
        var begin = 0
        while begin < judged.count {
            let rule = rules[begin]
            let window = rule.window
            guard begin % window == 0 else {
                begin += 1
                continue
            }
            // So many that chance refuses no half of them.
            let calls = refusedByChance >= 0.1 ? 120.0 : refusedByChance > 0 ? 20 : 10
            // Who takes at once all that a window holds takes nothing for the next one, and could not.
            let least = max(30, window > 1 ? 2 * window : 1, Int((calls / rule.rate).rounded(.up)))
            let length = (least + window - 1) / window * window
            guard begin + length <= judged.count else { break }
            if let span = span(begin..<begin + length, rule) { spans.append(span) }
            begin += max(5, window)
        }
        return spans
    }

    private func span(_ seconds: Range<Int>, _ rule: Capacity.Rule) -> Span? {
        guard judged[seconds].allSatisfy(\.self) else { return nil }
        let told = isTold[seconds].count(where: \.self)
        guard told * 2 <= seconds.count else { return nil }
        return Span(
            begin: seconds.lowerBound, length: seconds.count, taken: taken[seconds].reduce(0, +),
            allowed: rule.rate * Double(seconds.count - told) * (1 - refusedByChance))
    }
}
