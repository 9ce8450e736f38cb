/// By how much calls use more tokens than was reserved for them. The estimate is an average: half of the calls under way will use more, and
/// a window that is full of reservations would then hold more than the limit.
struct TokenOverrun: Codable, Hashable, Sendable {
    /// The mean of its squares over about fifty answers; calls that used less count as none.
    private var meanSquare = 0.0
    private var answers = 0

    func adding(_ tokens: Int) -> TokenOverrun {
        let overrun = Double(max(0, tokens))
        var next = self
        next.answers += 1
        next.meanSquare += (overrun * overrun - meanSquare) / Double(min(50, next.answers))
        return next
    }

    /// Tokens to be left free for what so many calls may use beyond their reservations, at most half the limit. Independent overruns add
    /// up as their squares do, and the error of an average of few answers is the same for all calls; 5.5 times that is hardly ever passed.
    func room(forCalls calls: Int, of limit: RateLimit) -> Int {
        let calls = Double(calls)
        let variance = meanSquare * (calls + calls * calls / Double(max(answers, 1)))
        return Int(min(5.5 * variance.squareRoot(), Double(limit.count) / 2))
    }
}
