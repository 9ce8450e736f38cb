import CutlineCore
import CutlineQueue
@testable import CutlineSQLite
import SystemPackage
import TestQueues
import TestSupport

@testable import CutlineQueue
@testable import CutlineRunner

/// The queue of a simulation: its file, what is in it at first, and what goes wrong with it.
extension Simulation {
    /// An empty queue, made once: migrating takes longer than all the rest of a short simulation.
    private static let template = Template()

    static func emptyQueue(in folder: TemporaryFolder) throws -> Queue {
        guard TestServer.url != nil else { return try Queue(at: template.copy(to: folder), now: beginning) }
        let queue = try Queue.make(in: folder, now: beginning)
        try queue.write { try prepareFaults($0) }
        return queue
    }

    /// Triggers that fail while the table `fault` names theirs.
    private static func prepareFaults(_ db: any Session) throws {
        try db.execute(sql: "CREATE TABLE fault (name TEXT)")
        if TestServer.url != nil {
            try db.execute(
                sql: """
                    CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF NOT EXISTS (SELECT 1 FROM fault WHERE name = TG_TABLE_NAME) THEN RETURN NEW; END IF;
                        RAISE EXCEPTION 'a fault' USING ERRCODE = '23000';
                    END $$
                    """)
        }
        for (table, change) in [("attempts", "INSERT"), ("captions", "INSERT"), ("lanes", "UPDATE")] {
            let fault =
                TestServer.url == nil
                ? "WHEN EXISTS (SELECT 1 FROM fault WHERE name = '\(table)') BEGIN SELECT RAISE(ABORT, 'a fault'); END"
                : "FOR EACH ROW EXECUTE FUNCTION fault()"
            try db.execute(sql: "CREATE TRIGGER fault_\(table) BEFORE \(change) ON \(table) \(fault)")
        }
    }

    private final class Template: Sendable {
        private let folder = TemporaryFolder(inMemory: true)
        private let bytes: [UInt8]

        init() {
            do {
                let path = folder.path.appending("queue.db")
                let queue = try Queue(at: path, now: Simulation.beginning)
                try queue.write { try Simulation.prepareFaults($0) }
                try queue.close()
                bytes = try Self.read(path)
            } catch { preconditionFailure("no template: \(error)") }
        }

        func copy(to folder: TemporaryFolder) throws -> FilePath { folder.write("queue.db", bytes) }

        private static func read(_ path: FilePath) throws -> [UInt8] {
            let file = try FileDescriptor.open(path, .readOnly)
            return try file.closeAfter {
                var bytes: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 1 << 16)
                while case let count = try piece.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 { bytes += piece[..<count] }
                return bytes
            }
        }
    }

    func fill() throws {
        for (number, batch) in plan.batches.enumerated() {
            let profile = Profile(name: "lane \(batch.lane)", prices: [batch.model: SimulationPlan.BatchPlan.price])
            let settings = BatchSettings(
                name: "batch \(number)", profile: profile, model: batch.model, prompt: "What is it?", parameters: Parameters(maxTokens: 300)
            )
            let budget = BudgetChange(maxCost: batch.budget.maxCost.map { .at($0) }, maxTokens: batch.budget.maxTokens.map { .at($0) })
            let fallback = batch.fallback.map { lane in
                RouteDraft(
                    profile: Profile(name: "lane \(lane)", limits: plan.lanes[lane].limits), model: batch.otherModel,
                    price: SimulationPlan.BatchPlan.price)
            }
            let id = try monitor.openBatch(
                settings, policy: batch.policy, limits: plan.lanes[batch.lane].limits, budget: budget, fallback: fallback.map { [$0] },
                now: clock.now())
            batches[id] = batch
            let drafts = (0..<batch.jobs).map { job in
                var draft = JobDraft.make(job)
                draft.priority = batch.priorities[job % batch.priorities.count]
                return draft
            }
            _ = try monitor.add(drafts, to: id, now: clock.now())
        }
    }

    func arm(_ table: String?) throws {
        try monitor.write { db in
            if let table {
                try db.execute(sql: "INSERT INTO fault VALUES (?)", arguments: [table])
            } else {
                try db.execute(sql: "DELETE FROM fault")
            }
        }
    }

    func fault(writes: Bool) -> QueueFault? {
        guard healedAt == nil else { return nil }
        if isDiskFull, writes { return .failsBefore }
        let faults = plan.faults
        // Looking happens much more often than working.
        let share = writes ? 1 : 0.05
        if chance.happens(faults.crashInQueue * share) { return chance.happens(0.5) ? .crashBefore : .crashAfter }
        if chance.happens(faults.queueError * share) { return .failsBefore }
        guard writes else { return nil }
        if chance.happens(faults.commitUnknown) { return .failsAfter }
        if chance.happens(faults.midTurn) { return .failsWithin(table: chance.pick(["attempts", "captions", "lanes"])) }
        return nil
    }
}
