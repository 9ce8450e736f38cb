/// What a lane knows of one model: what concerns a model stops that model.
struct ModelState: Codable, Hashable, Sendable {
    var quirks = Quirks()
    var pause: Pause?
    /// The last answer since a person started a worker: with its key, at its address.
    var answeredAt: Timestamp?
    var refusals: RefusalStreak?
    var duds: DudStreak?
    /// Since duds paused the model and until a caption comes: calls are made one by one.
    var trial: Look?
    /// The most that its limit ever holds, which a call alone in an empty window showed.
    var ceiling: Int?

    /// Nil: a call may be sent, if the lane takes one.
    func closedReason(at now: Timestamp) -> LaneRefusal? {
        if let pause { return .paused(pause) }
        return refusals?.look?.refusal(at: now) ?? trial?.refusal(at: now)
    }

    mutating func callStarted() {
        refusals?.callStarted()
        trial?.started()
    }

    mutating func callEnded(startedAt: Timestamp) {
        refusals?.callEnded(startedAt: startedAt)
        _ = trial?.ended(startedAt: startedAt)
    }

    mutating func answered(at now: Timestamp) {
        (answeredAt, refusals, duds, trial) = (now, nil, nil, nil)
    }

    /// The calls of a dead worker are no longer under way.
    mutating func forget() {
        refusals?.forget()
        trial?.forget()
    }

    /// A person may have mended what stopped it.
    mutating func resume() {
        // The last path that was tried was none either: begin with the first again.
        if pause?.kind == .wrongEndpoint { quirks = quirks.withoutChatPath }
        (pause, refusals, answeredAt) = (nil, nil, nil)
        duds?.resume()
        trial?.forget()
    }
}
