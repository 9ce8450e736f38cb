import CutlineCore

/// What a worker works on.
package enum Scope: Hashable, Sendable {
    /// Every batch but trials, which are worked on where they are named.
    case all
    case batch(BatchID)
    /// These jobs of these batches alone: a sample. Each turn looks every one of them up, so there should be thousands at most.
    case jobs([BatchID: [JobID]])

    package func includes(_ batch: BatchID, isTrial: Bool) -> Bool {
        switch self {
        case .all: !isTrial
        case .batch(let id): id == batch
        case .jobs(let jobs): jobs[batch] != nil
        }
    }

    /// The only jobs of `batch` that are meant, as a JSON list; nil: all of them.
    func list(of batch: BatchID) -> String? {
        guard case .jobs(let jobs) = self else { return nil }
        return JSONColumn.list(jobs[batch] ?? [])
    }
}
