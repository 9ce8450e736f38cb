import SystemPackage

/// What the queue asks of a database engine. `CutlineSQLite` is one.
package protocol Store: Sendable {
    /// One transaction that writes; nobody else writes meanwhile, and it is on the disk when this returns.
    ///
    /// - Throws: `QueueError` for what the engine says; then nothing has happened. What `body` throws passes.
    func write<Result>(_ body: (any Session) throws -> Result) throws -> Result

    /// Reads of one moment.
    func read<Result>(_ body: (any Session) throws -> Result) throws -> Result

    /// A number that changes when another process has changed the queue; cheap enough for once a second.
    func changeCounter() throws -> Int64

    /// Reads everything and says what is damaged.
    func fileHealth() throws -> FileHealth

    /// Writes a copy as it stands at one moment, while workers go on. It appears whole or not at all, with mode 0600, and is on the disk
    /// when this returns.
    ///
    /// - Throws: `QueueError.backupRefused` where something is in the way, `.unusable` where the copy cannot be written.
    func backUp(to target: FilePath, overwrite: Bool) throws

    /// It must not be used afterwards.
    func close() throws
}
