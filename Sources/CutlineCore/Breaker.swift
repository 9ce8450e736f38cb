/// Stops a lane whose connection fails: five failures in a row open it for 5 s, then 10, 20, 40 and 60 s with one probe each;
/// after six openings without an answer it gives up, so that an unreachable host does not use up the attempts of a whole batch.
package struct Breaker: Codable, Hashable, Sendable {
    enum Verdict { case none, opened(until: Timestamp), givenUp }

    private var consecutive = 0
    private var openings = 0
    private var openUntil: Timestamp?
    private var openedAt: Timestamp?

    /// Nil where a call may pass; while half open only one may be in flight.
    func refusal(inFlight: Int, at now: Timestamp) -> LaneRefusal? {
        guard let openUntil else { return nil }
        if openUntil > now { return .until(openUntil, .breaker) }
        return inFlight > 0 ? .slots : nil
    }

    mutating func close() { self = Breaker() }

    /// Failures of calls sent before the breaker opened are the same trouble and not counted again.
    mutating func failed(startedAt: Timestamp, at now: Timestamp) -> Verdict {
        if let openedAt, startedAt < openedAt { return .none }
        consecutive += 1
        guard consecutive >= 5 || openUntil != nil else { return .none }
        openings += 1
        guard openings <= 6 else { return .givenUp }
        let until = now + .seconds(min(60, 5 << (openings - 1)))
        (openUntil, openedAt) = (until, now)
        return .opened(until: until)
    }
}
