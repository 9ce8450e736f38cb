import CutlineCore
import CutlineQueue

@testable import CutlineQueue

/// What goes first.
extension Simulation {
    /// Jobs that are asked for one model on one lane: what stops one of them stops all, but for their batches' budgets.
    private struct Place: Hashable {
        var lane: Int
        var model: String
    }

    /// No turn takes a job and leaves a more urgent one of the same place that might have been sent in its stead.
    func checkUrgency(of claims: [Claim]) throws {
        guard !claims.isEmpty, Set(batches.values.flatMap(\.priorities)).count > 1 else { return }
        let (taken, left) = try monitor.reader.read { db in
            try (
                claims.map { try ($0, Int.fetchOne(db, sql: "SELECT priority FROM jobs WHERE id = ?", arguments: [$0.job.number])!) },
                Row.fetchAll(db, sql: Self.left)
            )
        }
        var mostUrgent: [Place: Int] = [:]
        for row in left where batches[BatchID(row["batch"])]!.budget.isUnlimited || areBudgetsLifted {
            mostUrgent[place(BatchID(row["batch"]), RouteID(row["route"])), default: .max].lower(to: row["priority"])
        }
        for (claim, priority) in taken {
            let other = mostUrgent[place(claim.batch, claim.route)] ?? .max
            guard other < priority, unlawfulClaim == nil else { continue }
            unlawfulClaim = SimulationFailure(
                rule: "an urgent job is never left for a less urgent one",
                detail: "job \(claim.job.number) of priority \(priority) was claimed, and one of priority \(other) was left")
        }
    }

    private func place(_ batch: BatchID, _ route: RouteID) -> Place {
        let plan = batches[batch]!
        return route == .own ? Place(lane: plan.lane, model: plan.model) : Place(lane: plan.fallback!, model: plan.otherModel)
    }

    private static let left = """
        SELECT batch, route, min(priority) AS priority FROM jobs WHERE state = 'queued' AND available_at IS NULL GROUP BY batch, route
        """
}

extension Int {
    fileprivate mutating func lower(to other: Int) { self = Swift.min(self, other) }
}
