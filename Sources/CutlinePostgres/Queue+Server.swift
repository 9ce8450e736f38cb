import CutlineCore
import CutlineQueue
import SystemPackage

extension Queue {
    /// Opens the queue at `address`, makes it where it is missing, and migrates it.
    ///
    /// - Parameters:
    ///   - stateHome: the folder below which this host keeps its workers' locks and what could not be written.
    ///   - patience: with a server that goes away later.
    package convenience init(at address: ServerAddress, stateHome: FilePath, now: Timestamp, patience: QueuePatience) throws {
        let store = try PostgresStore(at: address, now: now, patience: patience)
        try self.init(store, at: address.shown, state: .ofServer(queue: store.queueID(), home: stateHome), now: store.clock?() ?? now)
    }

    /// - Parameter state: where this host keeps its workers' locks.
    package convenience init(at address: ServerAddress, state: StateFolder, now: Timestamp) throws {
        try self.init(PostgresStore(at: address, now: now), at: address.shown, state: state, now: now)
    }
}

extension QueueReader {
    /// Opens an existing queue at `address` for reading only.
    ///
    /// - Throws: `QueueError.noSuchQueue`, `.onServer`.
    package init(at address: ServerAddress, stateHome: FilePath) throws {
        let store = try PostgresStore(readingAt: address)
        self.init(store, at: address.shown, state: try .ofServer(queue: store.queueID(), home: stateHome))
    }
}
