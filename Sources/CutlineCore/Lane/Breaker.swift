/// Stops a lane whose connection fails: five failures in a row open it for 5 s, then 10, 20, 40 and 60 s with one probe each.
///
/// A lane that answered before keeps probing, for an outage passes; one that never did is given up after four openings (about 75 s):
/// the address is probably wrong.
package struct Breaker: Codable, Hashable, Sendable {
    enum Verdict { case none, opened(until: Timestamp), givenUp }

    private var consecutive = 0
    private var openings = 0
    private var hasAnswered = false
    private var openUntil: Timestamp?
    private var openedAt: Timestamp?

    /// Nil where a call may pass; while half open only one may be in flight.
    func refusal(inFlight: Int, at now: Timestamp) -> LaneRefusal? {
        guard let openUntil else { return nil }
        if openUntil > now { return .until(openUntil, .breaker) }
        return inFlight > 0 ? .slots : nil
    }

    mutating func close() {
        self = Breaker()
        hasAnswered = true
    }

    /// Failures of calls sent before the breaker opened are the same trouble and not counted again.
    mutating func failed(startedAt: Timestamp, at now: Timestamp) -> Verdict {
        if let openedAt, startedAt < openedAt { return .none }
        consecutive += 1
        guard consecutive >= 5 || openUntil != nil else { return .none }
        openings += 1
        guard hasAnswered || openings <= 4 else { return .givenUp }
        let until = now + .seconds(min(60, 5 << min(4, openings - 1)))
        (openUntil, openedAt) = (until, now)
        return .opened(until: until)
    }
}
