import CutlineCore
import GRDB
import SystemPackage

/// A queue to look at: nothing is written, and no read is long enough to keep the log from shrinking.
package struct QueueReader: Sendable {
    package let path: FilePath
    private let connection: any DatabaseReader

    init(path: FilePath, connection: any DatabaseReader) {
        self.path = path
        self.connection = connection
    }

    /// Opens an existing queue for reading only.
    ///
    /// - Throws: `QueueError.noSuchQueue`, and what an unusable, foreign or newer file brings.
    package init(at path: FilePath) throws {
        let location = QueueLocation(database: path)
        guard location.exists else { throw QueueError.noSuchQueue(path) }
        try location.refuseFolder()
        self.path = path
        connection = try Queue.describing(path) {
            let queue = try DatabaseQueue(path: path.string, configuration: Queue.configuration(path, readsOnly: true))
            try queue.read { db in
                // An empty file has no jobs, but is no queue either.
                guard try db.tableExists("batches") else { throw QueueError.noSuchQueue(path) }
            }
            return queue
        }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try Queue.describing(path) { try connection.read(body) }
    }

    /// For statements that no transaction may enclose.
    func withoutTransaction<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try Queue.describing(path) { try connection.unsafeRead(body) }
    }

    package func batches() throws -> [Batch] { try read(Batch.all) }

    /// - Throws: `QueueError.noSuchBatch`, naming the ones that exist.
    package func batch(named name: String) throws -> Batch {
        if let batch = try read({ try Batch.named(name, $0) }) { return batch }
        throw QueueError.noSuchBatch(name, known: try batches().map(\.settings.name))
    }
}
