import CutlineCore

/// How a call ended, on its way to the disk.
package struct Settlement: Codable, Hashable, Sendable {
    package var attempt: AttemptID
    package var outcome: Outcome
    /// From the claim to the last byte of the answer.
    package var latency: Duration
    /// When the request had left, which is about when the provider counted it; nil: it is not known.
    package var sentAt: Timestamp?
    package var endedAt: Timestamp
    /// What stood in the request in place of pictures; nil: nothing.
    package var inPlace: [PictureInPlace]?

    package init(
        attempt: AttemptID, outcome: Outcome, latency: Duration, sentAt: Timestamp? = nil, endedAt: Timestamp,
        inPlace: [PictureInPlace] = []
    ) {
        self.attempt = attempt
        self.outcome = outcome
        self.latency = latency
        self.sentAt = sentAt
        self.endedAt = endedAt
        // What has nothing to say is written as before.
        self.inPlace = inPlace.isEmpty ? nil : inPlace
    }
}
