/// A provider that fails whatever it is asked, since when, and when it is asked again.
package struct Outage: Codable, Hashable, Sendable {
    /// The first of the failures in a row.
    package var since: Timestamp
    /// When the next call shows whether it is over.
    package var nextTry: Timestamp
    package var kind: FailureClass
    /// Nil: it does not answer.
    package var status: Int?
    /// Of the last failure.
    package var message: String

    package init(since: Timestamp, nextTry: Timestamp, kind: FailureClass, status: Int? = nil, message: String) {
        self.since = since
        self.nextTry = nextTry
        self.kind = kind
        self.status = status
        self.message = message
    }
}
