import CutlineCore
import CutlineQueue
import TestQueues

@testable import CutlineQueue

/// A guarantee that is taken away, to see that a simulation notices.
enum Sabotage: CaseIterable {
    /// A late failure acts though the job belongs to another attempt.
    case fence
    /// Nothing that was spent is remembered.
    case pace
    /// Nothing is set aside for calls in flight.
    case budget
    /// A settlement is acknowledged before its commit.
    case acknowledgement
    /// Claims are handed out before their commit.
    case record
    /// What is saved beside the queue is not.
    case rescueFile
    /// A lease is used without looking at the clock.
    case trust
    /// What failed until now is forgotten before each turn: no outage ever shows.
    case breaker
    /// The lane crawls: for fifty seconds of each minute nothing is claimed.
    case crawl
    /// A model that does not exist stops the lane, as a used-up account does.
    case spread
    /// An answered outage is each job's own trouble.
    case charge
    /// Nobody knows at a claim what is urgent.
    case urgency

    /// The law that must notice; nil: any.
    var law: String? {
        switch self {
        case .fence, .pace, .budget, .acknowledgement, .record, .rescueFile, .trust: nil
        case .breaker: "an outage wastes no more than a handful of calls"
        case .crawl: "the lane gets at least half of what the provider takes"
        case .spread: "nothing that passes, and no other model's name, ends a run"
        case .charge: "an outage costs a job at most one attempt"
        case .urgency: "an urgent job is never left for a less urgent one"
        }
    }

    /// The lives in which it matters: the first of those that are calm, or of those that are not.
    func seeds(_ count: Int) -> [UInt64] { (0..<UInt64(count)).filter { SimulationPlan.isCalm($0) == (law != nil) } }

    /// Members of the lane's JSON, by their names.
    private static let memory = ["breaker"]

    /// What reaches the queue in place of the truth; nil: as ever.
    func falsified(_ request: TurnRequest) -> TurnRequest? {
        var request = request
        switch self {
        case .crawl: if request.now().milliseconds / 1_000 % 60 >= 10 { request.claimLimit = 0 }
        case .spread: request.settlements = request.settlements.map { $0.failing(.modelNotFound, as: .quotaExhausted) }
        case .charge:
            request.settlements = request.settlements.map {
                $0.failing(.serverError, as: .imageUnreachable).failing(.overloaded, as: .imageUnreachable)
            }
        case .fence, .pace, .budget, .acknowledgement, .record, .rescueFile, .trust, .breaker, .urgency: return nil
        }
        return request
    }

    /// In place of the turn; nil: as ever.
    func turn(_ worker: Worker, _ request: TurnRequest, _ queue: Queue) throws -> Turn? {
        switch self {
        case .acknowledgement where request.settlements.count > 0 && request.settlements[0].attempt.number % 4 == 0:
            var bare = request
            bare.settlements = []
            var turn = try queue.turn(worker, bare)
            turn.settled = request.settlements.map { Settled(attempt: $0.attempt, effect: .accepted) }
            return turn
        case .record:
            let turn = try queue.turn(worker, request)
            try queue.write { try Self.forget(turn.claims, $0) }
            return turn
        case .urgency: return try Self.withoutPriorities(queue) { try queue.turn(worker, request) }
        case .fence, .pace, .budget, .acknowledgement, .rescueFile, .trust, .breaker, .crawl, .spread, .charge: return nil
        }
    }

    func beforeTurn(_ request: TurnRequest, _ queue: Queue) throws {
        switch self {
        case .fence: try queue.write { try Self.giveBack(request.settlements, $0) }
        case .pace: try queue.write { try Self.forgetSpending($0, at: request.now()) }
        case .budget:
            try queue.write { db in
                try db.execute(
                    sql: "UPDATE attempts SET reserved_cost = 0, reserved_tokens = 0 WHERE phase = 'open' AND reserved_tokens > 0")
            }
        case .breaker: try queue.write { try Self.forget(Self.memory, $0, at: request.now()) }
        case .acknowledgement, .record, .rescueFile, .trust, .crawl, .spread, .charge, .urgency: break
        }
    }

    private static func forget(_ claims: [Claim], _ db: any Session) throws {
        for claim in claims where claim.attempt.number % 5 == 0 {
            try db.execute(
                sql: "UPDATE jobs SET state = 'queued', lease = NULL WHERE lease = ?", arguments: [claim.attempt.number])
            try db.execute(sql: "DELETE FROM attempts WHERE id = ?", arguments: [claim.attempt.number])
        }
    }

    private static func withoutPriorities(_ queue: Queue, _ turn: () throws -> Turn) throws -> Turn {
        let before = try queue.write { db in
            let rows = try Row.fetchAll(db, sql: "SELECT id, priority FROM jobs WHERE priority <> 0")
            try db.execute(sql: "UPDATE jobs SET priority = 0 WHERE priority <> 0")
            return rows
        }
        let result = Swift.Result { try turn() }
        try queue.write { db in
            for row in before {
                try db.execute(sql: "UPDATE jobs SET priority = ? WHERE id = ?", arguments: [row["priority"] as Int, row["id"] as Int64])
            }
        }
        return try result.get()
    }

    /// Who brings a failure holds the job again, whatever became of it.
    private static func giveBack(_ settlements: [Settlement], _ db: any Session) throws {
        try db.execute(sql: "DROP TRIGGER IF EXISTS attempts_never_reopen\(TestServer.url == nil ? "" : " ON attempts")")
        for settlement in settlements {
            if case .caption = settlement.outcome { continue }
            let attempt = settlement.attempt.number
            try db.execute(
                sql: "UPDATE attempts SET phase = 'open', ended_at = NULL WHERE id = ? AND phase = 'unknown'", arguments: [attempt])
            guard db.changesCount > 0 else { continue }
            try db.execute(
                sql: """
                    UPDATE jobs SET lease = ? WHERE state = 'running' AND id = (SELECT job FROM attempts WHERE id = ?)
                    """, arguments: [attempt, attempt])
        }
    }

    private static func forgetSpending(_ db: any Session, at now: Timestamp) throws {
        let rows = try Row.fetchAll(db, sql: "SELECT id, rule FROM lanes")
        for row in rows {
            let lane: Lane = try JSONColumn.decode(from: row["rule"])
            var fresh = try members(of: Lane(limits: lane.limits, at: now + .seconds(-60)))
            fresh["inFlight"] = .integer(Int64(lane.inFlight))
            try store(fresh, of: row["id"], db)
        }
    }

    /// Sets members of each lane back to what they are in a new one.
    private static func forget(_ members: [String], _ db: any Session, at now: Timestamp) throws {
        for row in try Row.fetchAll(db, sql: "SELECT id, rule FROM lanes") {
            let lane: Lane = try JSONColumn.decode(from: row["rule"])
            var (stored, fresh) = (try Self.members(of: lane), try Self.members(of: Lane(limits: lane.limits, at: now)))
            for member in members { stored[member] = fresh.removeValue(forKey: member) }
            try store(stored, of: row["id"], db)
        }
    }

    private static func members(of lane: Lane) throws -> [String: JSONValue] { try JSONColumn.members(JSONColumn.encode(lane)) }

    private static func store(_ members: [String: JSONValue], of lane: Int64, _ db: any Session) throws {
        try db.execute(sql: "UPDATE lanes SET rule = ? WHERE id = ?", arguments: [JSONColumn.object(members), lane])
    }
}

extension Settlement {
    /// The same with a failure of another class, where it is of this one.
    fileprivate func failing(_ kind: FailureClass, as other: FailureClass) -> Settlement {
        guard case .failure(var failure) = outcome, failure.kind == kind else { return self }
        failure.kind = other
        var settlement = self
        settlement.outcome = .failure(failure)
        return settlement
    }
}
