import CutlineCore

extension Fault.Name {
    /// What a client should call it; nil where the call still yields a caption.
    package var failureClass: FailureClass? {
        switch self {
        case .unauthorized: .unauthorized
        case .forbidden, .banned: .forbidden
        case .quota, .dailyQuota: .quotaExhausted
        case .inFlightBudget, .rateLimited: .rateLimited
        case .overloaded: .overloaded
        case .serverError, .badGateway, .errorIn200, .errorInChoice, .errorInStream: .serverError
        case .gatewayTimeout, .hang, .trickle: .timeout
        case .modelNotFound: .modelNotFound
        case .wrongPath: .wrongEndpoint
        case .noVision: .noVision
        case .imageUnreachable: .imageUnreachable
        case .imageRejected: .imageRejected
        case .tooLarge: .tooLarge
        case .contextTooLong: .contextTooLong
        case .contentFilter, .filtered: .contentFiltered
        case .unsupportedParameter: .unsupportedParameter
        case .invalidRequest: .invalidRequest
        case .refusal: .refused
        case .emptyAnswer, .longThinking, .empty, .whitespace, .thinkingOnly: .emptyAnswer
        case .schemaMismatch, .failedGeneration: .schemaMismatch
        case .garbage, .unknownEncoding, .gzipBomb, .gzipDamaged: .malformedAnswer
        case .truncated, .cutStream, .reset, .resetEarly: .connectionLost
        case .cut, .duplicateKeys, .noDone, .hiddenThinking, .thinkingApart, .usageMissing, .usageNegative, .usageAbsurd, .thinkUnopened,
            .thinkBrackets, .thinkChannels, .boxed, .fencedJSON, .toolAnswer, .gzip, .deflate, .deflateRaw, .streamLingers,
            .streamLingersUsage:
            nil
        }
    }
}
