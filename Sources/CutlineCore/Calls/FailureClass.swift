/// Why an attempt brought no caption. The words are part of the JSON contract (docs/output.md).
package enum FailureClass: String, Codable, CaseIterable, Sendable {
    case unauthorized
    /// The account, the app or the model is not allowed.
    case forbidden
    case quotaExhausted = "quota_exhausted"
    case rateLimited = "rate_limited"
    case overloaded
    case serverError = "server_error"
    case timeout
    case unreachable
    case connectionLost = "connection_lost"
    case tls
    case wrongEndpoint = "wrong_endpoint"
    case modelNotFound = "model_not_found"
    case noVision = "no_vision"
    /// The provider could not fetch the picture's URL.
    case imageUnreachable = "image_unreachable"
    case imageRejected = "image_rejected"
    /// Ours: the file is missing, empty, changed or not a picture. Nothing was sent.
    case imageUnreadable = "image_unreadable"
    /// Ours: the picture's address leads to this machine or a private network, and nobody allowed that. Nothing was sent.
    case imageNotAllowed = "image_not_allowed"
    case tooLarge = "too_large"
    case contextTooLong = "context_too_long"
    case contentFiltered = "content_filtered"
    case refused
    case emptyAnswer = "empty_answer"
    case malformedAnswer = "malformed_answer"
    case schemaMismatch = "schema_mismatch"
    case unsupportedParameter = "unsupported_parameter"
    case invalidRequest = "invalid_request"
    case cancelled
}

/// Whose trouble a failure is, and so what can be done about it.
package enum FailureScope: Sendable {
    /// The job's own fault: the same call would fail again.
    case job
    /// It passes by itself: try again later.
    case transient
    /// The provider asks us to slow down: the lane waits, the job is not charged.
    case pace
    /// Nothing on this lane can succeed until a person acts.
    case lane
    /// We gave the call up before it was sent.
    case ours
}

extension FailureClass {
    package var scope: FailureScope {
        switch self {
        case .unauthorized, .forbidden, .quotaExhausted, .tls, .wrongEndpoint, .modelNotFound: .lane
        case .rateLimited: .pace
        case .overloaded, .serverError, .timeout, .unreachable, .connectionLost, .imageUnreachable, .emptyAnswer,
            .malformedAnswer:
            .transient
        case .noVision, .imageRejected, .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong, .contentFiltered, .refused,
            .schemaMismatch, .unsupportedParameter, .invalidRequest:
            .job
        case .cancelled: .ours
        }
    }

    /// What a refusal is about, unless another job shows that it was the picture.
    enum Concern {
        /// The key, the account's money, the connection: every call of the lane.
        case key
        /// The address, the model, what the account may use.
        case model
        /// The form of the request: all jobs of a batch have it.
        case request
        case job
    }

    var concerns: Concern {
        switch self {
        case .unauthorized, .quotaExhausted, .tls: .key
        case .forbidden, .wrongEndpoint, .modelNotFound: .model
        case .noVision, .unsupportedParameter, .invalidRequest: .request
        case .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost, .imageUnreachable, .imageRejected,
            .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong, .contentFiltered, .refused, .emptyAnswer, .malformedAnswer,
            .schemaMismatch, .cancelled:
            .job
        }
    }

    /// The model was asked and what came is of no use: asked alike it would say the like again.
    fileprivate var isUselessAnswer: Bool {
        switch self {
        case .emptyAnswer, .malformedAnswer, .schemaMismatch, .refused, .contentFiltered: true
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost,
            .tls, .wrongEndpoint, .modelNotFound, .noVision, .imageUnreachable, .imageRejected, .imageUnreadable, .imageNotAllowed,
            .tooLarge, .contextTooLong, .unsupportedParameter, .invalidRequest, .cancelled:
            false
        }
    }

    /// Whether another provider or model may do better with the same job.
    package var mayPassElsewhere: Bool {
        switch self {
        case .imageUnreadable, .imageNotAllowed, .cancelled: false
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost,
            .tls, .wrongEndpoint, .modelNotFound, .noVision, .imageUnreachable, .imageRejected, .tooLarge, .contextTooLong,
            .contentFiltered, .refused, .emptyAnswer, .malformedAnswer, .schemaMismatch, .unsupportedParameter, .invalidRequest:
            true
        }
    }

    /// The connection itself failed.
    package var isTransport: Bool {
        switch self {
        case .unreachable, .connectionLost, .timeout: true
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .overloaded, .serverError, .tls, .wrongEndpoint, .modelNotFound,
            .noVision, .imageUnreachable, .imageRejected, .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong,
            .contentFiltered, .refused, .emptyAnswer, .malformedAnswer, .schemaMismatch, .unsupportedParameter, .invalidRequest,
            .cancelled:
            false
        }
    }
}

extension Failure {
    /// Whether it is a *dud*: an answer without a caption that was, or may have been, paid for. The same call would be paid for again.
    package var isDud: Bool {
        switch kind.scope {
        case .lane, .pace, .ours: false
        case .job, .transient: billed == .yes || (billed == .unknown && kind.isUselessAnswer)
        }
    }
}
