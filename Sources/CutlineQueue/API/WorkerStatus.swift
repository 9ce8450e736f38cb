import CutlineCore

/// A process that works on the queue.
package struct WorkerStatus: Hashable, Sendable {
    package var id: WorkerID
    package var host: String
    package var pid: Int64
    package var startedAt: Timestamp
    package var seenAt: Timestamp
}
