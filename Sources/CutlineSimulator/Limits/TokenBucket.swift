/// The state of a `SimulatorOptions.CallRate`. It starts full.
struct TokenBucket {
    let rate: SimulatorOptions.CallRate
    private var tokens: Double
    private var filledAt: Duration

    /// Times are counted from any fixed point.
    init(_ rate: SimulatorOptions.CallRate, at now: Duration) {
        self.rate = rate
        tokens = rate.burst
        filledAt = now
    }

    func hasToken(at now: Duration) -> Bool { left(at: now) >= 1 }

    mutating func take(at now: Duration) {
        tokens = left(at: now) - 1
        filledAt = now
    }

    /// What it leaves, without taking.
    func allowance(at now: Duration) -> LimitState {
        let left = left(at: now)
        return LimitState(
            limit: Int(rate.burst), remaining: Int(left), reset: (rate.burst - left) / rate.perSecond, window: rate.burst / rate.perSecond)
    }

    private func left(at now: Duration) -> Double { min(rate.burst, tokens + (now - filledAt) / .seconds(1) * rate.perSecond) }
}
