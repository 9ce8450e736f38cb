/// All limits of a simulator: a call passes them all and is counted by all, or by none.
struct Gate {
    private var bucket: TokenBucket?
    private var calls: [LimitWindow]
    private var tokens: LimitWindow?

    init(_ options: SimulatorOptions, at now: Duration) {
        bucket = options.rateLimit.map { TokenBucket($0, at: now) }
        calls = options.limits.map { LimitWindow($0) }
        tokens = options.tokensPerMinute.map { LimitWindow(SimulatorOptions.WindowLimit(count: $0, seconds: 60)) }
    }

    var countsTokens: Bool { tokens != nil }

    /// Lets a call through that will use so many tokens.
    ///
    /// - Throws: `Refusal`, with the time after which the same call would pass.
    mutating func admit(tokens units: Int, at now: Duration) throws(Refusal) {
        var waits = calls.indices.compactMap { calls[$0].wait(for: 1, at: now) }
        if let wait = tokens?.wait(for: units, at: now) { waits.append(wait) }
        if let bucket, !bucket.hasToken(at: now) { waits.append(.seconds(1)) }
        if let wait = waits.max() { throw .overLimit(wait: wait / .seconds(1)) }
        bucket?.take(at: now)
        for index in calls.indices { calls[index].take(1, at: now) }
        tokens?.take(units, at: now)
    }

    /// Of several limits on calls the one that leaves least.
    mutating func allowances(at now: Duration) -> Allowances {
        let windows = calls.indices.map { calls[$0].allowance(at: now) }
        let requests = ([bucket?.allowance(at: now)].compactMap(\.self) + windows).min { $0.remaining < $1.remaining }
        return Allowances(requests: requests, tokens: tokens?.allowance(at: now))
    }
}
