/// What an engine says about a statement. Beyond a `Store` it is a `QueueError`.
package struct StoreError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A law of the schema refused a row.
        case constraint
        case diskFull
        case damaged
        /// The server went away, or does not answer: nothing has happened.
        case connectionLost
        /// The file is no database.
        case foreign
        case other
    }

    package let kind: Kind
    package let message: String

    /// What must be there is not.
    init(message: String) { self.init(.other, message) }

    package init(_ kind: Kind = .other, _ message: String) { (self.kind, self.message) = (kind, message) }
}
