/// Where a job stands. *Delayed* is `queued` with a time before which it may not be claimed.
package enum JobState: String, Codable, CaseIterable, Sendable {
    case queued, running, succeeded, failed, held, cancelled

    /// The moves the queue may make; every other is a defect, and the schema refuses it as well.
    ///
    /// A caption that arrives late is kept whatever became of its job meanwhile, so `succeeded` is reachable from everywhere. A job that has
    /// its caption is queued again only where a person wants another one, and then it comes back in any case.
    package var next: Set<JobState> {
        switch self {
        case .queued: [.running, .succeeded, .failed, .held, .cancelled]
        case .running: [.queued, .succeeded, .failed, .held, .cancelled]
        case .failed, .held, .cancelled: [.queued, .succeeded, .cancelled]
        case .succeeded: [.queued]
        }
    }

    package func canMove(to state: JobState) -> Bool { next.contains(state) }

    /// Nothing more will be sent for the job unless a person asks for it.
    package var isFinished: Bool {
        switch self {
        case .succeeded, .failed, .cancelled: true
        case .queued, .running, .held: false
        }
    }
}
