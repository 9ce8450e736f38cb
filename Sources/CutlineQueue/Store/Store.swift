import CutlineCore
import SystemPackage

/// What the queue asks of a database engine. `CutlineSQLite` is one, `CutlinePostgres` another.
package protocol Store: Sendable {
    /// One transaction that writes; nobody else writes meanwhile, and it is on the disk when this returns.
    ///
    /// - Parameter mayRunAgain: `body` does nothing but through the session, and may run once more where a connection was lost.
    /// - Throws: `QueueError` for what the engine says; then nothing has happened. What `body` throws passes.
    func write<Result>(mayRunAgain: Bool, _ body: (any Session) throws -> Result) throws -> Result

    /// Reads of one moment.
    func read<Result>(_ body: (any Session) throws -> Result) throws -> Result

    /// A number that changes when another process has changed the queue; cheap enough for once a second.
    func changeCounter() throws -> Int64

    /// The time that all who share the queue go by; nil: it is on this host, and its clock is theirs.
    var clock: (@Sendable () -> Timestamp)? { get }

    /// Looks at everything that is not the queue's own, and says what is damaged.
    func health() throws -> [StoreFinding]

    /// Writes a copy as it stands at one moment, while workers go on. It appears whole or not at all, with mode 0600, and is on the disk
    /// when this returns.
    ///
    /// - Throws: `QueueError.backupRefused` where something is in the way, `.unusable` where the copy cannot be written.
    func backUp(to target: FilePath, overwrite: Bool) throws

    /// It must not be used afterwards.
    func close() throws
}
