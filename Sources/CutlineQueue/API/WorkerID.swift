import CutlineCore

/// A worker's number in its queue.
package struct WorkerID: Codable, Hashable, Sendable {
    package let number: Int64
}
