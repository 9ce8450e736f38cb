import CutlineCore

/// What became of a settlement.
package struct Settled: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        /// The first caption of its job.
        case accepted
        /// A later caption of a job that has one: kept, and shown as duplicate spend.
        case duplicate
        case retries(after: Duration), released, held, failed
        /// It failed for good where it was asked, and is asked at the next of the batch's fallback list.
        case fallsBack(to: Asked)
        /// The job's entry moved to another picture meanwhile; nobody asks for this one any more.
        case cancelled
        /// The job belongs to another attempt or to nobody by now; only the attempt was closed.
        case fenced
        /// It was settled before.
        case repeated
        /// The queue refused this one alone.
        case rejected(reason: String)
    }

    package var attempt: AttemptID
    package var effect: Effect

    /// The outcome is not in the queue: it is to be saved beside it.
    package var isRejected: Bool {
        if case .rejected = effect { return true }
        return false
    }
}
