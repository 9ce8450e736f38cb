import CutlineCore
import GRDB

/// Which jobs a verb is about. What is nil does not restrict it.
package struct JobSelection: Hashable, Sendable {
    package var batch: BatchID?
    /// Of the job's last attempt that failed.
    package var failure: FailureClass?
    /// Named one by one.
    package var jobs: Set<JobID>?

    package init(batch: BatchID? = nil, failure: FailureClass? = nil, jobs: Set<JobID>? = nil) {
        self.batch = batch
        self.failure = failure
        self.jobs = jobs
    }
}

/// What a verb did.
package struct JobsMoved: Hashable, Sendable {
    /// Why a verb left a job as it is.
    package enum Obstacle: Hashable, Sendable {
        /// The verb does not apply to it; reported for jobs that were named one by one.
        case state(JobState)
        /// Its entry moved to another picture: nobody would see its caption.
        case nameless
        /// A call for it is still open: it would be paid twice.
        case callOpen
    }

    /// By the state they were in.
    package var moved: [JobState: Int] = [:]
    package var left: [Obstacle: Int] = [:]

    package init() {}

    package var count: Int { moved.values.reduce(0, +) }
}

extension Queue {
    /// Puts failed jobs back in the queue with fresh budgets.
    package func retry(_ selection: JobSelection = JobSelection()) throws -> JobsMoved {
        try apply(.requeue(from: [.failed]), to: selection)
    }

    /// Puts held jobs back in the queue with fresh budgets; cancelled ones only where they are named one by one.
    package func release(_ selection: JobSelection = JobSelection()) throws -> JobsMoved {
        try apply(.requeue(from: selection.jobs == nil ? [.held] : [.held, .cancelled]), to: selection)
    }

    /// Keeps queued jobs from being sent until they are released.
    package func hold(_ selection: JobSelection = JobSelection()) throws -> JobsMoved {
        try apply(Verb(from: [.queued], assignment: "state = 'held', available_at = NULL"), to: selection)
    }

    /// Takes jobs out of the queue for good. A running one is not recalled: its caption is kept when it comes.
    package func cancel(_ selection: JobSelection = JobSelection(), now: Timestamp) throws -> JobsMoved {
        let assignment = "state = 'cancelled', available_at = NULL, lease = NULL, finished_at = \(now.milliseconds)"
        return try apply(Verb(from: [.queued, .running, .held, .failed], assignment: assignment), to: selection)
    }

    /// In chunks, so that a large selection does not keep other processes from the queue.
    private func apply(_ verb: Verb, to selection: JobSelection) throws -> JobsMoved {
        let sources: [JobSource]
        if let jobs = selection.jobs {
            sources = [.listed(jobs.map(\.number).sorted())]
        } else {
            let batches = try selection.batch.map { [$0] } ?? reader.batchStatuses().map(\.id)
            sources = JobSource.all(verb.from, in: batches)
        }
        var result = JobsMoved()
        for source in sources {
            var cursor = JobSource.Cursor()
            while true {
                // A transaction that fails must not have counted.
                var (next, end) = (result, cursor)
                let isOver = try write { db in
                    let page = try source.page(after: &end, db)
                    for id in page { try verb.apply(to: id, selection, &next, db) }
                    return page.isEmpty
                }
                (result, cursor) = (next, end)
                if isOver { break }
            }
        }
        return result
    }
}

/// A change that people ask for, of jobs in some states.
private struct Verb {
    let from: [JobState]
    let assignment: String
    var isRequeue = false

    static func requeue(from states: [JobState]) -> Verb {
        Verb(
            from: states,
            assignment: """
                state = 'queued', finished_at = NULL, failures = 0, unanswered = 0, crashes = 0, asked_again = 0, asked_longer = 0
                """, isRequeue: true)
    }

    func apply(to job: Int64, _ selection: JobSelection, _ result: inout JobsMoved, _ db: Database) throws {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: Self.facts), arguments: [job]),
            let state = JobState(rawValue: row["state"])
        else { return }
        if let batch = selection.batch, batch.number != row["batch"] { return }
        if let failure = selection.failure, failure.rawValue != row["class"] as String? { return }
        if let obstacle = obstacle(state, row) {
            // Along an index, a job of another state was not asked for.
            if case .state = obstacle, selection.jobs == nil { return }
            return result.left[obstacle, default: 0] += 1
        }
        try db.cachedStatement(sql: "UPDATE jobs SET \(assignment) WHERE id = ?").execute(arguments: [job])
        result.moved[state, default: 0] += 1
    }

    private func obstacle(_ state: JobState, _ row: Row) -> JobsMoved.Obstacle? {
        guard from.contains(state) else { return .state(state) }
        guard isRequeue else { return nil }
        if !(row["is_named"] as Bool) { return .nameless }
        return row["is_open"] as Bool ? .callOpen : nil
    }

    private static let facts = """
        SELECT batch, state, EXISTS (SELECT 1 FROM entries WHERE job = jobs.id) AS is_named,
            EXISTS (SELECT 1 FROM attempts WHERE job = jobs.id AND phase = 'open') AS is_open,
            (SELECT class FROM attempts WHERE job = jobs.id AND class IS NOT NULL ORDER BY n DESC LIMIT 1) AS class
        FROM jobs WHERE id = ?
        """
}
