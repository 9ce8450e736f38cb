import CutlineCore
import GRDB

/// Which stopped jobs a verb is about.
package struct JobSelection: Hashable, Sendable {
    package var batch: BatchID?
    package var jobs: Set<JobID>?

    package init(batch: BatchID? = nil, jobs: Set<JobID>? = nil) {
        self.batch = batch
        self.jobs = jobs
    }
}

extension Queue {
    /// Puts failed jobs back in the queue with fresh budgets; returns how many.
    package func retry(_ selection: JobSelection = JobSelection()) throws -> Int {
        try requeue(from: "('failed')", selection)
    }

    /// Puts held and cancelled jobs back in the queue with fresh budgets.
    package func release(_ selection: JobSelection = JobSelection()) throws -> Int {
        try requeue(from: "('held', 'cancelled')", selection)
    }

    /// Keeps queued jobs from being sent until they are released.
    package func hold(_ selection: JobSelection = JobSelection()) throws -> Int {
        try change("state = 'held', available_at = NULL", from: "('queued')", selection)
    }

    /// Takes jobs out of the queue for good. A running one is not recalled: its caption is kept when it comes.
    package func cancel(_ selection: JobSelection = JobSelection(), now: Timestamp) throws -> Int {
        try change(
            "state = 'cancelled', available_at = NULL, lease = NULL, finished_at = \(now.milliseconds)",
            from: "('queued', 'running', 'held', 'failed')", selection)
    }

    /// A job whose entry moved to another picture stays out, for nobody would see its caption; and so does one whose call is still open,
    /// for it would be paid twice.
    private func requeue(from states: String, _ selection: JobSelection) throws -> Int {
        try change(
            "state = 'queued', finished_at = NULL, failures = 0, unanswered = 0, crashes = 0",
            from: """
                \(states) AND EXISTS (SELECT 1 FROM entries WHERE job = jobs.id)
                    AND NOT EXISTS (SELECT 1 FROM attempts WHERE job = jobs.id AND phase = 'open')
                """, selection)
    }

    /// In chunks, so that a large selection does not keep other processes from the queue.
    private func change(_ assignment: String, from states: String, _ selection: JobSelection) throws -> Int {
        var (changed, last) = (0, Int64(0))
        while true {
            let ids = try write { db in
                let ids = try Int64.fetchAll(
                    db,
                    sql: """
                        SELECT id FROM jobs WHERE id > ? AND state IN \(states) AND (? IS NULL OR batch = ?) ORDER BY id LIMIT 1000
                        """,
                    arguments: [last, selection.batch?.number, selection.batch?.number])
                let chosen = ids.filter { selection.jobs?.contains(JobID($0)) ?? true }
                for id in chosen {
                    try db.cachedStatement(sql: "UPDATE jobs SET \(assignment) WHERE id = ?").execute(arguments: [id])
                }
                changed += chosen.count
                return ids
            }
            guard let end = ids.last else { return changed }
            last = end
        }
    }
}
