import CutlineCore

/// What a call takes of the limits.
struct Demand: Hashable {
    var model: String?
    var units: [MeterKind: Int]

    init(model: String? = nil, tokens: Int = 0, input: Int = 0, output: Int = 0) {
        self.model = model
        units = [.requests: 1, .tokens: tokens, .inputTokens: input, .outputTokens: output]
    }

    /// - Parameter countsTokens: reckoning them is dear, and few limits need it.
    init(of request: ChatRequest?, countingTokens countsTokens: Bool) {
        guard countsTokens, let request else {
            self.init(model: request?.model)
            return
        }
        let answer = ScriptedAnswer(to: request)
        self.init(model: request.model, tokens: answer.tokens, input: answer.promptTokens, output: answer.completionTokens)
    }

    subscript(kind: MeterKind) -> Int { units[kind] ?? 0 }
}

/// All limits of a simulator: a call passes them all and is counted by all, or by none.
struct Gate {
    private var bucket: TokenBucket?
    private var meters: [Meter]

    init(_ options: SimulatorOptions, at now: Duration) {
        bucket = options.rateLimit.map { TokenBucket($0, at: now) }
        let perMinute = options.tokensPerMinute.map { SimulatorOptions.WindowLimit(count: $0, seconds: 60, kind: .tokens) }
        meters = (options.limits + [perMinute].compactMap(\.self)).map { Meter(limit: $0) }
    }

    var countsTokens: Bool { meters.contains { $0.limit.kind != .requests } }

    /// Lets a call through.
    ///
    /// - Throws: `ScriptedRefusal`, with the time after which the same call would pass, or with how much it asks for where it never would.
    mutating func admit(_ demand: Demand, at now: Duration) throws(ScriptedRefusal) {
        if let meter = meters.first(where: { demand[$0.limit.kind] > $0.limit.count }) {
            throw .neverFits(meter.limit, requested: demand[meter.limit.kind])
        }
        var waits = meters.indices.compactMap { meters[$0].wait(for: demand, at: now) }
        if let bucket, !bucket.hasToken(at: now) { waits.append(.seconds(1)) }
        if let wait = waits.max() { throw .overLimit(wait: wait / .seconds(1)) }
        bucket?.take(at: now)
        for index in meters.indices { meters[index].take(demand, at: now) }
    }

    /// Of several limits of one kind the one that leaves least.
    ///
    /// - Parameter model: whose limits are meant, where models are counted apart.
    mutating func allowances(for model: String?, at now: Duration) -> Allowances {
        var all: [(kind: MeterKind, allowance: LimitState)] = bucket.map { [(.requests, $0.allowance(at: now))] } ?? []
        for index in meters.indices { all.append((meters[index].limit.kind, meters[index].allowance(for: model, at: now))) }
        return all.reduce(into: Allowances()) { least, next in
            guard let known = least[next.kind], known.remaining <= next.allowance.remaining else {
                return least[next.kind] = next.allowance
            }
        }
    }
}

/// One limit, with a window for each model where they are counted apart.
private struct Meter {
    let limit: SimulatorOptions.WindowLimit
    private var windows: [String: LimitWindow] = [:]

    init(limit: SimulatorOptions.WindowLimit) { self.limit = limit }

    mutating func wait(for demand: Demand, at now: Duration) -> Duration? {
        change(demand.model) { $0.wait(for: demand[$0.limit.kind], at: now) }
    }

    mutating func take(_ demand: Demand, at now: Duration) {
        change(demand.model) { $0.take(demand[$0.limit.kind], at: now) }
    }

    mutating func allowance(for model: String?, at now: Duration) -> LimitState { change(model) { $0.allowance(at: now) } }

    private mutating func change<Value>(_ model: String?, _ body: (inout LimitWindow) -> Value) -> Value {
        body(&windows[limit.isPerModel ? model ?? "" : "", default: LimitWindow(limit)])
    }
}
