import CutlineCore

/// What a provider takes, whatever it tells. It keeps the books of it in real time.
struct Capacity {
    enum Rule: Hashable {
        /// Fills with `rate` calls a second, up to `burst` of them.
        case bucket(rate: Double, burst: Int)
        /// Begins anew with each multiple of its window.
        case fixed(RateLimit)
        case sliding(RateLimit)

        /// Calls a second, in the long run.
        var rate: Double {
            switch self {
            case .bucket(let rate, _): rate
            case .fixed(let limit), .sliding(let limit): Double(limit.count) / limit.window
            }
        }

        /// Whole seconds in which it settles; 1 where it fills all the time.
        var window: Int {
            switch self {
            case .bucket: 1
            case .fixed(let limit), .sliding(let limit): max(1, Int(limit.window.rounded(.up)))
            }
        }

        /// A window of one or two calls is a spacing: a bucket then.
        var orBucket: Rule {
            switch self {
            case .fixed(let limit) where limit.count < 3, .sliding(let limit) where limit.count < 3: .bucket(rate: rate, burst: limit.count)
            case .bucket, .fixed, .sliding: self
            }
        }

        /// The same kind of limit, so many times as large.
        func scaled(by factor: Double) -> Rule {
            func scaled(_ count: Int) -> Int { max(1, Int((Double(count) * factor).rounded())) }
            func scaled(_ limit: RateLimit) -> RateLimit { RateLimit(count: scaled(limit.count), window: limit.window) }
            return switch self {
            case .bucket(let rate, let burst): .bucket(rate: rate * factor, burst: scaled(burst))
            case .fixed(let limit): .fixed(scaled(limit))
            case .sliding(let limit): .sliding(scaled(limit))
            }
        }
    }

    /// Changes while it lives; what was taken stays taken.
    var rule: Rule
    /// In a bucket: calls that may come at once, and when that was so.
    private var level: (calls: Double, at: Timestamp)?
    /// In windows: when calls were taken, the oldest first.
    private var taken: ArraySlice<Timestamp> = []

    init(_ rule: Rule) { self.rule = rule }

    /// Takes a call and returns nil, or takes none and returns how long nothing is free.
    mutating func take(at now: Timestamp) -> Duration? {
        switch rule {
        case .bucket(let rate, let burst): takeFromBucket(rate, burst, at: now)
        case .fixed(let limit):
            takeFromWindow(limit, from: Timestamp(milliseconds: now.milliseconds - now.milliseconds % Self.length(limit)), at: now)
        case .sliding(let limit): takeFromWindow(limit, from: now + .milliseconds(1 - Self.length(limit)), at: now)
        }
    }

    private static func length(_ limit: RateLimit) -> Int64 { Int64(limit.window * 1_000) }

    private mutating func takeFromBucket(_ rate: Double, _ burst: Int, at now: Timestamp) -> Duration? {
        let last = level ?? (Double(burst), now)
        let calls = min(Double(burst), last.calls + rate * Double((now - last.at).milliseconds) / 1_000)
        guard calls >= 1 else {
            level = (calls, now)
            return .milliseconds(Int64(((1 - calls) / rate * 1_000).rounded(.up)))
        }
        level = (calls - 1, now)
        return nil
    }

    private mutating func takeFromWindow(_ limit: RateLimit, from start: Timestamp, at now: Timestamp) -> Duration? {
        taken = taken.drop { $0 < start }
        guard taken.count >= limit.count else {
            taken.append(now)
            return nil
        }
        // Of a window that shrank, more must leave than one call.
        let leaves = if case .fixed = rule { start } else { taken[taken.endIndex - limit.count] }
        return leaves + .milliseconds(Self.length(limit)) - now
    }
}

/// How a lane's provider limits it, and how it says so.
struct CapacityPlan {
    var rule: Capacity.Rule
    /// Whether each model has one of its own.
    var isByModel = false
    /// Whether refusals say how long, in whole seconds.
    var tellsWait = false
    /// Refusals come so much later than other answers, each by chance anything up to it: so they are out of order too.
    var lateness = Duration.zero
    /// How many calls it refuses whatever the pace: others share it.
    var refusedByChance = 0.0

    /// As a lane can be told it.
    var told: RateLimit {
        switch rule {
        case .bucket(let rate, _): RateLimit(count: max(1, Int(rate * 60)), window: 60)
        case .fixed(let limit), .sliding(let limit): limit
        }
    }
}
