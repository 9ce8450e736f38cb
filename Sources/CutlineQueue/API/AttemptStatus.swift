import CutlineCore

/// One call of a job, for people.
package struct AttemptStatus: Hashable, Sendable {
    package var id: AttemptID
    package var n: Int
    package var asked: Asked
    package var phase: AttemptPhase
    package var billed: Billed
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var problem: Record.Problem?
    package var requestID: String?
    package var latency: Duration?
    package var usage: Usage
    /// At which it was asked; at which it was served stands in `usage`.
    package var tier: ServiceTier
    /// Why it may have been paid for without use, and what it may have cost then.
    package var doubt: Doubt?
    package var mayHaveCost: DoubtfulCost?
    /// A caption that came after the accepted one.
    package var duplicateCaption: String?
    /// The text of an answer that was not accepted.
    package var rejectedAnswer: String?
    /// The answer that brought a caption, as it came, where that differs.
    package var rawAnswer: String?
    /// Of the caption that it brought, accepted or not.
    package var flags: [CaptionFlag]
    /// It was no call: the caption was taken over from this batch.
    package var reusedFrom: String?
    /// What stood in its request in place of pictures.
    package var inPlace: [PictureInPlace]
}
