/// The silence that a provider asked for, or that follows refusals which name no wait.
struct AskedWait: Codable, Hashable, Sendable {
    private(set) var until: Timestamp?
    /// Refusal events since the last answer; the wait doubles with each.
    private var events = 0
    /// All refusals of calls that were sent before are one event.
    private var blockedAt: Timestamp?
    /// After a wait that was not believed the calls go one by one until one is answered.
    private var probe: Look?

    /// A limit per second, minute or hour is not waited for longer; it is tried again sooner, with one call.
    private static let longestPace = Duration.seconds(6 * 3_600)
    /// A quota begins anew a day later at most.
    private static let longestQuota = Duration.seconds(25 * 3_600)
    private static let doubted = Duration.seconds(300)

    func refusal(at now: Timestamp) -> LaneRefusal? {
        if let until, until > now { return .until(until, .provider) }
        return probe?.refusal(at: now)
    }

    mutating func callStarted() {
        until = nil
        probe?.started()
    }

    mutating func callEnded(startedAt: Timestamp) { _ = probe?.ended(startedAt: startedAt) }
    mutating func forget() { probe?.forget() }
    mutating func answered() { (events, probe) = (0, nil) }

    mutating func refused(_ failure: Failure, startedAt: Timestamp, at now: Timestamp) -> [LaneAction] {
        let isNewEvent = blockedAt.map { startedAt >= $0 } ?? true
        if isNewEvent {
            events += 1
            blockedAt = now
        }
        let ownWait = Duration.milliseconds(min(60_000, 1_000 << min(6, max(0, events - 1))))
        let told = failure.retryAfter ?? ownWait
        let isDoubted = told > (failure.kind == .quotaExhausted ? Self.longestQuota : Self.longestPace)
        let next = now + (isDoubted ? Self.doubted : told)
        guard isNewEvent || failure.retryAfter != nil, until.map({ next > $0 }) ?? true else { return [] }
        until = next
        if isDoubted { probe = Look(at: now) }
        guard isNewEvent else { return [] }
        return [
            isDoubted ? .doubted(told: now + told, until: next, message: failure.message) : .blocked(until: next, message: failure.message)
        ]
    }
}
