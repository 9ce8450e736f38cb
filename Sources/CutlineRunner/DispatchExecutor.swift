import Dispatch

/// Runs an actor on a private serial queue: its blocking turns with the disk never hold up Swift's own thread pool, and what
/// arrives during one turn waits in order and shares the next.
final class DispatchExecutor: SerialExecutor {
    let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
