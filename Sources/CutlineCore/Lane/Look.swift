/// One call at a time, to see whether a fault is still there. It holds what was sent before to be part of the same event.
struct Look: Codable, Hashable, Sendable {
    /// Calls that were sent before show nothing new.
    let since: Timestamp
    /// The next call may be sent from then on.
    let opensAt: Timestamp
    private var isUnderWay = false

    init(after wait: Duration = .zero, at now: Timestamp) {
        since = now
        // A clock that is set back later moves the opening with it only by the wait, which is a minute at most.
        opensAt = now + wait
    }

    /// Nil: a call may be sent.
    func refusal(at now: Timestamp) -> LaneRefusal? {
        if opensAt > now, opensAt - now <= .seconds(60) { return .until(opensAt, .secondLook) }
        return isUnderWay ? .slots : nil
    }

    mutating func started() { isUnderWay = true }

    /// Whether the call that ended was sent since.
    mutating func ended(startedAt: Timestamp) -> Bool {
        guard startedAt >= since else { return false }
        isUnderWay = false
        return true
    }

    /// The call's worker died.
    mutating func forget() { isUnderWay = false }
}
