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

/// What one call needs of a limit that never holds so much ("Limit 6000, Requested 12328"): waiting does not help.
package struct Excess: Codable, Hashable, Sendable {
    package var limit: Int
    /// More than `limit`.
    package var requested: Int

    package init(limit: Int, requested: Int) {
        self.limit = limit
        self.requested = requested
    }
}

/// Why the model stopped, in normalised words.
package enum FinishReason: String, Codable, CaseIterable, Sendable {
    case stop, length
    case contentFilter = "content_filter"
    case tool, error
}

/// The accepted text of a job and what came with it.
package struct Caption: Codable, Hashable, Sendable {
    /// Outer white space trimmed, NUL dropped, without what is no part of a caption: thinking, a model's own marks, and where JSON was asked for
    /// what stands around it.
    package var text: String
    /// The answer as it came, where it differs.
    package var raw: String?
    package var finishReason: FinishReason?
    /// The model that answered, where the provider says so.
    package var resolvedModel: String?
    package var usage: Usage
    package var requestID: String?
    /// What the provider said of its limits beside it.
    package var announced: Announced?
    /// What the checks said when it was stored (`CaptionChecks`); empty on its way there, and no part of what is sent along.
    package var flags: [CaptionFlag] = []

    private enum CodingKeys: CodingKey {
        case text, raw, finishReason, resolvedModel, usage, requestID, announced
    }

    package init(
        text: String, raw: String? = nil, finishReason: FinishReason? = nil, resolvedModel: String? = nil, usage: Usage = Usage(),
        requestID: String? = nil, announced: Announced? = nil, flags: [CaptionFlag] = []
    ) {
        self.text = text
        self.raw = raw
        self.finishReason = finishReason
        self.resolvedModel = resolvedModel
        self.usage = usage
        self.requestID = requestID
        self.announced = announced
        self.flags = flags
    }
}

/// What one attempt came to.
package enum Outcome: Codable, Hashable, Sendable {
    case caption(Caption)
    /// Refused, or answered with a failure, or never handed over.
    case failure(Failure)
    /// The whole request was handed to the connection and no complete answer came: it may have been billed.
    case unknown(Failure)
    /// Not sent for a reason of ours that is not the job's (stopping, no descriptors, no memory).
    case notSent(String)
    /// Not sent: a picture is no longer the file that was added. These are the job's pictures as they are now, and what they make of it.
    case changed(images: [ImageSource], fingerprint: Fingerprint)
}

extension Outcome {
    /// What the provider said of its limits beside it; nil where it said nothing, or never answered.
    package var announced: Announced? {
        get {
            switch self {
            case .caption(let caption): caption.announced
            case .failure(let failure), .unknown(let failure): failure.announced
            case .notSent, .changed: nil
            }
        }
        set {
            switch self {
            case .caption(var caption):
                caption.announced = newValue
                self = .caption(caption)
            case .failure(var failure):
                failure.announced = newValue
                self = .failure(failure)
            case .unknown(var failure):
                failure.announced = newValue
                self = .unknown(failure)
            case .notSent, .changed: break
            }
        }
    }
}
