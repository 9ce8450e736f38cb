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

    mutating func take(at now: Duration) -> Bool {
        tokens = min(rate.burst, tokens + (now - filledAt) / .seconds(1) * rate.perSecond)
        filledAt = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    /// What it leaves, without taking.
    func allowance(at now: Duration) -> Allowance {
        let left = min(rate.burst, tokens + (now - filledAt) / .seconds(1) * rate.perSecond)
        return Allowance(limit: Int(rate.burst), remaining: Int(left), reset: (rate.burst - left) / rate.perSecond)
    }
}
