import CutlineCore
import CutlineQueue
import SystemPackage

extension Queue {
    /// Opens the queue in the SQLite file `path`, makes it where it is missing, and migrates it.
    ///
    /// - Parameter patience: with other processes that hold it.
    package convenience init(at path: FilePath, now: Timestamp, patience: QueuePatience = QueuePatience()) throws {
        let store = try SQLiteStore(at: path, now: now, patience: patience)
        try self.init(store, at: path.text, state: store.file.state, now: now)
    }
}

extension QueueReader {
    /// Opens an existing queue in the SQLite file `path` for reading only.
    ///
    /// - Throws: `QueueError.noSuchQueue`, and what an unusable, foreign or newer file brings.
    package init(at path: FilePath) throws {
        let store = try SQLiteStore(readingAt: path)
        self.init(store, at: path.text, state: store.file.state)
    }
}
