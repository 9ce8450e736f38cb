import CutlineCore
import CutlineQueue

@testable import CutlineRunner

/// A process that works on the queue: the real loop, with a connection to the file and a kernel lock of its own.
final class VirtualWorker {
    /// A call on its way.
    struct Flight {
        let claim: Claim
        /// By its own clock.
        var handedOverAt: Timestamp?

        var isHandedOver: Bool { handedOverAt != nil }
    }

    let number: Int
    let queue: FaultyQueue
    let worker: Worker
    var loop: WorkLoop
    var flights: [AttemptID: Flight] = [:]
    /// What came while it was stopped; nil while it runs.
    var inbox: [Stimulus]?
    /// Alarms with another number were cancelled.
    var alarm = 0
    var signals = 0
    /// The captions that it was handed.
    var heard: [AttemptID] = []

    init(number: Int, queue: FaultyQueue, worker: Worker, loop: WorkLoop) {
        self.number = number
        self.queue = queue
        self.worker = worker
        self.loop = loop
    }
}
