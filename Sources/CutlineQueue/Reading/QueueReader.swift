import CutlineCore
import SystemPackage

/// A queue to look at: nothing is written, and no read is long enough to keep a log from shrinking.
package struct QueueReader: Sendable {
    /// Where it is, for people.
    package let place: String
    let store: any Store
    let state: StateFolder

    package init(_ store: any Store, at place: String, state: StateFolder) {
        (self.store, self.place, self.state) = (store, place, state)
    }

    func read<Result>(_ body: (any Session) throws -> Result) throws -> Result { try store.read(body) }

    package func batches() throws -> [Batch] { try read(Batch.all) }

    /// - Throws: `QueueError.noSuchBatch`, naming the ones that exist.
    package func batch(named name: String) throws -> Batch {
        if let batch = try read({ try Batch.named(name, $0) }) { return batch }
        throw QueueError.noSuchBatch(name, known: try batches().map(\.settings.name))
    }

    /// What the engine finds about where it keeps the queue.
    package func health() throws -> [StoreFinding] { try store.health() }

    /// Writes a copy as it stands at one moment, while workers go on.
    ///
    /// - Throws: `QueueError.backupRefused` where something is in the way, `.unusable` where the copy cannot be written.
    package func backUp(to target: FilePath, overwrite: Bool) throws { try store.backUp(to: target, overwrite: overwrite) }
}
