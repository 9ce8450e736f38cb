import CutlineCore

/// A worker that did not sign off.
package struct WorkerHealth: Hashable, Sendable {
    package enum Life: Hashable, Sendable {
        case alive, dead
        /// Its lock file is missing: the lease of its calls decides.
        case unclear
    }

    package var worker: WorkerStatus
    package var life: Life
}
