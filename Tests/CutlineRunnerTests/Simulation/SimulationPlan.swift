import CutlineCore
import CutlineQueue

@testable import CutlineRunner

/// What a seed stands for.
struct SimulationPlan {
    struct LanePlan {
        var limits: Limits
        /// What the provider takes; nil: everything.
        var capacity: CapacityPlan?
    }

    /// A picture that always fails, whatever else is well.
    struct BadPicture {
        var name: String
        /// 400 or 500
        var status: Int
    }

    struct BatchPlan {
        var lane: Int
        var jobs: Int
        var policy: RetryPolicy
        /// What a call uses, of tokens.
        var tokens: Int
        var budget = Budget()
        /// Whether the most that a call can use is known before.
        var isBounded = true
        /// The lane of what failed for good, if that is asked once more at another model.
        var fallback: Int?
        /// Until all is healed there is no such model.
        var isMisspelt = false
        var badPicture: BadPicture?
        /// Of its jobs, one after the other and again from the first.
        var priorities: [Priority] = [.normal]

        var model: String { isMisspelt ? "gtp-4o" : isBounded ? "gpt-4o" : "m" }
        var otherModel: String { isBounded ? "gpt-4.1" : "m2" }
        /// A micro-dollar a token.
        static let price = Price(inputPerMillion: Money(nanodollars: 1_000_000_000), outputPerMillion: Money(nanodollars: 1_000_000_000))
        var cost: Money { Money(nanodollars: Int64(tokens) * 1_000) }
    }

    /// How likely each fault is where it can happen.
    struct Faults {
        var crashInQueue = 0.0
        var crashInCall = 0.0
        /// SIGSTOP right after a claim, for longer than the claim may be used.
        var stopInCall = 0.0
        var queueError = 0.0
        var commitUnknown = 0.0
        /// A statement in the middle of a transaction fails.
        var midTurn = 0.0
        /// The file beside the queue cannot be written either.
        var lostAnswers = 0.0
        /// A call that starts late, though it was claimed.
        var slowStart = 0.0
    }

    let seed: UInt64
    var lanes: [LanePlan] = []
    var batches: [BatchPlan] = []
    var workers = 1
    var options: RunnerOptions
    var beat = Duration.seconds(1)
    var faults = Faults()
    /// Of the provider, in any mood.
    var trouble = 0.0
    /// How long things go wrong.
    var faultyTime = Duration.zero
    var outages: [ProviderOutage] = []
    /// Milliseconds from the last piece of a request to its answer.
    var latency = 50...4_000
    var events: [(after: Duration, Happening)] = []

    init(seed: UInt64) {
        self.seed = seed
        options = RunnerOptions(scope: .all)
        if isCalm { planCalmWorld() } else { planWildWorld() }
        planPriorities()
        events.sort { $0.after < $1.after }
    }

    private mutating func planWildWorld() {
        var chance = Chance(seed: seed)
        options = RunnerOptions(scope: .all, timeout: chance.seconds(10...90), callLimit: chance.pick([1, 3, 8, 64]))
        options.waits = chance.happens(0.7)
        if chance.happens(0.5) { options.drainTimeout = chance.seconds(1...20) }
        workers = chance.pick([1, 1, 2, 2, 3, 4, 6, 8])
        beat = chance.pick([.seconds(1), .seconds(5), .seconds(15)])
        lanes = (0..<chance.pick([1, 1, 2])).map { _ in LanePlan(limits: Self.limits(&chance)) }
        batches = (0..<chance.pick([1, 2, 3])).map { _ in Self.batch(lanes: lanes.count, &chance) }
        faultyTime = chance.seconds(20...400)
        trouble = chance.pick([0, 0.1, 0.3])
        faults = Self.faults(&chance)
        planEvents(&chance)
        planFallbacks()
        planMeters()
        planProvider()
    }

    /// By a chance of their own: what a seed stands for besides stays as it was.
    private mutating func planFallbacks() {
        var chance = Chance(seed: seed &* 17 &+ 3)
        for index in batches.indices where chance.happens(0.4) { batches[index].fallback = chance.number(0...lanes.count - 1) }
    }

    /// By a chance of their own too. Half of the lives know but one.
    private mutating func planPriorities() {
        var chance = Chance(seed: seed &* 53 &+ 19)
        guard chance.happens(0.5) else { return }
        for index in batches.indices {
            batches[index].priorities = (0..<chance.pick([1, 1, 2, 5])).map { _ in chance.pick(Priority.allCases) }
        }
    }

    /// More windows beside those, by a chance of their own. A day begins anew in the midst of the troubles.
    private mutating func planMeters() {
        var chance = Chance(seed: seed &* 29 &+ 7)
        for index in lanes.indices {
            var windows = lanes[index].limits.windows
            if chance.happens(0.3) { windows[.requests, default: []].append(RateLimit(count: chance.pick([15, 40]), window: 200)) }
            if chance.happens(0.3) {
                let reset = Simulation.beginning + .seconds(60 * chance.number(1...4))
                let hour = reset.iso8601.split(separator: "T")[1].prefix(5)
                guard let resets = try? DailyReset(String(hour)) else { preconditionFailure("no hour in \(reset.iso8601)") }
                windows[.requests, default: []].append(RateLimit(count: chance.pick([3, 10, 30]), resets: resets))
            }
            if chance.happens(0.2) { windows[.inputTokens] = [.perMinute(chance.pick([6_000, 20_000]))] }
            if chance.happens(0.2) { windows[.outputTokens] = [.perMinute(chance.pick([900, 5_000]))] }
            lanes[index].limits.windows = windows
        }
    }

    /// By a chance of its own too.
    private mutating func planProvider() {
        var chance = Chance(seed: seed &* 41 &+ 11)
        for index in lanes.indices where chance.happens(0.4) { lanes[index].capacity = capacity(besides: lanes[index].limits, &chance) }
        if chance.happens(0.15) {
            let batch = chance.number(0...batches.count - 1)
            batches[batch].badPicture = BadPicture(
                name: "\(chance.number(0...batches[batch].jobs - 1)).jpg", status: chance.pick([400, 500]))
        }
        if chance.happens(0.3) { planOutages(&chance) }
        for (number, outage) in outages.enumerated() {
            events.append((outage.begin, .outage(number, isOver: false)))
            events.append((outage.end, .outage(number, isOver: true)))
        }
        events.append((faultyTime, .heal))
    }

    private mutating func planOutages(_ chance: inout Chance) {
        for _ in 0..<chance.pick([1, 1, 2]) {
            let batch = chance.pick(batches)
            let begin = chance.happens(0.3) ? .zero : faultyTime * chance.fraction()
            outages.append(.any(lane: batch.lane, model: chance.happens(0.25) ? batch.model : nil, begin: begin, &chance))
        }
        faultyTime = max(faultyTime, outages.map(\.end).max()! + .seconds(1))
        // Who looks each second for hours is no better looked at.
        if faultyTime > .seconds(900) { beat = .seconds(15) }
    }

    private func capacity(besides limits: Limits, _ chance: inout Chance) -> CapacityPlan {
        let rate = chance.pick([0.1, 0.5, 2, 10])
        let limit = RateLimit(count: chance.number(2...20), window: chance.pick([1, 10, 60]))
        var capacity = CapacityPlan(rule: chance.pick([.bucket(rate: rate, burst: chance.number(1...10)), .fixed(limit), .sliding(limit)]))
        if let told = limits[.requests].first(where: { $0.resets == nil }), chance.happens(0.5) {
            capacity.rule = chance.pick([.fixed(told), .sliding(told)])
        }
        capacity.isByModel = chance.happens(0.3)
        capacity.tellsWait = chance.happens(0.5)
        if chance.happens(0.4) { capacity.lateness = chance.seconds(1...30) }
        if chance.happens(0.4) { capacity.refusedByChance = chance.pick([0.01, 0.03, 0.1, 0.3]) }
        return capacity
    }

    private static func limits(_ chance: inout Chance) -> Limits {
        var limits = Limits()
        if chance.happens(0.7) { limits.concurrency = chance.pick([1, 2, 5, 16]) }
        if chance.happens(0.7) {
            limits.windows[.requests] = [
                chance.pick([
                    RateLimit(count: 1, window: 1), RateLimit(count: 5, window: 1), RateLimit(count: 20, window: 60),
                    RateLimit(count: 60, window: 60), RateLimit(count: 3, window: 30), RateLimit(count: 12, window: 300),
                ])
            ]
        }
        if chance.happens(0.4) { limits.windows[.tokens] = [.perMinute(chance.pick([6_000, 20_000, 90_000]))] }
        return limits
    }

    private static func batch(lanes: Int, _ chance: inout Chance) -> BatchPlan {
        let onUnknown = chance.pick([OnUnknown.retry(times: nil), .retry(times: nil), .retry(times: 1), .retry(times: 50), .hold])
        var batch = BatchPlan(
            lane: chance.number(0...lanes - 1), jobs: chance.number(1...14),
            policy: RetryPolicy(maxAttempts: chance.pick([1, 2, 5]), onUnknown: onUnknown), tokens: chance.number(200...1_200))
        if chance.happens(0.3) {
            let tokens = chance.number(3_000...12_000)
            batch.budget = chance.happens(0.5) ? Budget(maxTokens: tokens) : Budget(maxCost: Money(nanodollars: Int64(tokens) * 1_000))
            batch.isBounded = chance.happens(0.7)
        }
        return batch
    }

    private static func faults(_ chance: inout Chance) -> Faults {
        var faults = Faults()
        if chance.happens(0.4) { faults.crashInQueue = 0.04 }
        if chance.happens(0.4) { faults.crashInCall = 0.08 }
        if chance.happens(0.3) { faults.stopInCall = 0.06 }
        if chance.happens(0.4) { faults.queueError = chance.pick([0.03, 0.3]) }
        if chance.happens(0.3) { faults.commitUnknown = 0.05 }
        if chance.happens(0.3) { faults.midTurn = 0.05 }
        if chance.happens(0.3) { faults.lostAnswers = 0.2 }
        if chance.happens(0.4) { faults.slowStart = 0.2 }
        return faults
    }

    private mutating func planEvents(_ chance: inout Chance) {
        for worker in 0..<workers { events.append((worker == 0 ? .zero : chance.seconds(0...60), .start)) }
        if chance.happens(0.4) {
            for _ in 0..<chance.number(1...4) { plan(.stop(chance.number(0...7), chance.seconds(1...300)), &chance) }
        }
        if chance.happens(0.3) { for _ in 0..<chance.number(1...3) { plan(.setClock(Self.jump(&chance)), &chance) } }
        if chance.happens(0.4) { for _ in 0..<chance.number(1...3) { plan(.signal(chance.number(0...7)), &chance) } }
        if chance.happens(0.4) { for _ in 0..<chance.number(1...3) { plan(.crash(chance.number(0...7)), &chance) } }
        if chance.happens(0.35) {
            let start = chance.fraction()
            events.append((faultyTime * start, .disk(isFull: true)))
            events.append((faultyTime * start + chance.seconds(1...60), .disk(isFull: false)))
        }
        for _ in 0..<chance.number(0...4) {
            let start = chance.fraction()
            events.append((faultyTime * start, .mood(chance.pick(Mood.allCases))))
            events.append((faultyTime * start + chance.seconds(1...90), .mood(.well)))
        }
    }

    private mutating func plan(_ happening: Happening, _ chance: inout Chance) {
        events.append((faultyTime * chance.fraction(), happening))
    }

    private static func jump(_ chance: inout Chance) -> Duration {
        let size = chance.pick([chance.seconds(1...30), chance.seconds(30...600)])
        return chance.happens(0.5) ? size : .zero - size
    }
}

extension SimulationPlan: CustomStringConvertible {
    var description: String {
        """
        seed \(seed): \(workers) workers, call limit \(options.callLimit), timeout \(options.timeout), waits \(options.waits), \
        drain timeout \(options.drainTimeout.map { "\($0)" } ?? "none"), beat \(beat), trouble \(trouble)
        lanes: \(lanes.map { "\($0.limits), takes \($0.capacity.map { "\($0)" } ?? "all")" }.joined(separator: "; "))
        batches: \(batches.map { "\($0)" }.joined(separator: "; "))
        faults for \(faultyTime): \(faults); outages \(outages)
        """
    }
}
