/// The state of a `SimulatorOptions.WindowLimit`. What was refused is not counted.
struct LimitWindow {
    let limit: SimulatorOptions.WindowLimit
    /// What the window may still hold, oldest first.
    private var spendings: [(time: Duration, units: Int)] = []
    private var spent = 0
    /// Of a fixed window that has begun.
    private var end: Duration?

    init(_ limit: SimulatorOptions.WindowLimit) { self.limit = limit }

    /// Nil: there is room. Else how long it takes until there is; for what never fits, the whole window.
    ///
    /// Times are counted from any fixed point and never go back. A sliding window does not hold both its ends: what was spent a whole
    /// window ago is free again.
    mutating func wait(for units: Int, at now: Duration) -> Duration? {
        forget(at: now)
        guard spent + units > limit.count else { return nil }
        guard units <= limit.count else { return length }
        if let end { return end - now }
        var left = spent
        for spending in spendings {
            left -= spending.units
            if left + units <= limit.count { return spending.time + length - now }
        }
        return length
    }

    mutating func take(_ units: Int, at now: Duration) {
        forget(at: now)
        if limit.isFixed, end == nil { end = now + length }
        spendings.append((now, units))
        spent += units
    }

    /// What it leaves.
    mutating func allowance(at now: Duration) -> LimitState {
        forget(at: now)
        let whole = end ?? spendings.last.map { $0.time + length } ?? now
        return LimitState(
            limit: limit.count, remaining: max(0, limit.count - spent), reset: (whole - now) / .seconds(1), window: limit.seconds)
    }

    private var length: Duration { .seconds(limit.seconds) }

    private mutating func forget(at now: Duration) {
        if limit.isFixed {
            guard let end, end <= now else { return }
            (self.end, spendings, spent) = (nil, [], 0)
            return
        }
        let over = spendings.prefix { $0.time + length <= now }
        spent -= over.reduce(0) { $0 + $1.units }
        spendings.removeFirst(over.count)
    }
}
