import TestSupport

@testable import CutlineCore

/// How a simulated provider counts calls. Times are milliseconds from the start.
enum Counting {
    /// A bucket of `burst` calls, full at first, that fills at `rate` per second; from the given times on at another rate.
    case bucket(rate: Double, burst: Double, changes: [(at: Double, rate: Double)] = [])
    /// At most `count` calls in each window of the provider's own clock, which runs `offset` ahead.
    case fixedWindow(count: Int, seconds: Double, offset: Double = 0, tellsReset: Bool = false)
    /// Takes all.
    case unlimited
    /// At most `count` calls in any window.
    case slidingWindow(count: Int, seconds: Double)
}

/// A provider that takes calls or refuses them.
struct CountingServer {
    let counting: Counting
    private var level: Double
    private var filledAt = 0.0
    private var window = -1.0
    private var taken: [Double] = []
    private var oldest = 0

    init(_ counting: Counting) {
        self.counting = counting
        if case .bucket(_, let burst, _) = counting { level = burst } else { level = 0 }
    }

    /// What the headers of an answer say.
    func allowance(at time: Double) -> Announced.Allowance? {
        switch counting {
        case .bucket(let rate, let burst, let changes):
            let current = changes.last { $0.at <= time }?.rate ?? rate
            let left = min(burst, level + (time - filledAt) / 1_000 * current)
            return Announced.Allowance(
                limit: Int(burst), remaining: Int(left), resetsIn: .milliseconds(Int64((burst - left) / current * 1_000)))
        case .fixedWindow(let count, let seconds, let offset, _):
            let number = ((time + offset) / (seconds * 1_000)).rounded(.down)
            let rest = (number + 1) * seconds * 1_000 - (time + offset)
            return Announced.Allowance(
                limit: count, remaining: number == window ? Int(level) : count, resetsIn: .milliseconds(Int64(rest)))
        case .slidingWindow, .unlimited: return nil
        }
    }

    /// Nil: taken; else the seconds it asks to wait.
    mutating func take(at time: Double) -> Double? {
        switch counting {
        case .bucket(let rate, let burst, let changes):
            let current = changes.last { $0.at <= time }?.rate ?? rate
            level = min(burst, level + (time - filledAt) / 1_000 * current)
            filledAt = time
            // Floating sums of whole tokens must not refuse a call that is due.
            guard level >= 1 - 1e-9 else { return 1 }
            level -= 1
        case .fixedWindow(let count, let seconds, let offset, let tellsReset):
            let number = ((time + offset) / (seconds * 1_000)).rounded(.down)
            if number != window { (window, level) = (number, Double(count)) }
            guard level >= 1 else { return tellsReset ? (number + 1) * seconds - (time + offset) / 1_000 : 1 }
            level -= 1
        case .unlimited: break
        case .slidingWindow(let count, let seconds):
            while oldest < taken.count, taken[oldest] <= time - seconds * 1_000 { oldest += 1 }
            guard taken.count - oldest < count else { return 1 }
            taken.append(time)
        }
        return nil
    }
}

/// Jobs, a lane and a provider, run through in virtual time; the lane is driven as the queue drives it.
struct PaceSimulation {
    var jobs = 20_000
    var limits = Limits()
    var counting: Counting
    /// Seconds.
    var latency = 0.0
    /// Of the latency, up and down.
    var jitter = 0.0
    var processes = 1
    /// Milliseconds by which a process may wake up late.
    var lateness = 0.0
    var seed: UInt64 = 1
    /// A refusal is answered after so many milliseconds, somewhere between the two.
    var refusalDelay = 20.0...20
    /// A process hears of an end so many milliseconds after it, at most.
    var hearingLag = 0.0
    /// Whether a refusal for the pace tells how long to wait.
    var tellsWait = true
    /// What is refused whatever the pace: the share of the calls from each time on, in milliseconds.
    var chance: [(at: Double, share: Double)] = []
    /// Seconds that a refusal by chance asks to wait.
    var chanceWait: Double?
    /// Refusals that no call of this run explains: when they are heard, and how much earlier their call was started.
    var strays: [(at: Int64, age: Int64)] = []
    var announcing = Announcing.never
    /// Milliseconds that a call is kept where no connection is idle and a new one is opened.
    var opening: Int64 = 0
    /// Whether the lane is told when a call left.
    var tellsOfLeaving = true

    /// Whether the headers of an answer tell what the limit leaves, and as of when.
    enum Announcing { case never, asOfTheBeginning, asOfTheEnd }

    struct Figures {
        var seconds = 0.0
        var calls = 0
        var refusals = 0
        /// Of them for the pace, not by chance.
        var limited = 0
        /// When each taken call was sent, in milliseconds.
        var taken: [Double] = []
        /// The lane's learned rate at each whole second.
        var rates: [Double?] = []
        var lane: Lane

        var refusedShare: Double { Double(refusals) / Double(calls) }

        /// Taken calls per second between two times in seconds.
        func rate(from: Double, to: Double) -> Double {
            Double(taken.count { $0 >= from * 1_000 && $0 < to * 1_000 }) / (to - from)
        }
    }

    private enum Happening {
        case arrived(process: Int, startedAt: Timestamp)
        case answered(process: Int, startedAt: Timestamp, sentAt: Timestamp, Announced.Allowance?)
        case refused(process: Int, startedAt: Timestamp, sentAt: Timestamp, wait: Double?, endedAt: Timestamp, Announced.Allowance?)
        case stray(startedAt: Timestamp)
        case wake(process: Int)
    }

    func run() -> Figures {
        var random = SplitMix64(seed: seed)
        var server = CountingServer(counting)
        var happenings = Heap<Happening>()
        var figures = Figures(lane: Lane(limits: limits, at: at(0)))
        var (queued, answered) = (jobs, 0)
        var wakes = [Int64?](repeating: nil, count: processes)
        var idleConnections = 0

        func send(_ process: Int, _ now: Int64) {
            queued -= 1
            figures.calls += 1
            guard opening > 0 else { return arrive(process, at(now), now) }
            let isWarm = idleConnections > 0
            idleConnections -= isWarm ? 1 : 0
            happenings.push(.arrived(process: process, startedAt: at(now)), at: now + (isWarm ? 1 : opening))
        }

        func arrive(_ process: Int, _ startedAt: Timestamp, _ now: Int64) {
            let share = chance.last { $0.at <= Double(now) }?.share ?? 0
            let isByChance = share > 0 && Double.random(in: 0..<1, using: &random) < share
            let wait = isByChance ? chanceWait : server.take(at: Double(now))
            let allowance = announcing == .never ? nil : server.allowance(at: Double(now))
            if isByChance || wait != nil {
                figures.refusals += 1
                if !isByChance { figures.limited += 1 }
                let delay =
                    refusalDelay.lowerBound < refusalDelay.upperBound
                    ? Double.random(in: refusalDelay, using: &random) : refusalDelay.lowerBound
                let lag = hearingLag > 0 ? Double.random(in: 0...hearingLag, using: &random) : 0
                let ended = now + Int64(delay)
                let told = isByChance || tellsWait ? wait : nil
                happenings.push(
                    .refused(process: process, startedAt: startedAt, sentAt: at(now), wait: told, endedAt: at(ended), allowance),
                    at: ended + Int64(lag))
            } else {
                figures.taken.append(Double(now))
                let factor = jitter > 0 ? Double.random(in: 1 - jitter...1 + jitter, using: &random) : 1
                happenings.push(
                    .answered(process: process, startedAt: startedAt, sentAt: at(now), allowance),
                    at: now + Int64(latency * 1_000 * factor))
            }
        }

        func claim(_ process: Int, _ now: Int64) {
            while queued > 0 {
                var next: Int64?
                switch figures.lane.tryReserve(estimatedTokens: 1_000, at: at(now)) {
                case nil: send(process, now)
                case .until(let time, _): next = (time - at(0)).milliseconds
                case .slots: next = now + 250
                case .outage(let outage): next = (outage.nextTry - at(0)).milliseconds
                case .paused, .budget: return
                }
                guard var next else { continue }
                if lateness > 0 { next += Int64(Double.random(in: 0...lateness, using: &random)) }
                if wakes[process].map({ next < $0 || $0 <= now }) ?? true {
                    wakes[process] = next
                    happenings.push(.wake(process: process), at: next)
                }
                return
            }
        }

        func observe(_ event: LaneEvent, _ startedAt: Timestamp, _ sentAt: Timestamp, _ now: Int64) {
            idleConnections += 1
            _ = figures.lane.apply(
                event, model: "m", estimatedTokens: 1_000, startedAt: startedAt, sentAt: tellsOfLeaving ? sentAt : nil, at: at(now))
        }

        func announce(_ allowance: Announced.Allowance?, _ startedAt: Timestamp, _ now: Int64) {
            guard let allowance else { return }
            figures.lane.observe(Announced([.requests: allowance]), startedAt: startedAt, at: at(now))
        }

        for stray in strays { happenings.push(.stray(startedAt: at(stray.at - stray.age)), at: stray.at) }
        for process in 0..<processes { happenings.push(.wake(process: process), at: 0) }
        while let (now, happening) = happenings.pop() {
            while figures.rates.count * 1_000 <= now { figures.rates.append(figures.lane.learnedRate) }
            switch happening {
            case .arrived(let process, let startedAt): arrive(process, startedAt, now)
            case .answered(let process, let startedAt, let sentAt, let allowance):
                answered += 1
                figures.seconds = Double(now) / 1_000
                observe(.answered(usedTokens: 1_000), startedAt, sentAt, now)
                announce(announcing == .asOfTheEnd ? server.allowance(at: Double(now)) : allowance, startedAt, now)
                if answered < jobs { claim(process, now) }
            case .refused(let process, let startedAt, let sentAt, let wait, let endedAt, let allowance):
                queued += 1
                let failure = Failure(.rateLimited, "slow down", status: 429, retryAfter: wait.map { .milliseconds(Int64($0 * 1_000)) })
                observe(.failed(failure), startedAt, sentAt, (endedAt - at(0)).milliseconds)
                announce(allowance, startedAt, now)
                claim(process, now)
            case .stray(let startedAt):
                figures.lane.hearStray(startedAt: startedAt, at: at(now))
            case .wake(let process):
                claim(process, now)
            }
        }
        return figures
    }
}

extension Lane {
    /// A refusal of a call that another process had started.
    fileprivate mutating func hearStray(startedAt: Timestamp, at now: Timestamp) {
        let failure = Failure(.rateLimited, "slow down", status: 429)
        _ = apply(.failed(failure), model: "m", estimatedTokens: 0, startedAt: startedAt, at: now)
    }
}

/// The earliest first; of one time in the order they were pushed.
struct Heap<Element> {
    private var nodes: [(time: Int64, order: Int, element: Element)] = []
    private var pushed = 0

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        nodes[a].time != nodes[b].time ? nodes[a].time < nodes[b].time : nodes[a].order < nodes[b].order
    }

    mutating func push(_ element: Element, at time: Int64) {
        nodes.append((time, pushed, element))
        pushed += 1
        var child = nodes.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            nodes.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (time: Int64, element: Element)? {
        guard let first = nodes.first else { return nil }
        let last = nodes.removeLast()
        guard !nodes.isEmpty else { return (first.time, first.element) }
        nodes[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < nodes.count && isBefore(child, least) { least = child }
            guard least != parent else { return (first.time, first.element) }
            nodes.swapAt(parent, least)
            parent = least
        }
    }
}
