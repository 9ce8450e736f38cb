/// A remark on a caption that was kept nevertheless. The words are part of the JSON contract (docs/output.md), the rules stand in
/// docs/captions.md.
package enum CaptionFlag: String, Codable, CaseIterable, Sendable {
    /// It says nothing: no word, no number, no picture sign.
    case empty
    /// The answer was cut at the token limit.
    case truncated
    /// The model declines, at the opening of a sentence.
    case refusal
    /// A part of the instructions, of the chat form or of a preamble stands in it.
    case promptLeak = "prompt_leak"
    /// It runs in a loop.
    case repetition
    case tooShort = "too_short"
    case tooLong = "too_long"
    /// It is in another language than the one asked for.
    case language
    /// A phrase of the user's list stands in it.
    case banned
    /// JSON was asked for and it is none, or does not fit the schema.
    case schema
}

extension CaptionFlag {
    /// What a failure without a caption is called among the flags, where it is the same trouble in another form.
    package init?(of failure: FailureClass) {
        switch failure {
        case .refused, .contentFiltered: self = .refusal
        case .schemaMismatch: self = .schema
        case .emptyAnswer: self = .empty
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost,
            .tls, .wrongEndpoint, .modelNotFound, .noVision, .imageUnreachable, .imageRejected, .imageUnreadable, .imageNotAllowed,
            .tooLarge, .contextTooLong, .malformedAnswer, .unsupportedParameter, .invalidRequest, .cancelled:
            return nil
        }
    }
}
