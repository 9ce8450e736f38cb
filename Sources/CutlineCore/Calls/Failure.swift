/// The fact of a failed attempt, as the provider room reports it. What to do about it is decided elsewhere.
package struct Failure: Error, Codable, Hashable, Sendable {
    package var kind: FailureClass
    /// The provider's own sentence where there is one, cleaned and bounded; never a secret.
    package var message: String
    /// The HTTP status it came with; nil where no answer came.
    package var status: Int?
    package var billed: Billed
    /// The wait the provider asked for.
    package var retryAfter: Duration?
    package var requestID: String?
    /// What a rejected answer used.
    package var usage: Usage?
    /// The text of an answer that was read and not accepted; it may have been paid for.
    package var answer: String?
    /// Why the model stopped, where it answered.
    package var finishReason: FinishReason?
    /// What the provider says about sending the same request again (`x-should-retry`), where it may decide that; nil: it says nothing.
    package var isWorthRepeating: Bool?
    /// How the request must be changed; given only where the refused one was not changed like that already.
    package var remedy: Remedy?
    /// What the provider said of its limits beside it.
    package var announced: Announced?
    /// Where this one call asked for more than the limit holds at all.
    package var excess: Excess?
    /// Whether every further call would end like this one whatever its job, so that the lane waits for a person at once; nil: no.
    package var stopsLane: Bool?
    /// Whether it came about on this machine before anything reached the provider, of whom it says nothing; nil: no.
    package var isLocal: Bool?

    package init(
        _ kind: FailureClass, _ message: String, status: Int? = nil, billed: Billed = .no, retryAfter: Duration? = nil,
        requestID: String? = nil, usage: Usage? = nil, answer: String? = nil, finishReason: FinishReason? = nil,
        isWorthRepeating: Bool? = nil, remedy: Remedy? = nil, announced: Announced? = nil, excess: Excess? = nil,
        stopsLane: Bool? = nil, isLocal: Bool? = nil
    ) {
        self.kind = kind
        self.message = message
        self.status = status
        self.billed = billed
        self.retryAfter = retryAfter
        self.requestID = requestID
        self.usage = usage
        self.answer = answer
        self.finishReason = finishReason
        self.isWorthRepeating = isWorthRepeating
        self.remedy = remedy
        self.announced = announced
        self.excess = excess
        self.stopsLane = stopsLane
        self.isLocal = isLocal
    }
}
