import CutlineCore
import CutlineQueue

@testable import CutlineRunner

/// Every fourth seed is a *calm world*: one lane whose provider takes so much and no more, one or two workers, hundreds of jobs, and little
/// that goes wrong, each at its time. So it can be said how fast the work must go, and who must not suffer.
extension SimulationPlan {
    var isCalm: Bool { Self.isCalm(seed) }
    static func isCalm(_ seed: UInt64) -> Bool { seed % 4 == 3 }

    /// How long the law of throughput looks away after the limit changed and when the work begins: half a minute; a provider that counts in
    /// windows must be seen through two of them, and what is refused late is learned late.
    var learningTime: Duration {
        guard let capacity = lanes[0].capacity else { return .zero }
        let window = capacity.rule.window
        let least = isSlowAndUntold(capacity.rule) ? 120 : 30
        return .seconds(least + (window > 1 ? 2 * window : 0)) + capacity.lateness * 3
    }

    /// So few calls that each try of another pace takes ten seconds to half a minute.
    func isSlowAndUntold(_ rule: Capacity.Rule) -> Bool { rule.rate < 5 && isUntold }

    var isUntold: Bool { lanes[0].limits[.requests].isEmpty }

    /// How long it looks away after an outage: until the longest pause is over, and half a minute; and where nothing was learned before it, as
    /// long as that takes.
    func recoveryTime(after outage: ProviderOutage) -> Duration {
        outage.longestPause + max(.seconds(30), outage.begin == .zero ? learningTime : .zero)
    }

    /// And after a stray refusal: the second look comes after some seconds, and again after a minute.
    static let secondLooks = Duration.seconds(105)

    /// Between two troubles; long enough to be judged.
    private var quietTime: Duration { .seconds(max(60, 3 * lanes[0].capacity!.rule.window)) }

    mutating func planCalmWorld() {
        var chance = Chance(seed: seed &* 101 &+ 13)
        options = RunnerOptions(scope: .all, timeout: .seconds(90), callLimit: 512)
        workers = chance.pick([1, 1, 2])
        beat = workers == 1 ? .seconds(5) : .seconds(1)
        latency = chance.pick([50...400, 200...2_000, 500...4_000])
        lanes = [LanePlan(limits: Limits(), capacity: Self.calmCapacity(&chance))]
        let life = planTroubles(&chance)
        let seconds = Double((life - outages.reduce(.zero) { $0 + $1.length }).milliseconds) / 1_000
        fitCapacity(to: seconds, &chance)
        planCalmBatches(seconds, &chance)
        // Later than everything ends that need not wait for it.
        faultyTime = life * 4 + .seconds(900)
        events.append((faultyTime, .heal))
        for worker in 0..<workers { events.append((worker == 0 ? .zero : chance.seconds(0...20), .start)) }
        events.append((.zero, .look))
    }

    private static func calmCapacity(_ chance: inout Chance) -> CapacityPlan {
        let rate = chance.pick([0.5, 1, 2, 4, 8, 16])
        let window = chance.pick([1.0, 10, 60])
        let limit = RateLimit(count: max(3, Int(rate * window)), window: window)
        let burst = max(1, Int(rate * chance.pick([0.5, 1, 5, 20])))
        var capacity = CapacityPlan(rule: chance.pick([.bucket(rate: rate, burst: burst), .fixed(limit), .sliding(limit)]))
        if chance.happens(0.35) { capacity.lateness = chance.seconds(1...chance.pick([5, 15, 30])) }
        if chance.happens(0.4) { capacity.refusedByChance = chance.pick([0.01, 0.03, 0.05, 0.1, 0.1, 0.3]) }
        capacity.tellsWait = chance.happens(0.3)
        return capacity
    }

    /// One kind of trouble at most, beside a stray refusal.
    /// - Returns: how long there must be work.
    private mutating func planTroubles(_ chance: inout Chance) -> Duration {
        var time = learningTime + quietTime
        switch chance.number(0...9) {
        case 0...2:
            for _ in 0..<chance.pick([1, 1, 2]) {
                events.append((time, .capacity(lane: 0, lanes[0].capacity!.rule.scaled(by: chance.pick([0.25, 0.5, 2, 4])))))
                time += learningTime + quietTime
            }
        case 3...5: time = planOutage(at: time, &chance)
        case 6:
            events.append((time, .crash(0)))
            time += .seconds(60) + quietTime
        default: break
        }
        if chance.happens(0.2) {
            events.append((time, .stray(lane: 0, status: chance.pick([401, 403, 404]))))
            time += Self.secondLooks + quietTime
        }
        return time
    }

    private mutating func planOutage(at time: Duration, _ chance: inout Chance) -> Duration {
        // Some providers never answered before.
        let begin = chance.happens(0.15) ? .zero : time
        let length = chance.happens(0.8) ? chance.seconds(30...120) : ProviderOutage.length(&chance)
        let outage = ProviderOutage.any(lane: 0, model: nil, begin: begin, length: length, &chance)
        outages = [outage]
        if length > .seconds(600) { (workers, beat) = (1, .seconds(15)) }
        events += [(outage.begin, .outage(0, isOver: false)), (outage.end, .outage(0, isOver: true))]
        return max(time, outage.end + recoveryTime(after: outage) + quietTime)
    }

    /// Slow enough that some hundreds of jobs last for the life, now and then more; and told to the lane where chance will have it.
    private mutating func fitCapacity(to seconds: Double, _ chance: inout Chance) {
        let most = chance.happens(0.03) ? 1_500.0 : chance.happens(0.1) ? 600 : 180
        let factor = min(1, most / mostTaken(in: seconds))
        lanes[0].capacity!.rule = lanes[0].capacity!.rule.scaled(by: factor).orBucket
        events = events.map { after, happening in
            guard case .capacity(let lane, let rule) = happening else { return (after, happening) }
            return (after, .capacity(lane: lane, rule.scaled(by: factor).orBucket))
        }
        if !hasChanges, chance.happens(0.2) { lanes[0].limits.windows[.requests] = [lanes[0].capacity!.told] }
    }

    private var hasChanges: Bool { events.contains { if case .capacity = $0.1 { true } else { false } } }

    /// Roughly: the mean of the limits that there are, over the time, and a burst.
    private func mostTaken(in seconds: Double) -> Double {
        let rules = [lanes[0].capacity!.rule] + events.compactMap { if case .capacity(_, let rule) = $0.1 { rule } else { nil } }
        return rules.map(\.rate).reduce(0, +) / Double(rules.count) * seconds
    }

    private mutating func planCalmBatches(_ seconds: Double, _ chance: inout Chance) {
        let jobs = max(60, Int(mostTaken(in: seconds)))
        let count = chance.pick([1, 1, 2])
        batches = (0..<count).map { _ in
            let policy = RetryPolicy(maxAttempts: chance.pick([2, 3, 5]), onUnknown: .retry(times: chance.pick([nil, 50])))
            return BatchPlan(lane: 0, jobs: jobs / count, policy: policy, tokens: chance.number(200...1_200))
        }
        if chance.happens(0.25) {
            let batch = chance.number(0...count - 1)
            let name = "\(chance.number(0...batches[batch].jobs - 1)).jpg"
            batches[batch].badPicture = BadPicture(name: name, status: chance.pick([400, 500]))
        }
        guard chance.happens(0.2) else { return }
        var misspelt = BatchPlan(lane: 0, jobs: chance.number(1...20), policy: batches[0].policy, tokens: 500)
        misspelt.isMisspelt = true
        batches.insert(misspelt, at: chance.number(0...count))
    }
}
