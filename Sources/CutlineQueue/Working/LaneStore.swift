import CutlineCore

/// The lanes that a transaction touches: each is read once, changed by Core's rule, and written once at the end.
final class LaneStore {
    private let db: any Session
    private var lanes: [Int64: (name: String, lane: Lane, isChanged: Bool)] = [:]
    private(set) var notices: [LaneNotice] = []

    init(_ db: any Session) { self.db = db }

    func name(_ id: Int64) throws -> String { try load(id).name }

    func stop(_ id: Int64, _ refusal: LaneRefusal) throws -> LaneStop {
        let (name, lane, _) = try load(id)
        return LaneStop(lane: name, refusal: refusal, learnedRate: lane.learnedRate, requests: lane.limits[.requests])
    }

    func limits(_ id: Int64) throws -> Limits { try load(id).lane.limits }

    func inFlight(_ id: Int64) throws -> Int { try load(id).lane.inFlight }

    func closedReason(_ id: Int64, at now: Timestamp) throws -> LaneRefusal? { try load(id).lane.closedReason(at: now) }

    func closedReason(_ id: Int64, of model: String, at now: Timestamp) throws -> LaneRefusal? {
        try load(id).lane.closedReason(of: model, at: now)
    }

    func looksElsewhere(_ id: Int64, for model: String) throws -> Bool { try load(id).lane.looksElsewhere(for: model) }

    func freeSlots(_ id: Int64) throws -> Int {
        let lane = try load(id).lane
        return lane.slots.current - lane.inFlight
    }

    func tryReserve(_ id: Int64, _ call: CallUnits, model: String, at now: Timestamp) throws -> LaneRefusal? {
        try change(id) { $0.tryReserve(call, model: model, at: now) }
    }

    func quirks(_ id: Int64, of model: String) throws -> Quirks { try load(id).lane.quirks(of: model) }
    func isPaused(_ id: Int64) throws -> Bool { try load(id).lane.paused != nil }
    func answeredAt(_ id: Int64, _ model: String) throws -> Timestamp? { try load(id).lane.answeredAt(model) }

    func blame(for failure: Failure, _ evidence: JobEvidence, of attempt: AttemptRow, at now: Timestamp) throws -> Blame? {
        try load(attempt.lane).lane.blame(
            for: failure, model: attempt.model, startedAt: attempt.startedAt, evidence: evidence, at: now)
    }

    /// Tells the lane how a call ended, by whatever settlement brings it, now or long after.
    /// - Returns: the jobs that are to go back to the queue.
    func apply(
        _ event: LaneEvent, _ evidence: JobEvidence, _ settlement: Settlement, of attempt: AttemptRow, at now: Timestamp
    ) throws -> [JobID] {
        let actions = try change(attempt.lane) {
            let actions = $0.apply(
                event, model: attempt.model, reserved: attempt.estimated, startedAt: attempt.startedAt, sentAt: settlement.sentAt,
                heardAt: settlement.endedAt, at: now, evidence: evidence)
            // Only now: the ended call is no longer under way.
            if let announced = settlement.outcome.announced {
                $0.observe(announced, startedAt: attempt.startedAt, heardAt: settlement.endedAt, at: now)
            }
            return actions
        }
        let name = try name(attempt.lane)
        notices += actions.map { LaneNotice(lane: name, action: $0) }
        return actions.flatMap(\.recalled)
    }

    func takeRetry(_ id: Int64, at now: Timestamp) throws -> Duration { try change(id) { $0.takeRetry(at: now) } }

    func pause(_ id: Int64, _ pause: Pause) throws {
        let actions = try change(id) { $0.pause(pause) }
        let name = try name(id)
        notices += actions.map { LaneNotice(lane: name, action: $0) }
    }

    func change<Result>(_ id: Int64, _ body: (inout Lane) -> Result) throws -> Result {
        var entry = try load(id)
        let before = entry.lane
        let result = body(&entry.lane)
        entry.isChanged = entry.isChanged || entry.lane != before
        lanes[id] = entry
        return result
    }

    func flush() throws {
        for (id, entry) in lanes where entry.isChanged {
            try db.cachedStatement(sql: "UPDATE lanes SET rule = ? WHERE id = ?")
                .execute(arguments: [try JSONColumn.encode(entry.lane), id])
        }
    }

    private func load(_ id: Int64) throws -> (name: String, lane: Lane, isChanged: Bool) {
        if let entry = lanes[id] { return entry }
        let statement = try db.cachedStatement(sql: "SELECT name, rule FROM lanes WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { throw StoreError(message: "no lane \(id)") }
        let entry = (name: row["name"] as String, lane: try JSONColumn.decode(Lane.self, from: row["rule"]), isChanged: false)
        lanes[id] = entry
        return entry
    }
}

extension LaneAction {
    fileprivate var recalled: [JobID] { if case .recalled(let jobs) = self { jobs } else { [] } }
}
