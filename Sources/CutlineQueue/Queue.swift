import CutlineCore
import Foundation
import SystemPackage

/// The durable queue, shared by any number of processes: the rules and the words of SQL, on the engine that it is given.
///
/// Writing functions are transactions; a return from one means that the change is on the disk. Readers page by id.
package final class Queue: Sendable {
    /// Of the JSON and the words in the columns, on every engine. To be raised whenever a build writes what the one before would not understand:
    /// another case of an enum, another form of a member. A new member that may be passed over needs nothing.
    package static let format = 1

    /// Where it is, for people.
    package let place: String
    let store: any Store
    let state: StateFolder
    let checksCache = CaptionChecksCache()

    /// - Parameter store: opened, with the schema of this build.
    package init(_ store: any Store, at place: String, state: StateFolder, now: Timestamp) throws {
        (self.store, self.place, self.state) = (store, place, state)
        try finishChores(now: now)
    }

    /// It must not be used afterwards.
    package func close() throws { try store.close() }

    /// One transaction; it is on the disk when this returns.
    ///
    /// - Parameter mayRunAgain: `body` does nothing but through the session.
    func write<Result>(mayRunAgain: Bool = false, _ body: (any Session) throws -> Result) throws -> Result {
        try store.write(mayRunAgain: mayRunAgain, body)
    }

    /// Works something large off, a page a transaction, until one says that nothing is left.
    func writePages(_ page: (any Session) throws -> Bool) throws {
        while try write(page) { Self.giveWay() }
    }

    /// Between two pages: who waits for the queue looks for it every ten milliseconds at least, and would hardly ever find it free.
    static func giveWay() { usleep(12_000) }

    /// A number that changes when another process has changed the queue; cheap enough for once a second.
    package func changeCounter() throws -> Int64 { try store.changeCounter() }

    /// The time that all who share the queue go by; nil: this host's.
    package var clock: (@Sendable () -> Timestamp)? { store.clock }

    /// The same queue, to look at.
    package var reader: QueueReader { QueueReader(store, at: place, state: state) }
}
